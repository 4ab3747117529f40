"""What a session has to tell: one event for each thing that has happened."""

import msgspec

from protocol.actions import Action
from protocol.errors import ErrorCode
from protocol.frames import CallError
from protocol.payloads import PayloadError, Problem
from protocol.types import Message, MessageId


class CallReceived(msgspec.Struct, frozen=True):
    """The peer calls; it must be answered, or dropped."""

    message_id: MessageId
    action: Action
    request: Message
    payload: bytes
    """The request as it was sent, with the fields that no type knows."""
    repaired: tuple[Problem, ...] = ()
    """What was wrong with it and has been put right."""


class CallRejected(msgspec.Struct, frozen=True):
    """The peer called in a way that can't be handled; a CallError is on its way."""

    message_id: MessageId
    code: ErrorCode
    description: str
    action: Action | None = None


class Repeated(msgspec.Struct, frozen=True):
    """The peer repeats a Call: it gets the same answer, now or when there is one."""

    message_id: MessageId
    action: Action
    answered: bool
    """Whether the answer was sent again; false while the first Call is still in handling."""


class CallCompleted(msgspec.Struct, frozen=True):
    """Our Call was answered."""

    message_id: MessageId
    action: Action
    confirmation: Message


class CallRefused(msgspec.Struct, frozen=True):
    """Our Call was answered with a CallError."""

    message_id: MessageId
    action: Action
    error: CallError


class CallFailed(msgspec.Struct, frozen=True):
    """Our Call was answered with something that is no confirmation of that action."""

    message_id: MessageId
    action: Action
    error: PayloadError


class CallTimedOut(msgspec.Struct, frozen=True):
    """Our Call was not answered in time; an answer that comes later is ignored."""

    message_id: MessageId
    action: Action
    sent: bool
    """False when it was still waiting for an earlier Call to be answered."""


class CallAbandoned(msgspec.Struct, frozen=True):
    """Our Call was not answered when the connection ended."""

    message_id: MessageId
    action: Action
    sent: bool


class Ignored(msgspec.Struct, frozen=True):
    """The peer sent something that OCPP-J wants ignored."""

    reason: str
    text: str


Event = CallReceived | CallRejected | Repeated | CallCompleted | CallRefused | CallFailed | Ignored
"""What `receive` can return."""
