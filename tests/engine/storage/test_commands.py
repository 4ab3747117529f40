import pytest

from engine.storage import Store
from tests.engine.storage.builders import a_command, minutes


async def test_a_command_is_read_back(store: Store) -> None:
    command = a_command()
    await store.write(store.commands.issued(command))
    assert await store.commands.get(command.id) == command
    assert await store.commands.get("unknown") is None


async def test_a_command_is_sent_and_ends(store: Store) -> None:
    command = a_command()
    await store.write(store.commands.issued(command), store.commands.sent(command.id))
    sent = await store.commands.get(command.id)
    result = {"status": "Accepted"}
    await store.write(store.commands.ended(command.id, "completed", minutes(1), result=result))
    ended = await store.commands.get(command.id)
    assert sent == a_command(id=command.id, status="sent")
    assert ended == a_command(
        id=command.id, status="completed", result=result, completed_at=minutes(1)
    )


async def test_the_first_end_of_a_command_stays(store: Store) -> None:
    command = a_command()
    error = {"code": "NotSupported", "description": "", "details": {}}
    await store.write(store.commands.issued(command))
    await store.write(store.commands.ended(command.id, "refused", minutes(1), error=error))
    await store.write(store.commands.ended(command.id, "timedOut", minutes(2)))
    await store.write(store.commands.sent(command.id))
    assert await store.commands.get(command.id) == a_command(
        id=command.id, status="refused", error=error, completed_at=minutes(1)
    )


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, [3, 2, 1, 0]),
        ({"charge_point_id": "B"}, [1]),
        ({"action": "ClearCache"}, [2]),
        ({"status": "sent"}, [3]),
    ],
)
async def test_commands_are_listed_by_filter_the_newest_first(
    store: Store, filters: dict[str, str], expected: list[int]
) -> None:
    changes = {1: {"charge_point_id": "B"}, 2: {"action": "ClearCache"}, 3: {"status": "sent"}}
    issued = [a_command(minutes(i), **changes.get(i, {})) for i in range(4)]
    await store.write(*map(store.commands.issued, issued))
    first = await store.commands.list(limit=3, **filters)  # type: ignore[arg-type]
    rest = () if first.next is None else (await store.commands.list(cursor=first.next)).items
    assert [*first.items, *rest] == [issued[i] for i in expected]
