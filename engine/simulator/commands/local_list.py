"""Answers about the local authorization list. OCPP 1.6 §5.10, §5.15."""

from engine.simulator.charge_point import ChargePoint
from engine.simulator.link import Reply
from protocol.messages import (
    GetLocalListVersionConf,
    GetLocalListVersionReq,
    SendLocalListConf,
    SendLocalListReq,
    UpdateStatus,
)


def get_local_list_version(charge_point: ChargePoint, request: GetLocalListVersionReq) -> Reply:
    """OCPP 1.6 §5.10."""
    return Reply(GetLocalListVersionConf(list_version=charge_point.local_list.version))


def send_local_list(charge_point: ChargePoint, request: SendLocalListReq) -> Reply:
    """OCPP 1.6 §5.15."""
    longest = charge_point.configuration.number("SendLocalListMaxLength")
    if len(request.local_authorization_list or ()) > longest:
        return Reply(SendLocalListConf(status=UpdateStatus.Failed))
    return Reply(SendLocalListConf(status=charge_point.local_list.update(request)))
