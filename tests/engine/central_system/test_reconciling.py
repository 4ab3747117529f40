"""What an operator says of a stop ends its transaction, for the store and for memory."""

from pathlib import Path
from typing import Any

import pytest

from engine.central_system.reconciling import fits
from engine.errors import Conflict, NotFound
from engine.policy.facts import Transaction
from protocol.timestamps import Timestamp
from tests.engine.central_system.charge_point import ChargePoint, a_stop
from tests.engine.central_system.running import Running, running
from tests.engine.storage.builders import an_unmatched_stop

TIME = Timestamp.parse("2026-01-31T12:00:00Z")
DATA = [{"timestamp": "2026-01-31T12:30:00Z", "sampledValue": [{"value": "2000"}]}]


async def unmatched(system: Running, charge_point: ChargePoint, **changes: Any) -> str:
    """A stop that fits no transaction: its id."""
    await charge_point.call("StopTransaction", a_stop(-1, idTag="X", **changes))
    return (await system.store.unmatched_stops.list()).items[0].id


async def test_an_operator_matches_a_stop(tmp_path: Path) -> None:
    async with running(tmp_path) as system, system.charge_point() as charge_point:
        id_ = (await charge_point.start())["transactionId"]
        stop_id = await unmatched(system, charge_point, transactionData=DATA)
        stop = await system.central_system.match_stop(stop_id, id_)
        transaction = await system.store.transactions.get(id_)
        values = await system.store.meter_values.list(id_)
    assert (stop.matched_transaction_id, stop.matched_by) == (id_, "operator")
    assert stop.matched_at is not None
    assert transaction is not None
    assert (transaction.meter_stop, transaction.reconciled) == (3000, "operator")
    assert (transaction.stop_id_tag, transaction.stop_received_at) == ("X", stop.received_at)
    assert [each.value for each in values.items] == ["2000"]


async def test_what_was_matched_by_hand_is_known_in_memory(tmp_path: Path) -> None:
    async with running(tmp_path) as system, system.charge_point() as charge_point:
        id_ = (await charge_point.start())["transactionId"]
        await system.central_system.match_stop(await unmatched(system, charge_point), id_)
        await charge_point.call("StopTransaction", a_stop(id_, meterStop=5000))
        transaction = await system.store.transactions.get(id_)
        page = await system.store.unmatched_stops.list(matched=False)
    assert transaction is not None
    assert transaction.meter_stop == 3000
    assert [(stop.cause, stop.meter_stop) for stop in page.items] == [("AlreadyStopped", 5000)]


async def test_a_match_that_can_not_be_is_refused(tmp_path: Path) -> None:
    async with (
        running(tmp_path) as system,
        system.charge_point() as charge_point,
        system.charge_point("CP2") as other,
    ):
        first, second = [
            (await charge_point.start(connectorId=number))["transactionId"] for number in (1, 2)
        ]
        theirs = (await other.start())["transactionId"]
        stop_id = await unmatched(system, charge_point)
        match = system.central_system.match_stop
        with pytest.raises(NotFound, match="There is no unmatched stop `nobody`"):
            await match("nobody", first)
        with pytest.raises(Conflict, match="there is no transaction 999"):
            await match(stop_id, 999)
        with pytest.raises(Conflict, match="is one of charge point `CP2`, the stop is one of"):
            await match(stop_id, theirs)
        await match(stop_id, first)
        with pytest.raises(Conflict, match=f"is that of transaction {first} already"):
            await match(stop_id, second)
        again = await unmatched(system, charge_point, meterStop=4000)
        with pytest.raises(Conflict, match=f"transaction {first} has a stop already"):
            await match(again, first)


def a_transaction(**changes: Any) -> Transaction:
    values: dict[str, Any] = {
        "transaction_id": 1,
        "charge_point_id": "CP1",
        "connector_id": 1,
        "id_tag": "RandomToken",
        "started_at": TIME,
        "meter_start": 100,
        "id_tag_status": "Accepted",
        "parent_id_tag": "Family",
    }
    return Transaction(**values | changes)


@pytest.mark.parametrize(
    ("stop", "group", "expected"),
    [
        ({}, None, True),
        ({"id_tag": " randomTOKEN"}, None, True),
        ({"id_tag": "Other"}, None, False),
        ({"id_tag": "Other"}, "FAMILY", True),
        ({"id_tag": "Other"}, "Others", False),
        ({"id_tag": None}, None, True),
        ({"id_tag": None, "transaction_id": None}, None, True),
        ({"id_tag": None, "transaction_id": 7}, None, False),
        ({"transaction_id": 7}, None, True),
        ({"meter_stop": 100}, None, True),
        ({"meter_stop": 99}, None, False),
        ({"stopped_at": TIME}, None, True),
        ({"stopped_at": Timestamp.parse("2026-01-31T11:59:59Z")}, None, False),
    ],
)
def test_a_stop_fits_by_tag_time_and_meter(
    stop: dict[str, Any], group: str | None, expected: bool
) -> None:
    sent = an_unmatched_stop(**stop)
    assert fits(a_transaction(), sent, sent.stopped_at, group) is expected
