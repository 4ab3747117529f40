"""The one table of actions: what each is called, carries, and who sends it."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

import msgspec

from protocol import messages
from protocol.types import Message


class Role(StrEnum):
    """The two sides of a connection. OCPP-J 1.6 §3."""

    CentralSystem = "CentralSystem"
    ChargePoint = "ChargePoint"


class Sender(StrEnum):
    """Who may send a request."""

    CentralSystem = "CentralSystem"
    ChargePoint = "ChargePoint"
    Both = "both"


class Profile(StrEnum):
    """The feature profiles of OCPP 1.6 §3.3, and the security extension."""

    Core = "Core"
    FirmwareManagement = "FirmwareManagement"
    LocalAuthListManagement = "LocalAuthListManagement"
    Reservation = "Reservation"
    SmartCharging = "SmartCharging"
    RemoteTrigger = "RemoteTrigger"
    Security = "Security"


class Action(msgspec.Struct, frozen=True, eq=False):
    """One action: two messages under one name."""

    name: str
    request: type[Message]
    confirmation: type[Message]
    sender: Sender
    profile: Profile
    section: str
    """Where the specification describes the operation."""

    def __repr__(self) -> str:
        return f"<Action {self.name}>"

    def may_be_sent_by(self, role: Role) -> bool:
        """Whether this side may send the request."""
        return self.sender is Sender.Both or self.sender.value == role.value


_CENTRAL_SYSTEM, _CHARGE_POINT, _BOTH = Sender.CentralSystem, Sender.ChargePoint, Sender.Both

_TABLE: tuple[tuple[str, Sender, Profile, str], ...] = (
    ("Authorize", _CHARGE_POINT, Profile.Core, "OCPP 1.6 §4.1"),
    ("BootNotification", _CHARGE_POINT, Profile.Core, "OCPP 1.6 §4.2"),
    ("ChangeAvailability", _CENTRAL_SYSTEM, Profile.Core, "OCPP 1.6 §5.2"),
    ("ChangeConfiguration", _CENTRAL_SYSTEM, Profile.Core, "OCPP 1.6 §5.3"),
    ("ClearCache", _CENTRAL_SYSTEM, Profile.Core, "OCPP 1.6 §5.4"),
    ("DataTransfer", _BOTH, Profile.Core, "OCPP 1.6 §4.3, §5.6"),
    ("GetConfiguration", _CENTRAL_SYSTEM, Profile.Core, "OCPP 1.6 §5.8"),
    ("Heartbeat", _CHARGE_POINT, Profile.Core, "OCPP 1.6 §4.6"),
    ("MeterValues", _CHARGE_POINT, Profile.Core, "OCPP 1.6 §4.7"),
    ("RemoteStartTransaction", _CENTRAL_SYSTEM, Profile.Core, "OCPP 1.6 §5.11"),
    ("RemoteStopTransaction", _CENTRAL_SYSTEM, Profile.Core, "OCPP 1.6 §5.12"),
    ("Reset", _CENTRAL_SYSTEM, Profile.Core, "OCPP 1.6 §5.14"),
    ("StartTransaction", _CHARGE_POINT, Profile.Core, "OCPP 1.6 §4.8"),
    ("StatusNotification", _CHARGE_POINT, Profile.Core, "OCPP 1.6 §4.9"),
    ("StopTransaction", _CHARGE_POINT, Profile.Core, "OCPP 1.6 §4.10"),
    ("UnlockConnector", _CENTRAL_SYSTEM, Profile.Core, "OCPP 1.6 §5.18"),
    ("DiagnosticsStatusNotification", _CHARGE_POINT, Profile.FirmwareManagement, "OCPP 1.6 §4.4"),
    ("FirmwareStatusNotification", _CHARGE_POINT, Profile.FirmwareManagement, "OCPP 1.6 §4.5"),
    ("GetDiagnostics", _CENTRAL_SYSTEM, Profile.FirmwareManagement, "OCPP 1.6 §5.9"),
    ("UpdateFirmware", _CENTRAL_SYSTEM, Profile.FirmwareManagement, "OCPP 1.6 §5.19"),
    ("GetLocalListVersion", _CENTRAL_SYSTEM, Profile.LocalAuthListManagement, "OCPP 1.6 §5.10"),
    ("SendLocalList", _CENTRAL_SYSTEM, Profile.LocalAuthListManagement, "OCPP 1.6 §5.15"),
    ("CancelReservation", _CENTRAL_SYSTEM, Profile.Reservation, "OCPP 1.6 §5.1"),
    ("ReserveNow", _CENTRAL_SYSTEM, Profile.Reservation, "OCPP 1.6 §5.13"),
    ("ClearChargingProfile", _CENTRAL_SYSTEM, Profile.SmartCharging, "OCPP 1.6 §5.5"),
    ("GetCompositeSchedule", _CENTRAL_SYSTEM, Profile.SmartCharging, "OCPP 1.6 §5.7"),
    ("SetChargingProfile", _CENTRAL_SYSTEM, Profile.SmartCharging, "OCPP 1.6 §5.16"),
    ("TriggerMessage", _CENTRAL_SYSTEM, Profile.RemoteTrigger, "OCPP 1.6 §5.17"),
    ("CertificateSigned", _CENTRAL_SYSTEM, Profile.Security, "Security §5.1"),
    ("DeleteCertificate", _CENTRAL_SYSTEM, Profile.Security, "Security §5.3"),
    ("ExtendedTriggerMessage", _CENTRAL_SYSTEM, Profile.Security, "Security §5.5"),
    ("GetInstalledCertificateIds", _CENTRAL_SYSTEM, Profile.Security, "Security §5.7"),
    ("GetLog", _CENTRAL_SYSTEM, Profile.Security, "Security §5.9"),
    ("InstallCertificate", _CENTRAL_SYSTEM, Profile.Security, "Security §5.11"),
    ("LogStatusNotification", _CHARGE_POINT, Profile.Security, "Security §5.13"),
    ("SecurityEventNotification", _CHARGE_POINT, Profile.Security, "Security §5.15"),
    ("SignCertificate", _CHARGE_POINT, Profile.Security, "Security §5.17"),
    ("SignedFirmwareStatusNotification", _CHARGE_POINT, Profile.Security, "Security §5.19"),
    ("SignedUpdateFirmware", _CENTRAL_SYSTEM, Profile.Security, "Security §5.21"),
)


def _action(name: str, sender: Sender, profile: Profile, section: str) -> Action:
    # The messages of `X` are called `XReq` and `XConf`, as the specification's `X.req`, `X.conf`.
    request: type[Message] = getattr(messages, f"{name}Req")
    confirmation: type[Message] = getattr(messages, f"{name}Conf")
    return Action(name, request, confirmation, sender, profile, section)


actions: Mapping[str, Action] = MappingProxyType({row[0]: _action(*row) for row in _TABLE})
"""All 39 actions by name. Names are case-sensitive: OCPP-J 1.6 §4.2.1."""

by_request: Mapping[type[Message], Action] = MappingProxyType(
    {action.request: action for action in actions.values()}
)
"""All 39 actions by the type of their request."""

_OTHER = {Role.CentralSystem: Role.ChargePoint, Role.ChargePoint: Role.CentralSystem}

_SENT_BY = {
    role: frozenset(a.name for a in actions.values() if a.may_be_sent_by(role)) for role in Role
}


def sent_by(role: Role) -> frozenset[str]:
    """Names the actions this side may send: 14 for a charge point, 26 for a central system."""
    return _SENT_BY[role]


def received_by(role: Role) -> frozenset[str]:
    """Names the actions this side must answer."""
    return _SENT_BY[_OTHER[role]]
