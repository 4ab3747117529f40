"""Answers about the configuration keys. OCPP 1.6 §5.3, §5.8."""

from engine.simulator.charge_point import ChargePoint
from engine.simulator.link import Reply
from protocol.messages import (
    ChangeConfigurationConf,
    ChangeConfigurationReq,
    ConfigurationStatus,
    GetConfigurationConf,
    GetConfigurationReq,
)


def get_configuration(charge_point: ChargePoint, request: GetConfigurationReq) -> Reply:
    """OCPP 1.6 §5.8."""
    known, unknown = charge_point.configuration.read(request.key)
    return Reply(
        GetConfigurationConf(
            configuration_key=tuple(known) or None, unknown_key=tuple(unknown) or None
        )
    )


def change_configuration(charge_point: ChargePoint, request: ChangeConfigurationReq) -> Reply:
    """OCPP 1.6 §5.3; for AuthorizationKey Security A01, which asks for a reconnect with it."""
    status = charge_point.configuration.change(request.key, request.value)
    reply = ChangeConfigurationConf(status=status)
    if request.key.lower() != "authorizationkey" or status is not ConfigurationStatus.Accepted:
        return Reply(reply)
    charge_point.link.password = bytes.fromhex(request.value)
    return Reply(reply, charge_point.link.reconnect)
