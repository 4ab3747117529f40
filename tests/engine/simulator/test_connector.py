from engine.simulator.connector import Charging, Connector, Reservation
from protocol.messages import ChargePointStatus, ReadingContext, Reason
from protocol.types import Timestamp

NOON = Timestamp.parse("2026-01-31T12:00:00Z")


def test_an_idle_connector_is_available_reserved_or_unavailable() -> None:
    connector = Connector(1)
    assert str(connector.idle_status) == "Available"
    connector.reservation = Reservation(1, 1, "Tag", None, NOON)
    assert str(connector.idle_status) == "Reserved"
    assert (connector.is_free_for("TAG"), connector.is_free_for("other")) == (True, False)
    connector.operative = False
    assert str(connector.idle_status) == "Unavailable"
    assert not connector.is_free_for("TAG")


def test_the_charge_point_as_a_whole_is_never_reserved() -> None:
    whole = Connector(0)
    whole.reservation = Reservation(1, 0, "Tag", None, NOON)
    assert whole.idle_status is ChargePointStatus.Available


def test_the_first_reason_to_stop_counts() -> None:
    charging = Charging(id_tag="T", started_at=NOON, meter_start=0)
    charging.stop(Reason.Remote)
    charging.stop(Reason.HardReset)
    assert charging.reason is Reason.Remote


def test_energy_is_power_over_time() -> None:
    connector = Connector(1)
    connector.deliver(11_000, 360)
    sample = connector.sample("nothing it knows", ReadingContext.Trigger, NOON)
    (value,) = sample.sampled_value
    assert (value.value, value.measurand, value.unit, sample.timestamp) == (
        "1100",
        "Energy.Active.Import.Register",
        "Wh",
        NOON,
    )


def test_current_follows_from_the_power() -> None:
    connector = Connector(1)
    connector.deliver(11_040, 1)
    sample = connector.sample("Current.Import, Voltage", ReadingContext.SamplePeriodic, NOON)
    assert [value.value for value in sample.sampled_value] == ["16", "230"]
