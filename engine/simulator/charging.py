"""One charge from plug to plug, as an honest charge point does it. OCPP 1.6 §3.6, §4.8, §4.10."""

from engine.simulator.charge_point import ChargePoint, now
from engine.simulator.connector import Charging, Connector
from protocol.messages import (
    AuthorizationStatus,
    AuthorizeReq,
    ChargePointStatus,
    MeterValuesReq,
    ReadingContext,
    Reason,
    StartTransactionReq,
    StopTransactionReq,
)


async def authorize(charge_point: ChargePoint, id_tag: str) -> bool:
    """Ask whether an id tag may charge; the local list is asked first where it may answer."""
    configuration = charge_point.configuration
    if configuration.is_true("LocalPreAuthorize") and charge_point.local_list.accepts(id_tag):
        return True
    conf = await charge_point.call(AuthorizeReq(id_tag=id_tag))
    status = conf.id_tag_info.status
    if status is not AuthorizationStatus.Accepted:
        charge_point.observer.note(charge_point.identity, f"`{id_tag}` may not charge: {status}")
    return bool(status is AuthorizationStatus.Accepted)


async def charge(
    charge_point: ChargePoint,
    connector: Connector,
    id_tag: str,
    *,
    samples: int | None = None,
    every_seconds: float | None = None,
) -> bool:
    """
    Charge a vehicle, the id tag being authorized already.

    Args:
        samples: how many MeterValues before it ends by itself; None: until something stops it.
        every_seconds: the time between them; None: MeterValueSampleInterval.

    Returns:
        Whether energy flowed.

    Raises:
        Unanswered: a message was not answered, not even when repeated.
    """
    charging = Charging(id_tag=id_tag, started_at=now(), meter_start=int(connector.meter_wh))
    connector.charging = charging
    try:
        await charge_point.set_status(connector, ChargePointStatus.Preparing)
        accepted = await _start(charge_point, connector, charging)
        if accepted:
            await charge_point.set_status(connector, ChargePointStatus.Charging)
            await _deliver(charge_point, connector, charging, samples, every_seconds)
        await _stop(charge_point, connector, charging)
        await charge_point.set_status(connector, ChargePointStatus.Finishing)
        connector.charging = None
        await charge_point.set_status(connector, connector.idle_status)
    finally:
        connector.charging = None
        charging.ended.set()
    return accepted


async def _start(charge_point: ChargePoint, connector: Connector, charging: Charging) -> bool:
    reservation = connector.reservation
    conf = await charge_point.report(
        StartTransactionReq(
            connector_id=connector.connector_id,
            id_tag=charging.id_tag,
            meter_start=charging.meter_start,
            reservation_id=None if reservation is None else reservation.reservation_id,
            timestamp=charging.started_at,
        )
    )
    # §5.13: a reservation ends when its holder starts.
    connector.reservation = None
    charging.transaction_id = conf.transaction_id
    if conf.id_tag_info.status is AuthorizationStatus.Accepted:
        return True
    status = conf.id_tag_info.status
    charge_point.observer.note(
        charge_point.identity, f"transaction {conf.transaction_id} is not accepted: {status}"
    )
    charging.stop(Reason.DeAuthorized)
    return False


async def _deliver(
    charge_point: ChargePoint,
    connector: Connector,
    charging: Charging,
    samples: int | None,
    every_seconds: float | None,
) -> None:
    sent = 0
    while samples is None or sent < samples:
        seconds = every_seconds
        if seconds is None:
            # §9.1.18: 0 means no sampling.
            seconds = charge_point.configuration.number("MeterValueSampleInterval") or 86_400.0
        if await charge_point.wait(seconds, until=charging.stop_asked):
            break
        connector.deliver(_watts(charge_point, connector), max(seconds, 1))
        await report_meter(charge_point, connector, ReadingContext.SamplePeriodic)
        sent += 1


def _watts(charge_point: ChargePoint, connector: Connector) -> float:
    started_at = connector.charging.started_at if connector.charging else None
    return charge_point.profiles.watts(connector.connector_id, now(), started_at)


async def report_meter(
    charge_point: ChargePoint, connector: Connector, context: ReadingContext
) -> None:
    """Send one MeterValues of a connector, with its transaction if it has one."""
    charging = connector.charging
    measurands = charge_point.configuration["MeterValuesSampledData"]
    await charge_point.report(
        MeterValuesReq(
            connector_id=connector.connector_id,
            transaction_id=None if charging is None else charging.transaction_id,
            meter_value=(connector.sample(measurands, context, now()),),
        )
    )


async def _stop(charge_point: ChargePoint, connector: Connector, charging: Charging) -> None:
    assert charging.transaction_id is not None
    connector.watts = 0.0
    local = charging.reason in (Reason.Local, Reason.Remote, Reason.DeAuthorized)
    await charge_point.report(
        StopTransactionReq(
            id_tag=charging.id_tag if local else None,
            meter_stop=int(connector.meter_wh),
            timestamp=now(),
            transaction_id=charging.transaction_id,
            # §6.49: "Reason … MAY only be omitted when the Reason is Local".
            reason=None if charging.reason is Reason.Local else charging.reason,
        )
    )
    charge_point.profiles.end_transaction(connector.connector_id)
