"""Every stop is answered and kept; one that names no transaction ends the one that fits."""

from pathlib import Path
from typing import Any

import pytest

from engine.policy.facts import Tag, Transaction
from engine.storage import UnmatchedStop
from protocol.timestamps import Timestamp
from tests.engine.central_system.charge_point import ChargePoint, Payload, a_stop
from tests.engine.central_system.running import Running, running

TIME = Timestamp.parse("2026-01-31T12:00:00Z")
STOP_TIME = Timestamp.parse("2026-01-31T13:00:00Z")


async def stop(charge_point: ChargePoint, transaction_id: int, **changes: object) -> Payload:
    return await charge_point.call("StopTransaction", a_stop(transaction_id, **changes))


async def stored(system: Running, transaction_id: int) -> Transaction:
    transaction = await system.store.transactions.get(transaction_id)
    assert transaction is not None
    return transaction


async def kept(system: Running) -> list[tuple[str | None, int | None]]:
    """Why each kept stop was unmatched, and the transaction it was found to end."""
    page = await system.store.unmatched_stops.list()
    return [(stop.cause, stop.matched_transaction_id) for stop in page.items]


@pytest.mark.parametrize("transaction_id", [0, -1, 4711, 2**31])
async def test_a_stop_without_its_id_ends_the_one_transaction_that_fits(
    tmp_path: Path, transaction_id: int
) -> None:
    async with running(tmp_path) as system, system.charge_point() as charge_point:
        real = (await charge_point.start())["transactionId"]
        await charge_point.start(connectorId=2, idTag="OTHER")
        assert await stop(charge_point, transaction_id, idTag="tag") == {}
        transaction = await stored(system, real)
        assert await kept(system) == [(None, real)]
    assert (transaction.stopped_at, transaction.meter_stop) == (STOP_TIME, 3000)
    assert (transaction.reconciled, transaction.reason) == ("automatic", "Local")


DOUBTFUL: list[tuple[dict[str, Any], str]] = [
    ({"idTag": "STRANGER"}, "NoTransaction"),
    ({"idTag": "TAG", "meterStop": 999}, "NoTransaction"),
    ({"idTag": "TAG", "timestamp": "2026-01-31T11:59:59Z"}, "NoTransaction"),
    ({"idTag": "TAG"}, "Ambiguous"),
    ({}, "Ambiguous"),
    ({"transactionId": 4711}, "NoTransaction"),
]


@pytest.mark.parametrize(("changes", "cause"), DOUBTFUL)
async def test_a_doubtful_stop_is_kept_for_the_operator(
    tmp_path: Path, changes: dict[str, Any], cause: str
) -> None:
    async with running(tmp_path) as system, system.charge_point() as charge_point:
        await charge_point.start()
        await charge_point.start(connectorId=2)
        for _ in range(2):
            await stop(charge_point, -1, **changes)
        assert await kept(system) == [(cause, None)]
        assert (await system.store.transactions.list(open=False)).items == ()


async def test_of_two_at_one_connector_a_stop_ends_the_later(tmp_path: Path) -> None:
    async with running(tmp_path) as system, system.charge_point() as charge_point:
        lost = (await charge_point.start())["transactionId"]
        later = {"timestamp": "2026-01-31T12:30:00Z", "meterStart": 2500}
        real = (await charge_point.start(**later))["transactionId"]
        await stop(charge_point, -1, idTag="TAG")
        assert await kept(system) == [(None, real)]
        await stop(charge_point, -1, idTag="TAG", timestamp=later["timestamp"], meterStop=2500)
        assert await kept(system) == [(None, lost), (None, real)]


async def test_a_later_start_with_less_on_the_meter_leaves_it_open_which_was_stopped(
    tmp_path: Path,
) -> None:
    async with running(tmp_path) as system, system.charge_point() as charge_point:
        await charge_point.start()
        await charge_point.start(timestamp="2026-01-31T12:30:00Z", meterStart=0)
        await stop(charge_point, -1, idTag="TAG")
        assert await kept(system) == [("Ambiguous", None)]


async def test_without_an_id_tag_the_only_transaction_that_runs_is_ended(tmp_path: Path) -> None:
    async with running(tmp_path) as system, system.charge_point() as charge_point:
        real = (await charge_point.start())["transactionId"]
        await stop(charge_point, -1, reason="PowerLoss")
        assert (await stored(system, real)).reason == "PowerLoss"


async def test_one_of_the_group_may_have_stopped_it(tmp_path: Path) -> None:
    async with running(tmp_path) as system, system.charge_point() as charge_point:
        for tag in ("TAG", "FRIEND"):
            record = Tag(id_tag=tag, parent_id_tag="Family")
            await system.store.id_tags.put(record, time=TIME)
        real = (await charge_point.start())["transactionId"]
        await stop(charge_point, 0, idTag="FRIEND")
        assert (await stored(system, real)).stop_id_tag == "FRIEND"


async def test_the_transaction_of_another_charge_point_is_left_alone(tmp_path: Path) -> None:
    async with running(tmp_path) as system:
        async with system.charge_point("A") as one, system.charge_point("B") as two:
            theirs = (await one.start())["transactionId"]
            ours = (await two.start())["transactionId"]
            await stop(two, theirs, idTag="TAG")
        assert (await stored(system, theirs)).stopped_at is None
        assert (await stored(system, ours)).reconciled == "automatic"


@pytest.mark.parametrize("restarted", [False, True])
async def test_a_reconciled_stop_that_is_sent_again_changes_nothing(
    tmp_path: Path, restarted: bool
) -> None:
    async with running(tmp_path) as system, system.charge_point() as charge_point:
        first = (await charge_point.start())["transactionId"]
        await stop(charge_point, -1, idTag="TAG")
        second = (await charge_point.start(meterStart=2000))["transactionId"]
        if not restarted:
            await stop(charge_point, -1, idTag="TAG")
    async with running(tmp_path) as system, system.charge_point() as charge_point:
        await stop(charge_point, -1, idTag="TAG")
        assert await kept(system) == [(None, first)]
        assert (await stored(system, second)).stopped_at is None


@pytest.mark.parametrize("restarted", [False, True])
async def test_a_second_other_stop_is_kept_and_changes_no_money(
    tmp_path: Path, restarted: bool
) -> None:
    async with running(tmp_path) as system, system.charge_point() as charge_point:
        id_ = (await charge_point.start())["transactionId"]
        await stop(charge_point, id_)
        if not restarted:
            await stop(charge_point, id_, meterStop=9999)
    async with running(tmp_path) as system, system.charge_point() as charge_point:
        await stop(charge_point, id_)
        await stop(charge_point, id_, meterStop=9999)
        assert await kept(system) == [("AlreadyStopped", None)]
        assert (await stored(system, id_)).meter_stop == 3000


async def test_the_stop_of_an_abandoned_transaction_is_found_too(tmp_path: Path) -> None:
    async with running(tmp_path) as system, system.charge_point() as charge_point:
        first = (await charge_point.start())["transactionId"]
        await charge_point.start(timestamp="2026-01-31T14:00:00Z", meterStart=3000)
        await stop(charge_point, -1, idTag="TAG")
        transaction = await stored(system, first)
    assert (transaction.meter_stop, transaction.abandoned_at) == (3000, None)


async def test_a_stop_that_came_before_its_start_ends_it(tmp_path: Path) -> None:
    data = [{"timestamp": "2026-01-31T12:30:00Z", "sampledValue": [{"value": "2000"}]}]
    async with running(tmp_path) as system, system.charge_point() as charge_point:
        await stop(charge_point, -1, idTag="TAG", transactionData=data)
        assert await kept(system) == [("NoTransaction", None)]
        id_ = (await charge_point.start())["transactionId"]
        transaction = await stored(system, id_)
        values = await system.store.meter_values.list(id_)
        assert await kept(system) == [("NoTransaction", id_)]
    assert (transaction.meter_stop, transaction.reconciled) == (3000, "automatic")
    assert [each.value for each in values.items] == ["2000"]


async def test_the_meter_values_of_a_reconciled_stop_are_its_transactions(tmp_path: Path) -> None:
    data = [{"timestamp": "2026-01-31T12:30:00Z", "sampledValue": [{"value": "2000"}]}]
    async with running(tmp_path) as system, system.charge_point() as charge_point:
        id_ = (await charge_point.start())["transactionId"]
        await stop(charge_point, -1, idTag="TAG", transactionData=data)
        values = await system.store.meter_values.list(id_)
    assert [(each.value, each.connector_id) for each in values.items] == [("2000", 1)]


async def test_what_is_odd_is_kept_as_it_was_sent(tmp_path: Path) -> None:
    async with running(tmp_path) as system, system.charge_point() as charge_point:
        id_ = (await charge_point.start(timestamp="1970-01-01T00:00:07Z"))["transactionId"]
        await stop(charge_point, id_, meterStop=1, timestamp="1970-01-01T00:00:01Z")
        transaction = await stored(system, id_)
    assert transaction.flags == ("ClockNotSet", "StopBeforeStart", "MeterWentBackwards")
    assert (transaction.meter_start, transaction.meter_stop) == (1000, 1)


async def test_a_stop_without_a_transaction_id_is_kept(tmp_path: Path) -> None:
    async with running(tmp_path) as system, system.charge_point() as charge_point:
        assert await stop(charge_point, None, idTag="TAG") == {}  # type: ignore[arg-type]
        (unmatched,) = (await system.store.unmatched_stops.list()).items
    assert unmatched == UnmatchedStop(
        id=unmatched.id,
        charge_point_id="CP1",
        transaction_id=unmatched.transaction_id,
        stopped_at=STOP_TIME,
        meter_stop=3000,
        reason="Local",
        id_tag="TAG",
        received_at=unmatched.received_at,
        cause="NoTransaction",
    )
