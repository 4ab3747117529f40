"""
The session: one connection's Calls and answers, without the connection.

Theory of operation
-------------------
A session turns text into events and answers into text. It has no socket, no clock and no tasks:
the shell hands in what arrived and the time, sends what `to_send` gives, and calls `expire` when
`next_deadline` has passed. It does not know which side it plays beyond which actions it may send
and must answer, so the simulator uses it too.

Two independent halves share the connection, because the rule of OCPP-J 1.6 §4.1.1 is per sender:
"A Charge Point or Central System SHOULD NOT send a CALL message to the other party unless all the
CALL messages it sent before have been responded to or have timed out."

Their Calls. Each is handed out once as `CallReceived` and stays *in handling* until `answer` or
`drop`. There may be several: some charge points do not wait. Answered ones are *remembered* for
a while. A Call with the id, action and payload of one in handling or remembered is a retry: it
is not handed out again, and gets the answer there is, or the one to come. The same id with other
content is another Call, from a peer that counts badly; if the first is still in handling, the
peer has given it up, and its answer must not be taken for the second's: it is swallowed. Only
CallResults are remembered: after a CallError or a `drop`, a retry is worth another try.

Our Calls. One is *outstanding*, the others *queued*. The outstanding one ends with its answer, at
its deadline or with the connection; then the next is sent, unless its own deadline has passed.
An answer that fits no outstanding Call (late, twice, or never ours) is ignored, and never
answered, however wrong it is.
"""

import msgspec

from protocol import frames, payloads, repairs
from protocol.actions import Action, Role, actions, by_request, received_by
from protocol.errors import ErrorCode, LocalProtocolError
from protocol.events import (
    CallAbandoned,
    CallCompleted,
    CallFailed,
    CallReceived,
    CallRefused,
    CallRejected,
    CallTimedOut,
    Event,
    Ignored,
    Repeated,
)
from protocol.frames import Call, CallError, CallResult, Malformed, WireId
from protocol.payloads import PayloadError, Problem
from protocol.types import Message, MessageId

Answer = Message | bytes | CallError
"""A confirmation, one that `payloads.encode` has written already, or a failure."""


class _Theirs(msgspec.Struct):
    """A Call of theirs, in handling or remembered. The hash stands for the payload."""

    wire_id: WireId
    action: Action
    payload_hash: int
    answer: str | None = None
    """As text, once it has been written."""
    answered_with: Answer | None = None
    """What that text was written from, until it is sent."""

    def is_repeated_by(self, call: Call) -> bool:
        return self.action.name == call.action and self.payload_hash == hash(call.payload)


class _Ours(msgspec.Struct, frozen=True):
    """A Call of ours, queued or outstanding."""

    message_id: MessageId
    action: Action
    text: str
    deadline: float


class Session:
    """
    The Calls and answers of one connection, seen from one side.

    Args:
        role: the side this session plays.
        remembered_answers: how many of the last answers a retry can still get. Each costs about a
            third of a kilobyte; a retry nearly always repeats the last Call.
    """

    __slots__ = (
        "_closed",
        "_in_handling",
        "_outstanding",
        "_queued",
        "_received_actions",
        "_remembered",
        "_remembered_answers",
        "_to_send",
        "role",
    )

    def __init__(self, role: Role, *, remembered_answers: int = 16) -> None:
        self.role = role
        self._received_actions = _RECEIVED_BY[role]
        self._remembered_answers = remembered_answers
        self._in_handling: dict[MessageId, list[_Theirs]] = {}
        self._remembered: dict[MessageId, _Theirs] = {}
        self._outstanding: _Ours | None = None
        self._queued: list[_Ours] = []
        self._to_send: list[str] = []
        self._closed = False

    def receive(self, text: str, now: float) -> Event:
        """Takes in what the peer sent. Never raises."""
        if self._closed:
            return Ignored("the session is closed", text)
        frame = frames.decode(text)
        if isinstance(frame, Call):
            return self._receive_call(frame)
        if isinstance(frame, Malformed):
            return self._receive_malformed(frame, text)
        return self._receive_answer(frame, text, now)

    def _receive_call(self, call: Call) -> Event:
        id_ = _text(call.message_id)
        action = self._received_actions.get(call.action)
        if action is None:
            return self._reject_action(call)
        in_handling = self._in_handling.get(id_)
        if in_handling is not None and in_handling[-1].is_repeated_by(call):
            return Repeated(id_, action, answered=False)
        remembered = self._remembered.get(id_)
        if remembered is not None and remembered.is_repeated_by(call):
            assert remembered.answer is not None
            self._to_send.append(remembered.answer)
            return Repeated(id_, action, answered=True)
        problems: tuple[Problem, ...] = ()
        try:
            request = payloads.decode(action.request, call.payload)
        except PayloadError as error:
            repaired = self._repaired(action, call)
            if repaired is None:
                return self._reject(call.message_id, error.code, str(error), action)
            request, problems = repaired, error.problems
        theirs = _Theirs(call.message_id, action, hash(call.payload))
        if in_handling is None:
            self._in_handling[id_] = [theirs]
        else:
            in_handling.append(theirs)
        return CallReceived(id_, action, request, call.payload, problems)

    def _repaired(self, action: Action, call: Call) -> Message | None:
        # What a central system sends can be mended where it is written.
        central = self.role is Role.CentralSystem
        return repairs.repaired(action.request, call.payload) if central else None

    def _reject_action(self, call: Call) -> CallRejected:
        action = actions.get(call.action)
        if action is None:
            text = f"`{call.action[:50]}` is not an action of OCPP 1.6"
            return self._reject(call.message_id, ErrorCode.NotImplemented, text)
        text = f"`{action.name}` is not sent to a {_NAMES[self.role]}"
        return self._reject(call.message_id, ErrorCode.NotSupported, text, action)

    def _reject(
        self, wire_id: WireId, code: ErrorCode, description: str, action: Action | None = None
    ) -> CallRejected:
        self._to_send.append(frames.encode(CallError(wire_id, code, description)))
        return CallRejected(_text(wire_id), code, description, action)

    def _receive_malformed(self, frame: Malformed, text: str) -> Event:
        if frame.message_id is None or frame.code is None:
            return Ignored(frame.description, text)
        return self._reject(frame.message_id, frame.code, frame.description)

    def _receive_answer(self, frame: CallResult | CallError, text: str, now: float) -> Event:
        id_ = _text(frame.message_id)
        ours = self._outstanding
        if ours is None or ours.message_id != id_:
            return Ignored(f"no Call with the message id `{id_}` is outstanding", text)
        self._outstanding = None
        self._send_next(now)
        if isinstance(frame, CallError):
            return CallRefused(id_, ours.action, frame)
        try:
            confirmation = payloads.decode(ours.action.confirmation, frame.payload)
        except PayloadError as error:
            return CallFailed(id_, ours.action, error)
        return CallCompleted(id_, ours.action, confirmation)

    def answer(self, message_id: MessageId, answer: Answer) -> None:
        """
        Answers a Call that was received; of several with one id, the first.

        Raises LocalProtocolError when no such Call is in handling, or when the answer is not a
        valid confirmation of its action; then the Call is still to be answered.
        """
        theirs = self._theirs(message_id)
        text = theirs.answer
        if text is None or theirs.answered_with is not answer:
            text = self._write(theirs, answer)
        if self._end(message_id) or self._closed:
            return
        self._remembered.pop(message_id, None)
        if not isinstance(answer, CallError):
            theirs.answer = text
            self._remember(message_id, theirs)
        self._to_send.append(text)

    def written_answer(self, message_id: MessageId, answer: Answer) -> str:
        """Writes what `answer` would send. Raises LocalProtocolError as `answer` does."""
        theirs = self._theirs(message_id)
        # Whoever records what is sent before it is sent needs it twice: it is written once.
        theirs.answer = text = self._write(theirs, answer)
        theirs.answered_with = answer
        return text

    def drop(self, message_id: MessageId) -> None:
        """Leaves a Call that was received without an answer; a retry will be received anew."""
        self._theirs(message_id)
        self._end(message_id)

    def _theirs(self, message_id: MessageId) -> _Theirs:
        in_handling = self._in_handling.get(message_id)
        if in_handling is None:
            raise LocalProtocolError(f"no Call with the message id `{message_id}` is in handling")
        return in_handling[0]

    def _write(self, theirs: _Theirs, answer: Answer) -> str:
        if isinstance(answer, bytes):
            return frames.encode_result(theirs.wire_id, answer)
        if isinstance(answer, CallError):
            return frames.encode(msgspec.structs.replace(answer, message_id=theirs.wire_id))
        if type(answer) is not theirs.action.confirmation:
            wrong = type(answer).__name__
            raise LocalProtocolError(f"`{wrong}` does not answer {theirs.action.name}")
        return frames.encode_result(theirs.wire_id, payloads.encode(answer))

    def _end(self, message_id: MessageId) -> bool:
        """Takes the first Call with this id out of handling; true if the peer has given it up."""
        in_handling = self._in_handling[message_id]
        del in_handling[0]
        if not in_handling:
            del self._in_handling[message_id]
        return bool(in_handling)

    def _remember(self, message_id: MessageId, theirs: _Theirs) -> None:
        theirs.answered_with = None
        self._remembered[message_id] = theirs
        if len(self._remembered) > self._remembered_answers:
            del self._remembered[next(iter(self._remembered))]

    @property
    def in_handling(self) -> int:
        """How many received Calls are not answered yet; what a shell may stop reading for."""
        return sum(map(len, self._in_handling.values()))

    def call(self, message_id: MessageId, request: Message, now: float, deadline: float) -> None:
        """
        Calls the peer, at once or when the Calls before it have ended.

        Raises LocalProtocolError for a request this side may not send or that isn't valid, and
        for a message id that is in use or not 1 to 36 characters long.
        """
        if self._closed:
            raise LocalProtocolError("the session is closed")
        action = by_request.get(type(request))
        if action is None or not action.may_be_sent_by(self.role):
            wrong = type(request).__name__
            raise LocalProtocolError(f"a {_NAMES[self.role]} does not send `{wrong}`")
        if any(ours.message_id == message_id for ours in self._ours()):
            raise LocalProtocolError(f"the message id `{message_id}` is in use")
        text = frames.encode(Call(message_id, action.name, payloads.encode(request)))
        self._queued.append(_Ours(message_id, action, text, deadline))
        self._send_next(now)

    def cancel(self, message_id: MessageId) -> bool:
        """Takes back a Call that is still queued. False when it is not: sent, ended, unknown."""
        for ours in self._queued:
            if ours.message_id == message_id:
                self._queued.remove(ours)
                return True
        return False

    @property
    def outstanding(self) -> MessageId | None:
        """The Call of ours that was sent (or is in `to_send`) and not answered yet."""
        return None if self._outstanding is None else self._outstanding.message_id

    def _ours(self) -> list[_Ours]:
        return [*([self._outstanding] if self._outstanding else []), *self._queued]

    def _send_next(self, now: float) -> None:
        if self._outstanding is not None:
            return
        for ours in self._queued:
            # One that is past its deadline stays for `expire` to tell.
            if ours.deadline > now:
                self._queued.remove(ours)
                self._outstanding = ours
                self._to_send.append(ours.text)
                return

    @property
    def next_deadline(self) -> float | None:
        """When `expire` is due next; None when nothing waits."""
        if self._outstanding is None and not self._queued:
            return None
        return min(ours.deadline for ours in self._ours())

    def expire(self, now: float) -> list[CallTimedOut]:
        """Ends our Calls whose deadline has passed, and sends the next."""
        late = [ours for ours in self._ours() if ours.deadline <= now]
        timed_out = [
            CallTimedOut(ours.message_id, ours.action, ours is self._outstanding) for ours in late
        ]
        if self._outstanding in late:
            self._outstanding = None
        self._queued = [ours for ours in self._queued if ours not in late]
        self._send_next(now)
        return timed_out

    def to_send(self) -> list[str]:
        """Takes the frames that are to be sent now, in order."""
        texts, self._to_send = self._to_send, []
        return texts

    def close(self) -> list[CallAbandoned]:
        """
        Ends the session: the connection is lost.

        Calls in handling may still be answered, as handling goes on; nothing is sent any more.
        """
        abandoned = [
            CallAbandoned(ours.message_id, ours.action, ours is self._outstanding)
            for ours in self._ours()
        ]
        self._closed = True
        self._outstanding = None
        self._queued.clear()
        self._to_send.clear()
        self._remembered.clear()
        return abandoned


_RECEIVED_BY = {
    role: {name: action for name, action in actions.items() if name in received_by(role)}
    for role in Role
}

_NAMES = {Role.CentralSystem: "central system", Role.ChargePoint: "charge point"}


def _text(wire_id: WireId) -> MessageId:
    return wire_id if isinstance(wire_id, str) else MessageId(str(wire_id))
