"""Answers to remote start and stop. OCPP 1.6 §5.11, §5.12."""

from engine.simulator.charge_point import ChargePoint
from engine.simulator.charging import authorize, charge
from engine.simulator.connector import Connector
from engine.simulator.link import Reply
from protocol.messages import (
    ChargingProfilePurposeType,
    Reason,
    RemoteStartStopStatus,
    RemoteStartTransactionConf,
    RemoteStartTransactionReq,
    RemoteStopTransactionConf,
    RemoteStopTransactionReq,
)


def remote_start_transaction(
    charge_point: ChargePoint, request: RemoteStartTransactionReq
) -> Reply:
    """OCPP 1.6 §5.11; the charge goes on until something stops it."""
    connector = _free_connector(charge_point, request)
    profile = request.charging_profile
    # §5.11: its purpose "MUST be set to TxProfile".
    tx_profile = ChargingProfilePurposeType.TxProfile
    if connector is None or (
        profile is not None and profile.charging_profile_purpose is not tx_profile
    ):
        return Reply(RemoteStartTransactionConf(status=RemoteStartStopStatus.Rejected))

    async def start() -> None:
        ask = charge_point.configuration.is_true("AuthorizeRemoteTxRequests")
        if ask and not await authorize(charge_point, request.id_tag):
            return
        if profile is not None:
            charge_point.profiles.install(connector.connector_id, profile)
        if connector.is_free_for(request.id_tag):
            await charge(charge_point, connector, request.id_tag)

    return Reply(RemoteStartTransactionConf(status=RemoteStartStopStatus.Accepted), start)


def _free_connector(
    charge_point: ChargePoint, request: RemoteStartTransactionReq
) -> Connector | None:
    for connector in charge_point.connectors.values():
        wanted = request.connector_id in (None, connector.connector_id)
        if wanted and connector.is_free_for(request.id_tag):
            return connector
    return None


def remote_stop_transaction(charge_point: ChargePoint, request: RemoteStopTransactionReq) -> Reply:
    """OCPP 1.6 §5.12."""
    charging = charge_point.find_transaction(request.transaction_id)
    if charging is None:
        return Reply(RemoteStopTransactionConf(status=RemoteStartStopStatus.Rejected))

    async def stop() -> None:
        charging.stop(Reason.Remote)

    return Reply(RemoteStopTransactionConf(status=RemoteStartStopStatus.Accepted), stop)
