"""Answers to what keeps a charge point running. OCPP 1.6 §5.2, §5.4, §5.6, §5.14, §5.18."""

from engine.simulator.charge_point import ChargePoint
from engine.simulator.connector import Connector
from engine.simulator.link import Reply
from protocol.messages import (
    AvailabilityStatus,
    AvailabilityType,
    ChangeAvailabilityConf,
    ChangeAvailabilityReq,
    ClearCacheConf,
    ClearCacheReq,
    ClearCacheStatus,
    DataTransferConf,
    DataTransferReq,
    DataTransferStatus,
    Reason,
    ResetConf,
    ResetReq,
    ResetStatus,
    ResetType,
    UnlockConnectorConf,
    UnlockConnectorReq,
    UnlockStatus,
)


def change_availability(charge_point: ChargePoint, request: ChangeAvailabilityReq) -> Reply:
    """OCPP 1.6 §5.2; while a transaction runs the change is Scheduled for its end."""
    meant = _connectors(charge_point, request.connector_id)
    if not meant:
        return Reply(ChangeAvailabilityConf(status=AvailabilityStatus.Rejected))
    for connector in meant:
        connector.operative = request.type is AvailabilityType.Operative
    busy = any(connector.charging is not None for connector in meant)
    status = AvailabilityStatus.Scheduled if busy else AvailabilityStatus.Accepted

    async def notify() -> None:
        for connector in meant:
            if connector.charging is None and connector.status is not connector.idle_status:
                await charge_point.set_status(connector, connector.idle_status)

    return Reply(ChangeAvailabilityConf(status=status), notify)


def _connectors(charge_point: ChargePoint, connector_id: int) -> list[Connector]:
    """The connectors a request means: 0 stands for the charge point and all of them."""
    if connector_id == 0:
        return [charge_point.whole, *charge_point.connectors.values()]
    connector = charge_point.connectors.get(connector_id)
    return [] if connector is None else [connector]


def clear_cache(charge_point: ChargePoint, request: ClearCacheReq) -> Reply:
    """OCPP 1.6 §5.4; there is no authorization cache, so it is as clear as can be."""
    return Reply(ClearCacheConf(status=ClearCacheStatus.Accepted))


def data_transfer(charge_point: ChargePoint, request: DataTransferReq) -> Reply:
    """OCPP 1.6 §5.6; the vendor `Voltrule` knows one message, `Echo`."""
    if request.vendor_id != "Voltrule":
        return Reply(DataTransferConf(status=DataTransferStatus.UnknownVendorId))
    if request.message_id != "Echo":
        return Reply(DataTransferConf(status=DataTransferStatus.UnknownMessageId))
    return Reply(DataTransferConf(status=DataTransferStatus.Accepted, data=request.data))


def reset(charge_point: ChargePoint, request: ResetReq) -> Reply:
    """OCPP 1.6 §5.14."""
    hard = request.type is ResetType.Hard
    reason = Reason.HardReset if hard else Reason.SoftReset
    return Reply(ResetConf(status=ResetStatus.Accepted), lambda: charge_point.reboot(reason))


def unlock_connector(charge_point: ChargePoint, request: UnlockConnectorReq) -> Reply:
    """OCPP 1.6 §5.18: "If there was a transaction … the Charge Point SHALL finish it first"."""
    connector = charge_point.connectors.get(request.connector_id)
    if connector is None:
        return Reply(UnlockConnectorConf(status=UnlockStatus.NotSupported))
    if connector.charging is not None:
        connector.charging.stop(Reason.UnlockCommand)
    return Reply(UnlockConnectorConf(status=UnlockStatus.Unlocked))
