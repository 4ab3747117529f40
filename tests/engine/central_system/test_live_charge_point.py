"""What is remembered of a charge point is bounded."""

from typing import Any

from engine.central_system.live_charge_point import (
    KNOWN_LIMIT,
    WAITING_CHARACTERS,
    LiveChargePoint,
    remember,
)
from engine.policy.facts import ChargePoint


class Work:
    """What is submitted: it goes on until somebody says that it is finished."""

    def __init__(self, characters: int) -> None:
        self.text = "x" * characters

    def begin(self) -> None:
        """Nothing to do."""


def test_the_oldest_entry_makes_room_for_the_newest() -> None:
    known: dict[int, str] | None = None
    for number in range(KNOWN_LIMIT + 1):
        known = remember(known, number, "x")
    assert known is not None
    assert [*known] == [*range(1, KNOWN_LIMIT + 1)]


def test_an_entry_that_is_renewed_is_the_newest() -> None:
    known = remember(remember(remember(None, 1, "a"), 2, "b"), 1, "c")
    assert [*known.items()] == [(2, "b"), (1, "c")]


def test_a_charge_point_is_encoded_again_only_when_it_has_changed() -> None:
    first, second = ChargePoint(id="CP1"), ChargePoint(id="CP1", vendor="ABB")
    live = LiveChargePoint(first)
    texts = [live.kept(first), live.kept(first), live.kept(second), live.kept(first)]
    assert texts[0] is texts[1]
    assert texts[2] == '{"chargePoint":{"id":"CP1","registered":false,"vendor":"ABB"}}'
    assert texts[3] == texts[0]


def test_an_idle_charge_point_has_no_queue_and_no_memories() -> None:
    live = LiveChargePoint(ChargePoint(id="CP1"))
    known = (live.waiting, live.connectors, live.transactions, live.starts)
    assert known == (None, None, None, None)
    assert live.unused
    assert not live.is_full


def test_few_long_calls_fill_a_charge_point_as_many_short_ones_do() -> None:
    live = LiveChargePoint(ChargePoint(id="CP1"))
    calls: list[Any] = [Work(WAITING_CHARACTERS // 2) for _ in range(3)]
    full = []
    for call in calls:
        live.submit(call)
        full.append(live.is_full)
    live.finished()
    assert [*full, live.is_full] == [False, False, True, False]
