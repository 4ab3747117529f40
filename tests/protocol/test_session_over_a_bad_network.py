"""Two linked sessions, one per role, over a network that loses, delays, repeats and reorders."""

import json
from typing import assert_never

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from protocol.actions import Role
from protocol.errors import ErrorCode
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
from protocol.frames import CallError
from protocol.messages import DataTransferConf, DataTransferReq, DataTransferStatus
from protocol.session import Session
from protocol.types import MessageId

OTHER = {Role.CentralSystem: Role.ChargePoint, Role.ChargePoint: Role.CentralSystem}
ROLES = st.sampled_from(Role)


class Side:
    """One session, the application on top of it, and what it has put on the wire."""

    def __init__(self, role: Role) -> None:
        self.session = Session(role, remembered_answers=1000)
        self.name = role.value
        self.outstanding: MessageId | None = None
        self.open: set[MessageId] = set()
        """Our Calls that have not ended yet."""
        self.ended: list[MessageId] = []
        """Our Calls that ended without an answer: they may be tried again."""
        self.to_answer: list[CallReceived] = []
        self.handled: set[MessageId] = set()
        self.results: dict[MessageId, str] = {}
        self.wire: list[str] = []

    def call(self, message_id: MessageId, now: float, deadline: float) -> None:
        request = DataTransferReq(vendor_id="A", data=message_id)
        self.session.call(message_id, request, now, deadline)
        self.open.add(message_id)

    def end(self, message_id: MessageId) -> None:
        # Each Call of the application ends exactly once.
        self.open.remove(message_id)
        self.ended.append(message_id)
        if self.outstanding == message_id:
            self.outstanding = None

    def send(self) -> list[str]:
        texts = self.session.to_send()
        for text in texts:
            kind, message_id, *_ = json.loads(text)
            if kind == 2:
                assert self.outstanding is None, "two Calls outstanding"
                self.outstanding = message_id
            if kind == 3:
                assert self.results.setdefault(message_id, text) == text, "two answers differ"
        self.wire += texts
        return texts

    def see(self, event: Event) -> None:
        match event:
            case CallReceived(message_id, request=request):
                assert message_id not in self.handled, "handled twice"
                assert request == DataTransferReq(vendor_id="A", data=message_id)
                self.handled.add(message_id)
                self.to_answer.append(event)
            case CallCompleted(message_id, confirmation=confirmation):
                status = DataTransferStatus.Accepted
                assert confirmation == DataTransferConf(status=status, data=message_id)
                self.end(message_id)
            case CallRefused(message_id):
                self.end(message_id)
            case Repeated(message_id):
                assert message_id in self.handled
            case CallRejected() | Ignored():
                pass
            case CallFailed():
                raise AssertionError("a valid answer was not understood")
            case _:
                assert_never(event)


class BadNetwork(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.count = 0
        self.sides = {role: Side(role) for role in Role}

    @rule(role=ROLES, patience=st.integers(1, 20))
    def call(self, role: Role, patience: int) -> None:
        self.count += 1
        side = self.sides[role]
        side.call(MessageId(f"{side.name} {self.count}"), self.now, self.now + patience)
        side.send()

    @rule(role=ROLES, data=st.data())
    def try_again(self, role: Role, data: st.DataObject) -> None:
        side = self.sides[role]
        again = [id_ for id_ in side.ended if id_ not in side.open]
        if again:
            side.call(data.draw(st.sampled_from(again)), self.now, self.now + 10)
            side.send()

    def _in_flight(self) -> list[tuple[Role, int]]:
        return [(role, i) for role, side in self.sides.items() for i in range(len(side.wire))]

    @precondition(lambda self: any(side.wire for side in self.sides.values()))
    @rule(data=st.data(), fate=st.sampled_from(["arrives", "arrives", "lost", "twice", "cut"]))
    def network(self, data: st.DataObject, fate: str) -> None:
        # Any text may be the next to arrive: that is delay and reordering.
        role, index = data.draw(st.sampled_from(self._in_flight()))
        wire = self.sides[role].wire
        text = wire[index] if fate == "twice" else wire.pop(index)
        if fate != "lost":
            cut = data.draw(st.integers(0, len(text) - 1)) if fate == "cut" else len(text)
            self._arrive(self.sides[OTHER[role]], text[:cut])

    def _arrive(self, side: Side, text: str) -> None:
        side.see(side.session.receive(text, self.now))
        answers = [sent for sent in side.send() if json.loads(sent)[0] != 2]
        # Never answer a CallResult or CallError, good or bad.
        assert not answers or text.startswith("[2,")

    @precondition(lambda self: any(side.to_answer for side in self.sides.values()))
    @rule(data=st.data(), how=st.sampled_from(["result", "result", "error", "drop"]))
    def handle(self, data: st.DataObject, how: str) -> None:
        side = data.draw(st.sampled_from([s for s in self.sides.values() if s.to_answer]))
        call = side.to_answer.pop(data.draw(st.integers(0, len(side.to_answer) - 1)))
        if how == "result":
            conf = DataTransferConf(status=DataTransferStatus.Accepted, data=call.message_id)
            side.session.answer(call.message_id, conf)
        else:
            # Not handled, as far as a retry is concerned.
            side.handled.remove(call.message_id)
            if how == "drop":
                side.session.drop(call.message_id)
            else:
                error = CallError(call.message_id, ErrorCode.InternalError)
                side.session.answer(call.message_id, error)
        side.send()

    @rule(seconds=st.integers(1, 15))
    def wait(self, seconds: int) -> None:
        self.now += seconds
        for side in self.sides.values():
            for event in side.session.expire(self.now):
                assert event.sent == (event.message_id == side.outstanding)
                side.end(event.message_id)
            side.send()

    @invariant()
    def what_the_session_says_is_what_it_did(self) -> None:
        for side in self.sides.values():
            assert side.session.outstanding == side.outstanding
            assert side.session.in_handling == len(side.to_answer)
            deadline = side.session.next_deadline
            assert (deadline is None) == (not side.open)

    def teardown(self) -> None:
        for side in self.sides.values():
            events: list[CallTimedOut | CallAbandoned] = [*side.session.expire(self.now + 7)]
            for event in events + list(side.session.close()):
                side.end(event.message_id)
            assert not side.open, "a Call never ended"


TestBadNetwork = BadNetwork.TestCase
TestBadNetwork.settings = settings(max_examples=80, stateful_step_count=50, deadline=None)
