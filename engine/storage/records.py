"""What the store gives back beside the facts of `engine.policy.facts`: camelCase in the API."""

from datetime import datetime
from typing import Any, Generic, Literal, TypeVar

import msgspec

from engine.policy.facts import ChargePoint, ReservationStatus, Tag
from engine.storage.id_tag_filters import IdTagFilter

T = TypeVar("T")

Direction = Literal["received", "sent"]
MatchedBy = Literal["automatic", "operator"]
"""Who found the transaction of a stop that names none."""
StopCause = Literal["NoTransaction", "Ambiguous", "AlreadyStopped"]
"""Nothing that runs fits, several fit, or the transaction that it names had another stop before."""
CommandStatus = Literal[
    "pending", "sent", "completed", "refused", "timedOut", "disconnected", "cancelled", "failed"
]


class Record(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A row as the API shows it."""


class Page(Record, Generic[T], frozen=True, kw_only=True):
    """One page of a list; `next` is the cursor of the page after it, null on the last."""

    items: tuple[T, ...]
    next: str | None = None


class ChargePointRecord(Record, frozen=True, kw_only=True):
    """A charge point with what the registry keeps beside the facts."""

    charge_point: ChargePoint
    version: int
    """Counts the edits of an operator, not the boots: the ETag."""
    has_password: bool
    created_at: datetime
    last_seen_at: datetime | None = None


class TagRecord(Record, frozen=True, kw_only=True):
    """An id tag with its edit counter."""

    tag: Tag
    version: int
    updated_at: datetime


class LocalListEntry(Record, frozen=True, kw_only=True):
    """An id tag in the local authorization list of a charge point."""

    id_tag: str
    status: str
    expiry_date: datetime | None = None
    parent_id_tag: str | None = None


class LocalListUpdate(Record, frozen=True, kw_only=True):
    """A SendLocalList and its answer. OCPP 1.6 §5.15."""

    list_version: int
    update_type: Literal["Full", "Differential"]
    entries: int
    """How many were in it."""
    status: str | None = None
    """The answer; null where none is known."""
    sent_at: datetime


class LocalListLimits(Record, frozen=True, kw_only=True):
    """What a charge point's configuration says of its list; null where it says nothing."""

    enabled: bool | None = None
    """LocalAuthListEnabled: whether it uses the list."""
    max_length: int | None = None
    """LocalAuthListMaxLength."""
    send_max_length: int | None = None
    """SendLocalListMaxLength: the most entries that one update may have."""
    read_at: datetime | None = None


LocalListStatus = Literal["Never", "Updating", "Synchronized", "Refused"]


class LocalListRecord(Record, frozen=True, kw_only=True):
    """What is known of the local authorization list of a charge point."""

    charge_point_id: str
    version: int = 0
    """The last version that an update was given: the next one is above it."""
    acknowledged_version: int | None = None
    """The version of the list that the charge point has; null where nobody knows."""
    status: LocalListStatus = "Never"
    entries: int = 0
    selector: IdTagFilter = IdTagFilter()
    last_update: LocalListUpdate | None = None
    synchronized_at: datetime | None = None
    limits: LocalListLimits = LocalListLimits()


class MeterValueRecord(Record, frozen=True, kw_only=True):
    """One sampled value, the specification's defaults and spelling in it. OCPP 1.6 §7.43."""

    charge_point_id: str
    connector_id: int
    transaction_id: int | None = None
    measured_at: datetime
    measurand: str
    phase: str | None = None
    context: str
    location: str
    unit: str | None = None
    format: str
    value: str
    """As sent."""
    number: float | None = None
    """The value as a number, in `unit`; null when it is not one (signed data)."""
    base_number: float | None = None
    """The same in `baseUnit`; null where the unit is unknown."""
    base_unit: str | None = None
    """Wh, varh, W, VA, var, A, V, Celsius, Percent or Hertz, whatever unit was sent."""


class Metered(Record, frozen=True, kw_only=True):
    """What a transaction and its meter values say together."""

    energy: float | None = None
    """In Wh."""
    power: float | None = None
    """In W."""
    soc_first: float | None = None
    """In percent."""
    soc_last: float | None = None
    last_measured_at: datetime | None = None


class ReservationRecord(Record, frozen=True, kw_only=True):
    """A reservation that a charge point accepted, and what became of it."""

    id: str
    charge_point_id: str
    reservation_id: int
    """A charge point may be given the same again, when the one before has ended."""
    connector_id: int
    """0: any connector of the charge point."""
    id_tag: str
    parent_id_tag: str | None = None
    expiry_date: datetime
    status: ReservationStatus = "Active"
    accepted_at: datetime
    ended_at: datetime | None = None
    """Null in one that has expired: `expiryDate` says when."""
    transaction_id: int | None = None
    """The transaction that it was used for."""


class UnmatchedStop(Record, frozen=True, kw_only=True):
    """A StopTransaction that did not name a transaction which still waited for its stop."""

    id: str
    charge_point_id: str
    transaction_id: int | None = None
    stopped_at: datetime
    meter_stop: int
    reason: str | None = None
    id_tag: str | None = None
    received_at: datetime
    cause: StopCause | None = None
    transaction_data: Any = None
    """The meter values that came with it, as they were sent."""
    matched_transaction_id: int | None = None
    """The transaction that it turned out to end."""
    matched_at: datetime | None = None
    matched_by: MatchedBy | None = None


class DecisionRecord(Record, frozen=True, kw_only=True):
    """What was answered, by which rule of which revision, and why."""

    id: str
    time: datetime
    charge_point_id: str
    action: str
    message_id: str | None = None
    revision: str
    source: str
    """`policy`, `default`, or `failure`: the answer for a policy that failed."""
    policy: str | None = None
    rule: str | None = None
    mode: Literal["enforce"] | None = None
    """Of the policy that answered: one in shadow mode never does, and is in `shadow`."""
    response: Any
    """The answer as JSON values; `msgspec.Raw` is taken as encoded already."""
    explanation: str | None = None
    errors: tuple[str, ...] = ()
    facts: dict[str, Any] = {}
    """The request, the facts that the policies of the action read, as they were, and `now`."""
    effects: tuple[Any, ...] = ()
    shadow: tuple[Any, ...] = ()
    """What policies in shadow mode would have answered."""
    duration_microseconds: float


class MessageRecord(Record, frozen=True, kw_only=True):
    """A frame as it went over the wire."""

    id: int
    """A Call and its answer have the same: they are one exchange."""
    charge_point_id: str
    direction: Direction
    time: datetime
    text: str
    message_id: str | None = None
    action: str | None = None


class CommandRecord(Record, frozen=True, kw_only=True):
    """A command issued to a charge point, and what became of it."""

    id: str
    charge_point_id: str
    action: str
    payload: Any
    status: CommandStatus
    result: Any = None
    error: Any = None
    issued_at: datetime
    completed_at: datetime | None = None


class TokenRecord(Record, frozen=True, kw_only=True):
    """An API token, known by its digest only."""

    name: str
    scope: str
    digest: str
    created_at: datetime
    last_used_at: datetime | None = None
