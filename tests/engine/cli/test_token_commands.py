from engine.cli.token_commands import ScopeName
from engine.security.tokens import Scope


def test_the_scopes_are_those_of_the_api() -> None:
    assert list(map(str, ScopeName)) == list(map(str, Scope))
