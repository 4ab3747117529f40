"""The payloads that the documentation shows: each is one that the API takes."""

from engine.api.command_examples import command_examples
from engine.security.tokens import Scope
from protocol.actions import Role, sent_by
from tests.engine.api.running import Api


def test_there_is_an_example_for_each_of_the_26_commands_and_no_other() -> None:
    assert set(command_examples) == sent_by(Role.CentralSystem)
    assert len(command_examples) == 26


async def test_each_of_the_26_commands_takes_its_example(api: Api) -> None:
    await api.put("/v1/charge-points/CP-1")
    for action, payload in command_examples.items():
        response = await api.command(action, dict(payload), scope=Scope.command)
        # Found good, and then not sent: the charge point is not connected.
        assert response.status_code == 409, response.text
