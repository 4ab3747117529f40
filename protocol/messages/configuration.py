"""Core profile: the configuration keys of a charge point. OCPP 1.6 §9 lists the standard ones."""

from enum import StrEnum

from protocol.types import CiString50, CiString500, Message


class ConfigurationStatus(StrEnum):
    """The answer to ChangeConfiguration. OCPP 1.6 §7.22."""

    Accepted = "Accepted"
    Rejected = "Rejected"
    RebootRequired = "RebootRequired"
    NotSupported = "NotSupported"


class KeyValue(Message):
    """A configuration key and its value; write-only keys have none. OCPP 1.6 §7.29."""

    key: CiString50
    readonly: bool
    value: CiString500 | None = None


class ChangeConfigurationReq(Message):
    """
    Set a configuration key. The value is text whatever the key's type.

    OCPP 1.6 §5.3, §6.9. Central system → charge point.
    """

    key: CiString50
    value: CiString500


class ChangeConfigurationConf(Message):
    """Whether the key was set. OCPP 1.6 §6.10."""

    status: ConfigurationStatus


class GetConfigurationReq(Message):
    """
    Report these configuration keys; all when none is given.

    OCPP 1.6 §5.8, §6.23. Central system → charge point.
    """

    key: tuple[CiString50, ...] | None = None


class GetConfigurationConf(Message):
    """The keys that are known, and those that are not. OCPP 1.6 §6.24."""

    configuration_key: tuple[KeyValue, ...] | None = None
    unknown_key: tuple[CiString50, ...] | None = None
