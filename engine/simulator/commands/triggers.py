"""Answers to requests for a message. OCPP 1.6 §5.17, Security §5.4."""

from collections.abc import Callable, Coroutine
from typing import Any

from engine.simulator.certificates import CSR
from engine.simulator.charge_point import ChargePoint
from engine.simulator.charging import report_meter
from engine.simulator.connector import Connector
from engine.simulator.link import Reply
from protocol.messages import (
    DiagnosticsStatusNotificationReq,
    ExtendedTriggerMessageConf,
    ExtendedTriggerMessageReq,
    FirmwareStatusNotificationReq,
    HeartbeatReq,
    LogStatusNotificationReq,
    ReadingContext,
    SignCertificateReq,
    SignedFirmwareStatusNotificationReq,
    TriggerMessageConf,
    TriggerMessageReq,
    TriggerMessageStatus,
    TriggerMessageStatusEnumType,
)

Send = Callable[[ChargePoint, list[Connector]], Coroutine[Any, Any, None]]


def trigger_message(charge_point: ChargePoint, request: TriggerMessageReq) -> Reply:
    """OCPP 1.6 §5.17: the answer comes first, then the message."""
    connectors = _connectors(charge_point, request.connector_id)
    if not connectors:
        return Reply(TriggerMessageConf(status=TriggerMessageStatus.Rejected))
    send = _SENDERS[request.requested_message.value]
    return Reply(
        TriggerMessageConf(status=TriggerMessageStatus.Accepted),
        lambda: send(charge_point, connectors),
    )


def extended_trigger_message(
    charge_point: ChargePoint, request: ExtendedTriggerMessageReq
) -> Reply:
    """Security §5.4: as TriggerMessage, for the messages of the security extension too."""
    connectors = _connectors(charge_point, request.connector_id)
    if not connectors:
        return Reply(ExtendedTriggerMessageConf(status=TriggerMessageStatusEnumType.Rejected))
    send = _EXTENDED_SENDERS[request.requested_message.value]
    return Reply(
        ExtendedTriggerMessageConf(status=TriggerMessageStatusEnumType.Accepted),
        lambda: send(charge_point, connectors),
    )


def _connectors(charge_point: ChargePoint, connector_id: int | None) -> list[Connector]:
    """§5.17: without a connectorId the request means all connectors it can be about."""
    if connector_id is None:
        return [charge_point.whole, *charge_point.connectors.values()]
    if connector_id == 0:
        return [charge_point.whole]
    connector = charge_point.connectors.get(connector_id)
    return [] if connector is None else [connector]


async def _boot_notification(charge_point: ChargePoint, connectors: list[Connector]) -> None:
    await charge_point.notify_boot()


async def _heartbeat(charge_point: ChargePoint, connectors: list[Connector]) -> None:
    await charge_point.call(HeartbeatReq())


async def _meter_values(charge_point: ChargePoint, connectors: list[Connector]) -> None:
    for connector in connectors:
        if connector is not charge_point.whole or len(connectors) == 1:
            await report_meter(charge_point, connector, ReadingContext.Trigger)


async def _status_notification(charge_point: ChargePoint, connectors: list[Connector]) -> None:
    for connector in connectors:
        await charge_point.notify_status(connector)


async def _firmware_status(charge_point: ChargePoint, connectors: list[Connector]) -> None:
    await charge_point.call(FirmwareStatusNotificationReq(status=charge_point.firmware_status))


async def _diagnostics_status(charge_point: ChargePoint, connectors: list[Connector]) -> None:
    status = charge_point.diagnostics_status
    await charge_point.call(DiagnosticsStatusNotificationReq(status=status))


async def _signed_firmware_status(charge_point: ChargePoint, connectors: list[Connector]) -> None:
    await charge_point.call(
        SignedFirmwareStatusNotificationReq(
            status=charge_point.signed_firmware_status,
            request_id=charge_point.request_ids.get("SignedUpdateFirmware"),
        )
    )


async def _log_status(charge_point: ChargePoint, connectors: list[Connector]) -> None:
    await charge_point.call(
        LogStatusNotificationReq(
            status=charge_point.log_status, request_id=charge_point.request_ids.get("GetLog")
        )
    )


async def _sign_certificate(charge_point: ChargePoint, connectors: list[Connector]) -> None:
    await charge_point.call(SignCertificateReq(csr=CSR))


_SENDERS: dict[str, Send] = {
    "BootNotification": _boot_notification,
    "DiagnosticsStatusNotification": _diagnostics_status,
    "FirmwareStatusNotification": _firmware_status,
    "Heartbeat": _heartbeat,
    "MeterValues": _meter_values,
    "StatusNotification": _status_notification,
}

_EXTENDED_SENDERS: dict[str, Send] = {
    "BootNotification": _boot_notification,
    "FirmwareStatusNotification": _signed_firmware_status,
    "Heartbeat": _heartbeat,
    "LogStatusNotification": _log_status,
    "MeterValues": _meter_values,
    "SignChargePointCertificate": _sign_certificate,
    "StatusNotification": _status_notification,
}
