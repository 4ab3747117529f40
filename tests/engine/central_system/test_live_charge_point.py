"""What is remembered of a charge point is bounded."""

from engine.central_system.live_charge_point import KNOWN_LIMIT, LiveChargePoint, remember
from engine.policy.facts import ChargePoint


def test_the_oldest_entry_makes_room_for_the_newest() -> None:
    known: dict[int, str] | None = None
    for number in range(KNOWN_LIMIT + 1):
        known = remember(known, number, "x")
    assert known is not None
    assert [*known] == [*range(1, KNOWN_LIMIT + 1)]


def test_an_entry_that_is_renewed_is_the_newest() -> None:
    known = remember(remember(remember(None, 1, "a"), 2, "b"), 1, "c")
    assert [*known.items()] == [(2, "b"), (1, "c")]


def test_an_idle_charge_point_has_no_queue_and_no_memories() -> None:
    live = LiveChargePoint(ChargePoint(id="CP1"))
    known = (live.waiting, live.connectors, live.transactions, live.starts)
    assert known == (None, None, None, None)
    assert live.unused
    assert not live.is_full
