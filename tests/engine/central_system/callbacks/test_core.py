"""What the Core callbacks leave behind in memory and store."""

from engine.central_system.callbacks import Outcome, core
from engine.central_system.live_charge_point import LiveChargePoint
from engine.policy.facts import ChargePoint, Transaction
from protocol.messages import (
    BootNotificationConf,
    BootNotificationReq,
    RegistrationStatus,
)
from protocol.timestamps import Timestamp

TIME = Timestamp.parse("2026-01-31T12:00:00Z")


def a_transaction() -> Transaction:
    """A transaction that has not stopped."""
    return Transaction(
        transaction_id=7,
        charge_point_id="CP1",
        connector_id=1,
        id_tag="TAG",
        started_at=TIME,
        meter_start=1000,
        id_tag_status="Accepted",
    )


def test_a_boot_replaces_what_the_last_boot_said() -> None:
    live = LiveChargePoint(ChargePoint(id="CP1", registered=True, vendor="Old", iccid="1"))
    outcome = Outcome(
        charge_point=live.charge_point,
        request=BootNotificationReq(charge_point_vendor="New", charge_point_model="M"),
        response=BootNotificationConf(
            status=RegistrationStatus.Pending, current_time=TIME, interval=60
        ),
        now=TIME,
    )
    core.booted(live, outcome)
    assert live.charge_point == ChargePoint(
        id="CP1", registered=True, vendor="New", model="M", boot_status="Pending", booted_at=TIME
    )


def test_a_start_is_known_again_by_what_makes_it_the_same() -> None:
    live = LiveChargePoint(ChargePoint(id="CP1"))
    outcome = Outcome(
        charge_point=live.charge_point,
        request=None,
        response=None,
        now=TIME,
        transaction=a_transaction(),
    )
    core.started(live, outcome)
    assert live.starts == {(1, "tag", TIME, 1000): a_transaction()}
    assert live.transactions == {7: a_transaction()}
