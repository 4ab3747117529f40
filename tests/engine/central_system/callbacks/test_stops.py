"""A transaction is ended by its first stop, in memory as in the store."""

from engine.central_system.callbacks import Outcome, stops
from engine.central_system.live_charge_point import LiveChargePoint
from engine.policy.facts import ChargePoint
from protocol.messages import StopTransactionReq
from protocol.timestamps import Timestamp
from tests.engine.central_system.callbacks.test_core import a_transaction

LATER = Timestamp.parse("2026-01-31T13:00:00Z")


def test_a_transaction_stops_once() -> None:
    live = LiveChargePoint(ChargePoint(id="CP1"))
    for transaction, meter_stop in ((a_transaction(), 2000), (None, 3000)):
        request = StopTransactionReq(transaction_id=7, meter_stop=meter_stop, timestamp=LATER)
        known = transaction or (live.transactions or {})[7]
        outcome = Outcome(
            charge_point=live.charge_point,
            request=request,
            response=None,
            now=LATER,
            transaction=known,
        )
        stops.stopped(live, outcome)
    stopped = (live.transactions or {})[7]
    assert stopped is not None
    assert (stopped.stopped_at, stopped.meter_stop, stopped.reason) == (LATER, 2000, "Local")
