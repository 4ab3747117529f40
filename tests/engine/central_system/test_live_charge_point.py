"""What is remembered of a charge point is bounded."""

from datetime import timedelta
from typing import Any

from msgspec import UNSET
from msgspec.structs import replace

from engine.central_system.live_charge_point import (
    KNOWN_LIMIT,
    WAITING_CHARACTERS,
    LiveChargePoint,
    remember,
)
from engine.policy.facts import ChargePoint, Transaction
from protocol.timestamps import Timestamp

TIME = Timestamp.parse("2026-01-31T12:00:00Z")
MINUTE = timedelta(minutes=1)


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


def a_transaction(transaction_id: int, connector_id: int = 1) -> Transaction:
    return Transaction(
        transaction_id=transaction_id,
        charge_point_id="CP1",
        connector_id=connector_id,
        id_tag="TAG",
        started_at=TIME,
        meter_start=0,
        id_tag_status="Accepted",
    )


def test_what_runs_on_a_connector_is_over_with_the_next_start() -> None:
    live, first, second = LiveChargePoint(ChargePoint(id="CP1")), *map(a_transaction, (1, 2))
    live.began(first, (), TIME)
    assert not live.running
    live.remember_running(1, [first])
    live.remember_transaction(1, first)
    live.began(second, [first], TIME)
    over = replace(first, abandoned_at=TIME, abandoned_reason="NewTransaction")
    assert live.transactions == {1: over}
    runs: object = {1: (second,)}
    assert live.running == runs
    live.no_longer_runs(second)
    live.no_longer_runs(a_transaction(3, connector_id=3))
    assert live.running == {1: ()}


def test_a_start_that_is_sent_again_runs_once_and_a_stopped_one_not_at_all() -> None:
    live, start = LiveChargePoint(ChargePoint(id="CP1")), a_transaction(1)
    live.remember_running(1, [start])
    live.began(start, (), TIME)
    live.began(replace(a_transaction(2), stopped_at=TIME), (), TIME)
    assert live.running == {1: (start,)}


def test_more_than_may_be_remembered_of_a_connector_are_looked_up() -> None:
    live, many = LiveChargePoint(ChargePoint(id="CP1")), range(KNOWN_LIMIT)
    live.remember_running(1, [a_transaction(number) for number in many])
    live.began(a_transaction(KNOWN_LIMIT), (), TIME)
    assert live.running == {}


def test_the_last_early_stop_is_kept_once_it_is_known() -> None:
    live = LiveChargePoint(ChargePoint(id="CP1"))
    live.remember_early_stop(TIME)
    assert live.last_early_stop is UNSET
    for known, expected in ((None, TIME), (TIME - MINUTE, TIME), (TIME + MINUTE, TIME + MINUTE)):
        live.last_early_stop = known
        live.remember_early_stop(TIME)
        assert live.last_early_stop == expected
