"""The facts a policy may read: typed, read-only, camelCase in CEL (DESIGN §5)."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Literal

import msgspec

from protocol.messages import ChargePointErrorCode, ChargePointStatus
from protocol.types import Message

AuthorizationStatus = Literal["Accepted", "Blocked", "Expired", "Invalid", "ConcurrentTx"]
AbandonedReason = Literal["NewTransaction", "ConnectorAvailable"]
"""The connector began another transaction, or was free for long, and no stop had come."""
TransactionFlag = Literal["ClockNotSet", "InTheFuture", "StopBeforeStart", "MeterWentBackwards"]
ReservationStatus = Literal[
    "Active", "Used", "Cancelled", "Replaced", "Expired", "Faulted", "Unavailable"
]
"""Why a reservation has ended, if it has."""


class Fact(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A value that policies read and the API shows, in the specification's camelCase."""


class Connector(Fact, frozen=True, kw_only=True):
    """The last status a connector reported. OCPP 1.6 §6.47. Connector 0 is the charge point."""

    connector_id: int
    status: ChargePointStatus
    error_code: ChargePointErrorCode
    info: str | None = None
    vendor_id: str | None = None
    vendor_error_code: str | None = None
    updated_at: datetime


class ChargePoint(Fact, frozen=True, kw_only=True):
    """What is known of a charge point: its registration and its last boot."""

    id: str
    registered: bool = False
    """True when an operator put it in the registry; false when it only connected."""
    groups: tuple[str, ...] = ()
    labels: dict[str, str] = {}
    vendor: str | None = None
    model: str | None = None
    serial_number: str | None = None
    charge_box_serial_number: str | None = None
    firmware_version: str | None = None
    iccid: str | None = None
    imsi: str | None = None
    meter_type: str | None = None
    meter_serial_number: str | None = None
    boot_status: Literal["Accepted", "Pending", "Rejected"] | None = None
    """The last answer to a BootNotification; null before the first."""
    booted_at: datetime | None = None
    firmware_status: str | None = None
    diagnostics_status: str | None = None


class Tag(Fact, frozen=True, kw_only=True):
    """An id tag as it is registered. OCPP 1.6 §7.27: letter case means nothing."""

    id_tag: str
    status: Literal["Accepted", "Blocked", "Expired", "Invalid"] = "Accepted"
    expiry_date: datetime | None = None
    parent_id_tag: str | None = None
    labels: dict[str, str] = {}
    max_active_transactions: int | None = None
    """How many transactions it may have at once; null: what the configuration says."""


class Transaction(Fact, frozen=True, kw_only=True):
    """A transaction as it is recorded. Meter readings in Wh."""

    transaction_id: int
    charge_point_id: str
    connector_id: int
    id_tag: str
    started_at: datetime
    meter_start: int
    reservation_id: int | None = None
    id_tag_status: AuthorizationStatus
    """The answer that was given to the StartTransaction."""
    stopped_at: datetime | None = None
    meter_stop: int | None = None
    reason: str | None = None
    stop_id_tag: str | None = None
    parent_id_tag: str | None = None
    """The group of the id tag when it started."""
    received_at: datetime | None = None
    """When the StartTransaction came here: long after `startedAt` if it was queued offline."""
    stop_received_at: datetime | None = None
    abandoned_at: datetime | None = None
    """Since when its stop counts as lost; a stop that comes after all makes it null again."""
    abandoned_reason: AbandonedReason | None = None
    reconciled: Literal["automatic", "operator"] | None = None
    """Who found out that a stop without its transaction id was this one's; null: it had the id."""
    flags: tuple[TransactionFlag, ...] = ()
    """What is odd about it, as it was sent; nothing is corrected."""


class Reservation(Fact, frozen=True, kw_only=True):
    """A reservation that the charge point accepted. OCPP 1.6 §5.13."""

    reservation_id: int
    connector_id: int
    """0: any connector of the charge point."""
    id_tag: str
    parent_id_tag: str | None = None
    expiry_date: datetime
    status: ReservationStatus = "Active"


class Counters(Fact, frozen=True, kw_only=True):
    """
    What runs at the moment of a request, without the request itself.

    An active transaction was accepted, has no stop, and is not abandoned.
    """

    active_transactions_of_id_tag: int = 0
    """On all charge points."""
    active_transactions_of_parent_id_tag: int = 0
    """Of all id tags of the group of the request's id tag, that one's among them."""
    active_transactions_of_charge_point: int = 0
    max_active_transactions_of_id_tag: int | None = None
    """The limit for the request's id tag: its own, else the configuration's; null: none."""
    faults_last_hour: int = 0
    """Faulted reports of the request's connector; of the whole charge point if it names none."""


class RemoteStart(Fact, frozen=True, kw_only=True):
    """A RemoteStartTransaction that this charge point accepted for this id tag lately."""

    connector_id: int | None = None
    issued_at: datetime


class Authentication(Fact, frozen=True, kw_only=True):
    """How a connecting charge point authenticated, and whether it proved it."""

    method: Literal["none", "basic", "certificate"] = "none"
    verified: bool = False


class ConnectReq(Fact, frozen=True, kw_only=True):
    """A charge point asks to connect: the WebSocket handshake as a request. DESIGN §5."""

    charge_point_id: str
    path: str
    subprotocols: tuple[str, ...] = ()
    remote_address: str
    authentication: Authentication = Authentication()


class ConnectStatus(StrEnum):
    """Accepted opens the connection; the others refuse it with HTTP 401, 403 or 404."""

    Accepted = "Accepted"
    Unauthorized = "Unauthorized"
    Forbidden = "Forbidden"
    NotFound = "NotFound"


class ConnectConf(Message, frozen=True, kw_only=True):
    """The answer to a handshake. Not a message of OCPP, but made and checked like one."""

    status: ConnectStatus


class Facts(Fact, frozen=True, kw_only=True):
    """All facts of one decision. What no expression reads is left out by who makes them."""

    request: object
    charge_point: ChargePoint | None = None
    connector: Connector | None = None
    """The connector the request names; null when it names none or it never reported."""
    tag: Tag | None = None
    """The stored record of the request's idTag; null when unknown or none was sent."""
    parent_tag: Tag | None = None
    """The stored record of the tag's parentIdTag; null without one, or when that is unknown."""
    transaction: Transaction | None = None
    """The transaction the request names; null when unknown or none was named."""
    reservation: Reservation | None = None
    """The one the request names, else the active one it is under; null if there is none."""
    counters: Counters = Counters()
    remote_start: RemoteStart | None = None
    now: datetime


FACTS: Mapping[str, str] = {
    field.encode_name: field.name for field in msgspec.structs.fields(Facts)
}
"""Facts by the names expressions call them, and the attributes of `Facts` they are."""
