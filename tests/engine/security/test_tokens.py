"""Tokens of the admin API: made at random, compared by hash, ranked by scope."""

import pytest

from engine.security import tokens
from engine.security.tokens import Scope


def test_a_token_is_known_by_its_hash_only() -> None:
    token = tokens.make()
    stored = tokens.digest(token)
    assert token not in stored
    assert tokens.verify(token, stored)
    assert not tokens.verify(token + "x", stored)


def test_tokens_differ_and_show_what_they_are() -> None:
    made = {tokens.make() for _ in range(100)}
    assert len(made) == 100
    assert all(token.startswith("voltrule_") and len(token) == 52 for token in made)


def test_a_token_with_a_lone_surrogate_is_hashed_like_any_other() -> None:
    assert not tokens.verify("\udc80", tokens.digest("x"))


@pytest.mark.parametrize(
    ("scope", "allowed"),
    [
        (Scope.read, [Scope.read]),
        (Scope.command, [Scope.read, Scope.command]),
        (Scope.admin, [Scope.read, Scope.command, Scope.admin]),
    ],
)
def test_a_scope_includes_those_before_it(scope: Scope, allowed: list[Scope]) -> None:
    assert [needed for needed in Scope if scope.allows(needed)] == allowed
