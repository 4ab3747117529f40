"""
What OCPP forbids in a command although its type allows it.

Each rule quotes the sentence it stands for. A payload that breaks one is not sent.
"""

from collections.abc import Iterator

from engine.api.problems import FieldError
from protocol.messages import (
    AuthorizationData,
    ChargingProfile,
    ChargingProfileKindType,
    ChargingProfilePurposeType,
    ChargingSchedule,
    RemoteStartTransactionReq,
    SendLocalListReq,
    SetChargingProfileReq,
    UpdateType,
)
from protocol.types import Message


def broken_rules(request: Message) -> list[FieldError]:
    """List the rules that a command's payload breaks, each with the field."""
    return [
        FieldError(place="body", path=path, message=message) for path, message in _broken(request)
    ]


def _broken(request: Message) -> Iterator[tuple[str, str]]:
    match request:
        case RemoteStartTransactionReq():
            yield from _remote_start(request)
        case SetChargingProfileReq():
            yield from _set_charging_profile(request)
        case SendLocalListReq():
            yield from _send_local_list(request)


def _remote_start(request: RemoteStartTransactionReq) -> Iterator[tuple[str, str]]:
    # "connectorId SHALL be > 0" (OCPP 1.6 §6.33).
    if request.connector_id is not None and request.connector_id < 1:
        yield "connectorId", "must be above 0: a transaction is on a connector (§6.33)"
    profile = request.charging_profile
    if profile is None:
        return
    # "The Central System SHALL set the ChargingProfilePurpose to TxProfile" (OCPP 1.6 §5.11).
    if profile.charging_profile_purpose is not ChargingProfilePurposeType.TxProfile:
        yield "chargingProfile.chargingProfilePurpose", "must be `TxProfile` here (§5.11)"
    if profile.transaction_id is not None:
        yield "chargingProfile.transactionId", "must be left out: there is no transaction yet"
    yield from _profile("chargingProfile", profile)


def _set_charging_profile(request: SetChargingProfileReq) -> Iterator[tuple[str, str]]:
    profile = request.cs_charging_profiles
    purpose = profile.charging_profile_purpose
    # "ChargePointMaxProfile can only be set at Charge Point ConnectorId 0" (OCPP 1.6 §3.13.1).
    if purpose is ChargingProfilePurposeType.ChargePointMaxProfile and request.connector_id != 0:
        yield "connectorId", "must be 0 for a `ChargePointMaxProfile` (§3.13.1)"
    # "TxProfile SHALL only be set at Charge Point ConnectorId >0" (OCPP 1.6 §3.13.1).
    if purpose is ChargingProfilePurposeType.TxProfile and request.connector_id < 1:
        yield "connectorId", "must be above 0 for a `TxProfile` (§3.13.1)"
    # "Only valid if ChargingProfilePurpose is set to TxProfile" (OCPP 1.6 §7.8).
    if profile.transaction_id is not None and purpose is not ChargingProfilePurposeType.TxProfile:
        yield "csChargingProfiles.transactionId", f"is for a `TxProfile` only, not `{purpose}`"
    yield from _profile("csChargingProfiles", profile)


def _profile(path: str, profile: ChargingProfile) -> Iterator[tuple[str, str]]:
    kind = profile.charging_profile_kind
    if profile.recurrency_kind is not None and kind is not ChargingProfileKindType.Recurring:
        yield f"{path}.recurrencyKind", f"is for a `Recurring` profile only, not `{kind}`"
    yield from _schedule(f"{path}.chargingSchedule", profile.charging_schedule)


def _schedule(path: str, schedule: ChargingSchedule) -> Iterator[tuple[str, str]]:
    for place, period in enumerate(schedule.charging_schedule_period):
        here = f"{path}.chargingSchedulePeriod[{place}]"
        # "startPeriod of the first … SHALL always be 0" (errata to OCPP 1.6 §7.14).
        if place == 0 and period.start_period != 0:
            yield f"{here}.startPeriod", "must be 0: the first period starts the schedule"


def _send_local_list(request: SendLocalListReq) -> Iterator[tuple[str, str]]:
    # 0 means "there is no list", -1 "not supported": a list never has them (OCPP 1.6 §5.10).
    if request.list_version < 1:
        yield "listVersion", f"must be above 0, got {request.list_version}"
    if request.update_type is UpdateType.Full:
        yield from _full_list(request.local_authorization_list or ())


def _full_list(entries: tuple[AuthorizationData, ...]) -> Iterator[tuple[str, str]]:
    for place, entry in enumerate(entries):
        # "Required when UpdateType is Full" (OCPP 1.6 §7.1).
        if entry.id_tag_info is None:
            path = f"localAuthorizationList[{place}].idTagInfo"
            yield path, "is required in a `Full` update (§7.1)"
