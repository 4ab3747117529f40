"""The records of the Core profile's callbacks. OCPP 1.6 §4."""

from typing import Any

from msgspec.structs import replace

from engine.central_system.callbacks.outcome import Outcome
from engine.central_system.live_charge_point import LiveChargePoint
from engine.policy.facts import Connector
from engine.storage import ReservationRecord, Store, Write, flagged
from protocol.messages import (
    BootNotificationConf,
    BootNotificationReq,
    MeterValuesReq,
    StatusNotificationReq,
)


def boot_notification(store: Store, outcome: Outcome) -> list[Write]:
    """What the charge point says it is, and whether it is accepted. OCPP 1.6 §4.2."""
    request: BootNotificationReq = outcome.request
    response: BootNotificationConf = outcome.response
    return [
        store.charge_points.booted(
            outcome.charge_point.id,
            time=outcome.now,
            status=response.status.value,
            vendor=request.charge_point_vendor,
            model=request.charge_point_model,
            serial_number=request.charge_point_serial_number,
            charge_box_serial_number=request.charge_box_serial_number,
            firmware_version=request.firmware_version,
            iccid=request.iccid,
            imsi=request.imsi,
            meter_type=request.meter_type,
            meter_serial_number=request.meter_serial_number,
        )
    ]


def booted(live: LiveChargePoint, outcome: Outcome) -> None:
    """The charge point is now what it said at boot."""
    request: BootNotificationReq = outcome.request
    live.charge_point = replace(
        live.charge_point,
        vendor=request.charge_point_vendor,
        model=request.charge_point_model,
        serial_number=request.charge_point_serial_number,
        charge_box_serial_number=request.charge_box_serial_number,
        firmware_version=request.firmware_version,
        iccid=request.iccid,
        imsi=request.imsi,
        meter_type=request.meter_type,
        meter_serial_number=request.meter_serial_number,
        boot_status=outcome.response.status.value,
        booted_at=outcome.now,
    )


def status_notification(store: Store, outcome: Outcome) -> list[Write]:
    """The last status of the connector, and the reservations that it ends. OCPP 1.6 §4.9."""
    charge_point_id, now, connector = outcome.charge_point.id, outcome.now, _connector(outcome)
    writes = [store.connectors.status(charge_point_id, connector)]
    if connector.status == "Faulted":
        writes += store.faults.reported(
            charge_point_id, connector.connector_id, connector.updated_at, now
        )
    # The status is the reason: see `_reservations_ended`.
    reason: Any = connector.status.value
    return writes + [
        store.reservations.ended(each, reason, now) for each in _reservations_ended(outcome)
    ]


def status_changed(live: LiveChargePoint, outcome: Outcome) -> None:
    """The connector now is as it was reported."""
    connector = _connector(outcome)
    live.remember_connector(outcome.request.connector_id, connector)
    if connector.status == "Faulted":
        live.last_fault = outcome.now
    for each in _reservations_ended(outcome):
        if live.reservations is not None:
            live.reservations.forget(each)


def _reservations_ended(outcome: Outcome) -> list[ReservationRecord]:
    # §5.13: "A reservation SHALL be terminated … when … the connector is Faulted or Unavailable."
    request: StatusNotificationReq = outcome.request
    ends = request.status.value in ("Faulted", "Unavailable")
    reservations = outcome.reservations
    return [] if reservations is None or not ends else [*reservations.on(request.connector_id)]


def _connector(outcome: Outcome) -> Connector:
    request: StatusNotificationReq = outcome.request
    return Connector(
        connector_id=request.connector_id,
        status=request.status,
        error_code=request.error_code,
        info=request.info,
        vendor_id=request.vendor_id,
        vendor_error_code=request.vendor_error_code,
        # §6.47: "If absent, time of receipt of the message will be assumed."
        updated_at=request.timestamp or outcome.now,
    )


def start_transaction(store: Store, outcome: Outcome) -> list[Write]:
    """The transaction, also when it is refused: energy may have flowed. ocpp16.md §4."""
    transaction, now = outcome.transaction, outcome.now
    assert transaction is not None
    writes = [store.transactions.started(transaction)]
    writes += [
        store.active_transactions.superseded(each.transaction_id, now)
        for each in outcome.superseded
    ]
    reservation = _reservation_used(outcome)
    if reservation is not None:
        id_ = transaction.transaction_id
        writes.append(store.reservations.ended(reservation, "Used", now, id_))
    return writes


def started(live: LiveChargePoint, outcome: Outcome) -> None:
    """The same start again gets the same answer; what it ends has ended."""
    transaction = outcome.transaction
    assert transaction is not None
    reservation = _reservation_used(outcome)
    if reservation is not None and live.reservations is not None:
        live.reservations.forget(reservation)
    live.began(transaction, outcome.superseded, outcome.now)
    live.remember_transaction(transaction.transaction_id, flagged(transaction))
    live.remember_start(transaction)


def _reservation_used(outcome: Outcome) -> ReservationRecord | None:
    transaction, reservations = outcome.transaction, outcome.reservations
    assert transaction is not None
    return None if reservations is None else reservations.used_by(transaction, outcome.now)


def meter_values(store: Store, outcome: Outcome) -> list[Write]:
    """Every sampled value, within a transaction or not. OCPP 1.6 §4.7."""
    request: MeterValuesReq = outcome.request
    transaction = outcome.transaction
    return store.meter_values.recorded(
        outcome.charge_point.id,
        request.connector_id,
        request.transaction_id,
        request.meter_value,
        runs=transaction is not None and transaction.stopped_at is None,
    )
