"""
What is answered when no policy decides, and when a policy fails.

One row per action; `docs/policy-language.md` prints this table and a test reads it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Literal

import msgspec

from engine.policy.facts import ConnectConf, ConnectReq, ConnectStatus, Facts, Tag
from protocol import messages as m
from protocol.actions import Role, actions, received_by
from protocol.types import Message, Timestamp

OnErrorDefault = Literal["deny", "default"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Form:
    """A message that policies write."""

    message: type[Message]
    key: str = "response"
    """The key that it stands under in the file."""
    owned: tuple[str, ...] = ()
    """Fields of it that only the engine fills."""

    @cached_property
    def owned_attributes(self) -> tuple[tuple[str, str], ...]:
        """The attribute of each of these fields, and its name on the wire."""
        fields = msgspec.structs.fields(self.message)
        return tuple((f.name, f.encode_name) for f in fields if f.encode_name in self.owned)

    @property
    def owned_examples(self) -> Mapping[str, object]:
        """Values for these fields, where a response is made before there is a request."""
        return {name: _OWNED_EXAMPLES[name] for name in self.owned}

    def filled(self, answer: Message, owned: Mapping[str, object]) -> Message:
        """The message with the engine's own fields."""
        if not self.owned:
            return answer
        values = {attribute: owned[name] for attribute, name in self.owned_attributes}
        return msgspec.structs.replace(answer, **values)


@dataclass(frozen=True, kw_only=True, eq=False)
class Row:
    """What the engine knows about answering one action."""

    request: type[msgspec.Struct]
    confirmation: type[Message]
    default: Callable[[Facts], Message]
    """The answer when no policy decides; the engine's own fields are not filled yet."""
    default_text: str
    reads: frozenset[str] = frozenset()
    """The facts the default reads."""
    deny: Message | None = None
    """The refusal; None where the specification knows none."""
    failure: Message | None = None
    """The answer when a policy fails and says nothing about it; None is the default."""
    owned: tuple[str, ...] = ()
    """Fields of the response that only the engine fills."""

    @cached_property
    def form(self) -> Form:
        """The confirmation as policies write it."""
        return Form(message=self.confirmation, owned=self.owned)

    def filled(self, answer: Message, owned: Mapping[str, object]) -> Message:
        """An answer of this table with the engine's own fields."""
        return self.form.filled(answer, owned)


_EPOCH = Timestamp.parse("1970-01-01T00:00:00Z")
_OWNED_EXAMPLES: Mapping[str, object] = {"currentTime": _EPOCH, "transactionId": 0}
BOOT_INTERVAL_SECONDS = 300
RETRY_INTERVAL_SECONDS = 60


def _boot(status: m.RegistrationStatus, interval: int) -> Message:
    return m.BootNotificationConf(status=status, current_time=_EPOCH, interval=interval)


def _info(status: m.AuthorizationStatus) -> m.IdTagInfo:
    return m.IdTagInfo(status=status)


def id_tag_info(facts: Facts) -> m.IdTagInfo:
    """
    What the tag's record says.

    A tag we don't know is Invalid, unless we asked for this start ourselves: OCPP 1.6 §5.11 lets
    the central system choose any idTag for a RemoteStartTransaction.
    """
    tag = facts.tag
    if tag is None:
        known = facts.remote_start is not None
        return _info(m.AuthorizationStatus.Accepted if known else m.AuthorizationStatus.Invalid)
    return registered_info(tag, facts.parent_tag, facts.now)


def registered_info(tag: Tag, parent: Tag | None, now: datetime) -> m.IdTagInfo:
    """
    What the records of a tag and of its parent say together.

    The parent counts for a tag that is good by itself: who blocks the parent blocks its group.
    """
    status, expiry_date = _status(tag, now), tag.expiry_date
    if parent is not None and status == "Accepted":
        status = _status(parent, now)
        expiry_date = min(filter(None, (expiry_date, parent.expiry_date)), default=None)
    return m.IdTagInfo(
        status=m.AuthorizationStatus(status),
        expiry_date=None if expiry_date is None else Timestamp.of(expiry_date),
        parent_id_tag=tag.parent_id_tag,
    )


def _status(tag: Tag, now: datetime) -> str:
    expired = tag.expiry_date is not None and tag.expiry_date <= now
    return "Expired" if expired else tag.status


def _authorize(facts: Facts) -> Message:
    return m.AuthorizeConf(id_tag_info=id_tag_info(facts))


def _start_transaction(facts: Facts) -> Message:
    """OCPP 1.6 §7.2: ConcurrentTx is "only relevant for a StartTransaction.req"."""
    info, counters = id_tag_info(facts), facts.counters
    limit = counters.max_active_transactions_of_id_tag
    accepted = info.status is m.AuthorizationStatus.Accepted
    if accepted and limit is not None and counters.active_transactions_of_id_tag >= limit:
        info = msgspec.structs.replace(info, status=m.AuthorizationStatus.ConcurrentTx)
    return m.StartTransactionConf(id_tag_info=info, transaction_id=0)


def _stop_transaction(facts: Facts) -> Message:
    """A stop can't be refused: only a tag that was sent and is known is told about."""
    tag = facts.tag
    info = None if tag is None else registered_info(tag, facts.parent_tag, facts.now)
    return m.StopTransactionConf(id_tag_info=info)


def _row(action: str, **row: object) -> tuple[str, Row]:
    known = actions[action]
    return action, Row(request=known.request, confirmation=known.confirmation, **row)  # type: ignore[arg-type]


def _empty(action: str) -> tuple[str, Row]:
    answer = actions[action].confirmation()
    return _row(action, default=lambda _: answer, default_text="`{}`")


_INVALID = m.AuthorizationStatus.Invalid

_TAG_TEXT = (
    "status, expiry date and group of the tag's record, `Expired` when it has expired, and what"
    " its parent's record says where that is not `Accepted`; an unknown tag is `Invalid`, but"
    " `Accepted` for a remote start we asked for"
)

_TAG_FACTS = frozenset({"tag", "parentTag", "remoteStart"})

ANSWERS: Mapping[str, Row] = dict(
    (
        (
            "Connect",
            Row(
                request=ConnectReq,
                confirmation=ConnectConf,
                default=lambda _: ConnectConf(status=ConnectStatus.Accepted),
                default_text="`Accepted`",
                deny=ConnectConf(status=ConnectStatus.Forbidden),
                # A charge point that is refused comes back; one let in by mistake stays.
                failure=ConnectConf(status=ConnectStatus.Forbidden),
            ),
        ),
        _row(
            "Authorize",
            default=_authorize,
            default_text=_TAG_TEXT,
            reads=_TAG_FACTS,
            deny=m.AuthorizeConf(id_tag_info=_info(_INVALID)),
            failure=m.AuthorizeConf(id_tag_info=_info(_INVALID)),
        ),
        _row(
            "BootNotification",
            default=lambda _: _boot(m.RegistrationStatus.Accepted, BOOT_INTERVAL_SECONDS),
            default_text=f"`Accepted`, interval {BOOT_INTERVAL_SECONDS} s",
            deny=_boot(m.RegistrationStatus.Rejected, RETRY_INTERVAL_SECONDS),
            failure=_boot(m.RegistrationStatus.Pending, RETRY_INTERVAL_SECONDS),
            owned=("currentTime",),
        ),
        _row(
            "DataTransfer",
            default=lambda _: m.DataTransferConf(status=m.DataTransferStatus.UnknownVendorId),
            default_text="`UnknownVendorId`",
            deny=m.DataTransferConf(status=m.DataTransferStatus.Rejected),
        ),
        _empty("DiagnosticsStatusNotification"),
        _empty("FirmwareStatusNotification"),
        _row(
            "Heartbeat",
            default=lambda _: m.HeartbeatConf(current_time=_EPOCH),
            default_text="the current time",
            owned=("currentTime",),
        ),
        _empty("LogStatusNotification"),
        _empty("MeterValues"),
        _empty("SecurityEventNotification"),
        _row(
            "SignCertificate",
            default=lambda _: m.SignCertificateConf(status=m.GenericStatusEnumType.Rejected),
            default_text="`Rejected`",
            deny=m.SignCertificateConf(status=m.GenericStatusEnumType.Rejected),
        ),
        _empty("SignedFirmwareStatusNotification"),
        _row(
            "StartTransaction",
            default=_start_transaction,
            default_text=f"{_TAG_TEXT}; `ConcurrentTx` while the tag has all transactions it may",
            reads=_TAG_FACTS | {"counters"},
            deny=m.StartTransactionConf(id_tag_info=_info(_INVALID), transaction_id=0),
            failure=m.StartTransactionConf(id_tag_info=_info(_INVALID), transaction_id=0),
            owned=("transactionId",),
        ),
        _empty("StatusNotification"),
        _row(
            "StopTransaction",
            default=_stop_transaction,
            default_text="the same of the tag's record if a known tag was sent, else `{}`",
            reads=frozenset({"tag", "parentTag"}),
        ),
    )
)
"""Every action a policy can decide: the handshake, and the 14 a charge point sends."""

assert ANSWERS.keys() - {"Connect"} == received_by(Role.CentralSystem)
