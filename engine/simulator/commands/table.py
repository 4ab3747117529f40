"""Which function answers which command."""

from collections.abc import Callable, Mapping
from typing import Any

from engine.simulator.charge_point import ChargePoint
from engine.simulator.commands import (
    charging_profiles,
    configuration,
    firmware,
    local_list,
    operation,
    reservations,
    security,
    transactions,
    triggers,
)
from engine.simulator.link import Reply
from protocol.actions import Action
from protocol.types import Message

COMMANDS: Mapping[str, Callable[[ChargePoint, Any], Reply]] = {
    "CancelReservation": reservations.cancel_reservation,
    "CertificateSigned": security.certificate_signed,
    "ChangeAvailability": operation.change_availability,
    "ChangeConfiguration": configuration.change_configuration,
    "ClearCache": operation.clear_cache,
    "ClearChargingProfile": charging_profiles.clear_charging_profile,
    "DataTransfer": operation.data_transfer,
    "DeleteCertificate": security.delete_certificate,
    "ExtendedTriggerMessage": triggers.extended_trigger_message,
    "GetCompositeSchedule": charging_profiles.get_composite_schedule,
    "GetConfiguration": configuration.get_configuration,
    "GetDiagnostics": firmware.get_diagnostics,
    "GetInstalledCertificateIds": security.get_installed_certificate_ids,
    "GetLocalListVersion": local_list.get_local_list_version,
    "GetLog": security.get_log,
    "InstallCertificate": security.install_certificate,
    "RemoteStartTransaction": transactions.remote_start_transaction,
    "RemoteStopTransaction": transactions.remote_stop_transaction,
    "ReserveNow": reservations.reserve_now,
    "Reset": operation.reset,
    "SendLocalList": local_list.send_local_list,
    "SetChargingProfile": charging_profiles.set_charging_profile,
    "SignedUpdateFirmware": firmware.signed_update_firmware,
    "TriggerMessage": triggers.trigger_message,
    "UnlockConnector": operation.unlock_connector,
    "UpdateFirmware": firmware.update_firmware,
}


def answer(charge_point: ChargePoint, action: Action, request: Message) -> Reply:
    """Answer a command."""
    return COMMANDS[action.name](charge_point, request)
