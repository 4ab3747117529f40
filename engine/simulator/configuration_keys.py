"""The configuration keys of a simulated charge point. OCPP 1.6 §9, Security §2."""

from collections.abc import Callable, Iterable

import msgspec

from protocol.messages import ConfigurationStatus, KeyValue


class Key(msgspec.Struct):
    """One key: what it holds, and what it takes."""

    value: str
    readonly: bool = False
    takes: Callable[[str], bool] = lambda value: True
    write_only: bool = False
    reboot: bool = False


def _is_count(value: str) -> bool:
    return value.isascii() and value.isdigit()


def _is_boolean(value: str) -> bool:
    return value.lower() in ("true", "false")


def _is_key(value: str) -> bool:
    # Security A00.FR.205: 16 to 20 bytes, written as hexadecimal digits.
    return 32 <= len(value) <= 40 and len(value) % 2 == 0 and _is_hexadecimal(value)


def _is_hexadecimal(value: str) -> bool:
    return all(digit in "0123456789abcdefABCDEF" for digit in value)


def _keys(connectors: int, sample_seconds: int) -> dict[str, Key]:
    profiles = "Core,FirmwareManagement,LocalAuthListManagement,Reservation,SmartCharging"
    return {
        # OCPP 1.6 §9.1, core profile.
        "AllowOfflineTxForUnknownId": Key("false", takes=_is_boolean),
        "AuthorizationCacheEnabled": Key("false", takes=_is_boolean),
        "AuthorizeRemoteTxRequests": Key("false", takes=_is_boolean),
        "BlinkRepeat": Key("3", takes=_is_count),
        "ClockAlignedDataInterval": Key("0", takes=_is_count),
        "ConnectionTimeOut": Key("60", takes=_is_count),
        "ConnectorPhaseRotation": Key("0.RST", takes=bool),
        "GetConfigurationMaxKeys": Key("50", readonly=True),
        "HeartbeatInterval": Key("300", takes=_is_count),
        "LightIntensity": Key("100", takes=_is_count),
        "LocalAuthorizeOffline": Key("true", takes=_is_boolean),
        "LocalPreAuthorize": Key("false", takes=_is_boolean),
        "MaxEnergyOnInvalidId": Key("0", takes=_is_count),
        "MeterValuesAlignedData": Key("Energy.Active.Import.Register"),
        "MeterValuesSampledData": Key("Energy.Active.Import.Register,Power.Active.Import"),
        "MeterValueSampleInterval": Key(str(sample_seconds), takes=_is_count),
        "MinimumStatusDuration": Key("0", takes=_is_count),
        "NumberOfConnectors": Key(str(connectors), readonly=True),
        "ResetRetries": Key("1", takes=_is_count),
        "StopTransactionOnEVSideDisconnect": Key("true", takes=_is_boolean),
        "StopTransactionOnInvalidId": Key("true", takes=_is_boolean),
        "StopTxnAlignedData": Key(""),
        "StopTxnSampledData": Key(""),
        "SupportedFeatureProfiles": Key(f"{profiles},RemoteTrigger", readonly=True),
        "TransactionMessageAttempts": Key("3", takes=_is_count),
        "TransactionMessageRetryInterval": Key("2", takes=_is_count),
        "UnlockConnectorOnEVSideDisconnect": Key("true", takes=_is_boolean),
        "WebSocketPingInterval": Key("30", takes=_is_count, reboot=True),
        # §9.2, local authorization list.
        "LocalAuthListEnabled": Key("true", takes=_is_boolean),
        "LocalAuthListMaxLength": Key("1000", readonly=True),
        "SendLocalListMaxLength": Key("100", readonly=True),
        # §9.3, reservation.
        "ReserveConnectorZeroSupported": Key("true", readonly=True),
        # §9.4, smart charging.
        "ChargeProfileMaxStackLevel": Key("10", readonly=True),
        "ChargingScheduleAllowedChargingRateUnit": Key("Current,Power", readonly=True),
        "ChargingScheduleMaxPeriods": Key("24", readonly=True),
        "ConnectorSwitch3to1PhaseSupported": Key("false", readonly=True),
        "MaxChargingProfilesInstalled": Key("20", readonly=True),
        # Security §2.
        "AdditionalRootCertificateCheck": Key("false", readonly=True),
        "AuthorizationKey": Key("", takes=_is_key, write_only=True),
        "CertificateSignedMaxChainSize": Key("10000", readonly=True),
        "CertificateStoreMaxLength": Key("10", readonly=True),
        "CpoName": Key("Voltrule", takes=bool),
        "SecurityProfile": Key("0", readonly=True),
    }


class ConfigurationKeys:
    """
    The keys, readable and writable as OCPP 1.6 §5.3 and §5.8 say.

    Key names are CiString50: letter case means nothing.
    """

    def __init__(self, *, connectors: int, sample_seconds: int) -> None:
        self._keys = _keys(connectors, sample_seconds)
        self._names = {name.lower(): name for name in self._keys}

    def __getitem__(self, name: str) -> str:
        return self._keys[name].value

    def number(self, name: str) -> int:
        """Read a key that holds a count."""
        return int(self[name])

    def is_true(self, name: str) -> bool:
        """Read a key that holds a boolean."""
        return self[name].lower() == "true"

    def store(self, name: str, value: str) -> None:
        """Set a key from inside, as the interval that a BootNotification.conf brings."""
        self._keys[name].value = value

    def change(self, name: str, value: str) -> ConfigurationStatus:
        """Set a key from outside. OCPP 1.6 §5.3."""
        key = self._keys.get(self._names.get(name.lower(), ""))
        if key is None:
            return ConfigurationStatus.NotSupported
        if key.readonly or not key.takes(value):
            return ConfigurationStatus.Rejected
        key.value = value
        return ConfigurationStatus.RebootRequired if key.reboot else ConfigurationStatus.Accepted

    def read(self, names: Iterable[str] | None) -> tuple[list[KeyValue], list[str]]:
        """
        The keys asked for, and the names that are unknown; all keys without names.

        OCPP 1.6 §5.8: "If the list of requested keys in the request PDU is empty or missing, the
        Charge Point SHALL return a list of all configuration settings".
        """
        known: list[KeyValue] = []
        unknown: list[str] = []
        for asked in list(names or ()) or list(self._keys):
            name = self._names.get(asked.lower())
            if name is None:
                unknown.append(asked)
                continue
            key = self._keys[name]
            value = None if key.write_only else key.value
            known.append(KeyValue(key=name, readonly=key.readonly, value=value))
        return known, unknown
