import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from protocol import frames, messages, payloads
from protocol.actions import Role, actions
from protocol.errors import ErrorCode, LocalProtocolError
from protocol.events import (
    CallAbandoned,
    CallCompleted,
    CallFailed,
    CallReceived,
    CallRefused,
    CallRejected,
    CallTimedOut,
    Ignored,
    Repeated,
)
from protocol.frames import CallError, CallResult
from protocol.session import Session
from tests.protocol.builders import (
    a_call,
    a_central_system,
    a_remote_start,
    a_result,
    an_authorize,
    an_authorize_conf,
    an_error,
    an_id,
)

AUTHORIZE = actions["Authorize"]
REMOTE_START = actions["RemoteStartTransaction"]
ONE, TWO, THREE = an_id("1"), an_id("2"), an_id("3")
ANSWER = '[3,"1",{"idTagInfo":{"status":"Accepted"}}]'


def sent(session: Session) -> list[Any]:
    return [json.loads(text) for text in session.to_send()]


class TestTheirCalls:
    def test_a_call_is_handed_out_and_answered(self) -> None:
        session = a_central_system()
        event = session.receive(an_authorize("1"), now=0)
        request = messages.AuthorizeReq(id_tag="RandomToken")
        assert event == CallReceived(ONE, AUTHORIZE, request, b'{"idTag": "RandomToken"}')
        assert session.in_handling == 1
        session.answer(ONE, an_authorize_conf())
        assert session.to_send() == [ANSWER]
        assert session.in_handling == 0

    def test_an_answer_may_be_written_before_it_is_given(self) -> None:
        session = a_central_system()
        session.receive(an_authorize("1"), now=0)
        payload = payloads.encode(an_authorize_conf())
        assert session.written_answer(ONE, payload) == ANSWER
        assert frames.encode(CallResult(ONE, payload)) == ANSWER
        assert session.to_send() == []
        session.answer(ONE, payload)
        assert session.to_send() == [ANSWER]

    def test_several_calls_in_flight_are_each_answered(self) -> None:
        session = a_central_system()
        session.receive(an_authorize("1"), now=0)
        session.receive(an_authorize("2", "Other"), now=0)
        session.answer(TWO, an_authorize_conf(messages.AuthorizationStatus.Blocked))
        session.answer(ONE, an_authorize_conf())
        assert [frame[1] for frame in sent(session)] == ["2", "1"]

    @pytest.mark.parametrize("message_id", [7, "x" * 255, "", "ü", '"', "\\", "\u2028"])
    def test_an_odd_message_id_is_echoed(self, message_id: str | int) -> None:
        session = a_central_system()
        event = session.receive(an_authorize(message_id), now=0)
        assert isinstance(event, CallReceived)
        session.answer(event.message_id, an_authorize_conf())
        assert sent(session)[0][1] == message_id

    @pytest.mark.parametrize(
        ("text", "code", "said"),
        [
            (a_call("1", "Foo"), "NotImplemented", "`Foo` is not an action of OCPP 1.6"),
            (
                a_call("1", "authorize"),
                "NotImplemented",
                "`authorize` is not an action of OCPP 1.6",
            ),
            (a_call("1", "Reset"), "NotSupported", "`Reset` is not sent to a central system"),
            (a_call("1", "Authorize"), "ProtocolError", "`idTag` is required"),
            (
                a_call("1", "Authorize", idTag=[]),
                "TypeConstraintViolation",
                "`idTag` must be text, not a list",
            ),
            (
                a_call("1", "SignCertificate", csr="x" * 5501),
                "PropertyConstraintViolation",
                "`csr` has 5501 characters, 5500 are allowed",
            ),
            (
                a_call("1", "MeterValues", connectorId=1, meterValue=[]),
                "OccurenceConstraintViolation",
                "`meterValue` must have at least 1 item",
            ),
            (
                '[2,"1","Heartbeat",[]]',
                "FormationViolation",
                "`payload` must be an object, not a list",
            ),
            ('[2,"1","Heartbeat"]', "FormationViolation", "a Call has 4 elements, not 3"),
        ],
    )
    def test_a_call_that_is_wrong_is_answered_with_its_code(
        self, text: str, code: str, said: str
    ) -> None:
        session = a_central_system()
        event = session.receive(text, now=0)
        assert isinstance(event, CallRejected)
        assert (event.message_id, event.code, event.description) == ("1", code, said)
        assert sent(session) == [[4, "1", code, said, {}]]
        assert session.in_handling == 0

    def test_a_call_whose_meaning_is_sure_is_put_right(self) -> None:
        event = a_central_system().receive(a_call("1", "Authorize", idTag=4711), now=0)
        assert isinstance(event, CallReceived)
        assert event.request == messages.AuthorizeReq(id_tag="4711")
        assert [*map(str, event.repaired)] == ["`idTag` must be text, not an integer"]

    def test_a_call_of_a_central_system_is_not_put_right(self) -> None:
        text = a_call("1", "RemoteStopTransaction", transactionId="7")
        event = Session(Role.ChargePoint).receive(text, now=0)
        assert isinstance(event, CallRejected)

    def test_the_other_role_receives_the_other_actions(self) -> None:
        session = Session(Role.ChargePoint)
        assert isinstance(session.receive(a_call("1", "Reset", type="Hard"), 0), CallReceived)
        event = session.receive(an_authorize("2"), now=0)
        assert isinstance(event, CallRejected)
        assert event.description == "`Authorize` is not sent to a charge point"

    @pytest.mark.parametrize("role", Role)
    def test_data_transfer_goes_both_ways(self, role: Role) -> None:
        session = Session(role)
        assert isinstance(
            session.receive(a_call("1", "DataTransfer", vendorId="A"), 0), CallReceived
        )
        session.call(TWO, messages.DataTransferReq(vendor_id="A"), now=0, deadline=1)
        assert sent(session) == [[2, "2", "DataTransfer", {"vendorId": "A"}]]


class TestRetries:
    def test_a_retried_call_gets_the_same_answer_and_is_not_handed_out_again(self) -> None:
        session = a_central_system()
        session.receive(an_authorize("1"), now=0)
        session.answer(ONE, an_authorize_conf())
        session.to_send()
        assert session.receive(an_authorize("1"), now=9) == Repeated(ONE, AUTHORIZE, answered=True)
        assert session.to_send() == [ANSWER]

    def test_a_call_retried_while_in_handling_is_answered_once(self) -> None:
        session = a_central_system()
        session.receive(an_authorize("1"), now=0)
        assert session.receive(an_authorize("1"), now=9) == Repeated(ONE, AUTHORIZE, answered=False)
        session.answer(ONE, an_authorize_conf())
        assert session.to_send() == [ANSWER]

    def test_the_same_id_with_other_content_is_another_call(self) -> None:
        session = a_central_system()
        session.receive(an_authorize("1"), now=0)
        session.answer(ONE, an_authorize_conf())
        assert isinstance(session.receive(an_authorize("1", "Other"), now=9), CallReceived)
        session.answer(ONE, an_authorize_conf(messages.AuthorizationStatus.Invalid))
        assert sent(session)[-1][2] == {"idTagInfo": {"status": "Invalid"}}
        repeated = session.receive(an_authorize("1", "Other"), now=9)
        assert repeated == Repeated(ONE, AUTHORIZE, answered=True)

    def test_the_answer_to_a_call_the_peer_gave_up_is_swallowed(self) -> None:
        session = a_central_system()
        session.receive(an_authorize("1"), now=0)
        session.receive(a_call("1", "Heartbeat"), now=9)
        session.answer(ONE, an_authorize_conf())
        assert session.to_send() == []
        session.answer(ONE, b'{"currentTime":"2026-01-31T12:00:00.000Z"}')
        assert sent(session) == [[3, "1", {"currentTime": "2026-01-31T12:00:00.000Z"}]]
        assert session.in_handling == 0

    def test_a_call_that_was_dropped_is_handed_out_again(self) -> None:
        session = a_central_system()
        session.receive(an_authorize("1"), now=0)
        session.drop(ONE)
        assert session.to_send() == []
        assert isinstance(session.receive(an_authorize("1"), now=9), CallReceived)

    def test_a_call_that_failed_is_handed_out_again(self) -> None:
        session = a_central_system()
        session.receive(an_authorize("1"), now=0)
        session.answer(ONE, CallError(ONE, ErrorCode.InternalError, "the store is full"))
        assert sent(session) == [[4, "1", "InternalError", "the store is full", {}]]
        assert isinstance(session.receive(an_authorize("1"), now=9), CallReceived)

    def test_only_the_last_answers_are_remembered(self) -> None:
        session = a_central_system(remembered_answers=2)
        for message_id in (ONE, TWO, THREE):
            session.receive(an_authorize(message_id), now=0)
            session.answer(message_id, an_authorize_conf())
        assert isinstance(session.receive(an_authorize("3"), now=0), Repeated)
        assert isinstance(session.receive(an_authorize("2"), now=0), Repeated)
        assert isinstance(session.receive(an_authorize("1"), now=0), CallReceived)


class TestAnswers:
    def test_there_must_be_a_call_to_answer(self) -> None:
        with pytest.raises(LocalProtocolError, match="no Call with the message id `1`"):
            a_central_system().answer(ONE, an_authorize_conf())

    def test_a_call_is_answered_only_once(self) -> None:
        session = a_central_system()
        session.receive(an_authorize("1"), now=0)
        session.answer(ONE, an_authorize_conf())
        with pytest.raises(LocalProtocolError):
            session.answer(ONE, an_authorize_conf())
        with pytest.raises(LocalProtocolError):
            session.drop(ONE)

    def test_the_answer_must_be_of_the_action(self) -> None:
        session = a_central_system()
        session.receive(an_authorize("1"), now=0)
        with pytest.raises(LocalProtocolError, match="`ResetConf` does not answer Authorize"):
            session.answer(ONE, messages.ResetConf(status=messages.ResetStatus.Accepted))
        session.answer(ONE, an_authorize_conf())
        assert session.to_send() == [ANSWER]

    def test_an_answer_that_is_not_valid_leaves_the_call_to_be_answered(self) -> None:
        session = a_central_system()
        session.receive(an_authorize("1"), now=0)
        status: Any = "Maybe"
        with pytest.raises(LocalProtocolError, match="not a valid AuthorizeConf"):
            session.answer(ONE, an_authorize_conf(status))
        assert session.in_handling == 1


class TestOurCalls:
    def test_a_call_is_sent_and_completed(self) -> None:
        session = a_central_system()
        session.call(ONE, a_remote_start(), now=0, deadline=30)
        payload = {"connectorId": 1, "idTag": "RandomToken"}
        assert sent(session) == [[2, "1", "RemoteStartTransaction", payload]]
        assert (session.outstanding, session.next_deadline) == (ONE, 30)
        status = messages.RemoteStartStopStatus.Accepted
        conf = messages.RemoteStartTransactionConf(status=status)
        event = session.receive(a_result("1", status="Accepted"), now=1)
        assert event == CallCompleted(ONE, REMOTE_START, conf)
        assert (session.outstanding, session.next_deadline) == (None, None)

    def test_only_one_call_is_outstanding(self) -> None:
        session = a_central_system()
        for message_id in (ONE, TWO, THREE):
            session.call(message_id, a_remote_start(), now=0, deadline=30)
        assert [frame[1] for frame in sent(session)] == ["1"]
        session.receive(a_result("1", status="Accepted"), now=1)
        assert [frame[1] for frame in sent(session)] == ["2"]
        session.receive(an_error("2"), now=1)
        assert [frame[1] for frame in sent(session)] == ["3"]

    def test_our_waiting_never_delays_the_answer_to_theirs(self) -> None:
        session = a_central_system()
        session.call(TWO, a_remote_start(), now=0, deadline=30)
        session.receive(an_authorize("1"), now=0)
        session.answer(ONE, an_authorize_conf())
        assert [frame[:2] for frame in sent(session)] == [[2, "2"], [3, "1"]]

    def test_the_same_id_both_ways_is_two_calls(self) -> None:
        session = a_central_system()
        session.call(ONE, a_remote_start(), now=0, deadline=30)
        assert isinstance(session.receive(an_authorize("1"), now=0), CallReceived)
        session.answer(ONE, an_authorize_conf())
        assert session.outstanding == ONE
        assert isinstance(session.receive(a_result("1", status="Accepted"), 1), CallCompleted)

    def test_a_refusal_is_told_with_what_was_said(self) -> None:
        session = a_central_system()
        session.call(ONE, a_remote_start(), now=0, deadline=30)
        event = session.receive(an_error("1", "NotSupported", "no"), now=1)
        error = CallError(ONE, ErrorCode.NotSupported, "no")
        assert event == CallRefused(ONE, REMOTE_START, error)

    def test_an_invalid_confirmation_ends_the_call_and_is_not_answered(self) -> None:
        session = a_central_system()
        session.call(ONE, a_remote_start(), now=0, deadline=30)
        session.to_send()
        event = session.receive(a_result("1", status="Maybe"), now=1)
        assert isinstance(event, CallFailed)
        assert str(event.error).startswith("`status` can't be `Maybe`")
        assert (session.outstanding, session.to_send()) == (None, [])

    @pytest.mark.parametrize("text", [a_result("9"), an_error("9"), '[3,"9"', "[3]", "[4,5]"])
    def test_a_foreign_answer_is_ignored_and_never_answered(self, text: str) -> None:
        session = a_central_system()
        session.call(ONE, a_remote_start(), now=0, deadline=30)
        session.to_send()
        assert isinstance(session.receive(text, now=1), Ignored)
        assert (session.outstanding, session.to_send()) == (ONE, [])

    def test_a_queued_call_can_be_taken_back(self) -> None:
        session = a_central_system()
        session.call(ONE, a_remote_start(), now=0, deadline=30)
        session.call(TWO, a_remote_start(), now=0, deadline=30)
        assert session.cancel(TWO)
        assert not session.cancel(TWO)
        assert not session.cancel(ONE)
        session.receive(a_result("1", status="Accepted"), now=1)
        assert [frame[1] for frame in sent(session)] == ["1"]

    @pytest.mark.parametrize(
        ("message_id", "request_", "said"),
        [
            ("1", messages.HeartbeatReq(), "a central system does not send `HeartbeatReq`"),
            ("1", an_authorize_conf(), "a central system does not send `AuthorizeConf`"),
            ("0", a_remote_start(), "the message id `0` is in use"),
            ("", a_remote_start(), "not a message id: ``"),
            ("x" * 37, a_remote_start(), "not a message id"),
            ("1", a_remote_start("x" * 21), "not a valid RemoteStartTransactionReq"),
        ],
    )
    def test_we_send_nothing_that_is_wrong(self, message_id: str, request_: Any, said: str) -> None:
        session = a_central_system()
        session.call(an_id("0"), a_remote_start(), now=0, deadline=30)
        session.to_send()
        with pytest.raises(LocalProtocolError, match=said):
            session.call(an_id(message_id), request_, now=0, deadline=30)
        assert session.to_send() == []


class TestDeadlines:
    def test_a_call_that_is_not_answered_times_out_and_the_next_is_sent(self) -> None:
        session = a_central_system()
        session.call(ONE, a_remote_start(), now=0, deadline=30)
        session.call(TWO, a_remote_start(), now=0, deadline=60)
        session.to_send()
        assert session.expire(29.9) == []
        assert session.expire(30) == [CallTimedOut(ONE, REMOTE_START, sent=True)]
        assert [frame[1] for frame in sent(session)] == ["2"]
        assert session.next_deadline == 60

    def test_a_late_answer_is_ignored(self) -> None:
        session = a_central_system()
        session.call(ONE, a_remote_start(), now=0, deadline=30)
        session.expire(30)
        text = a_result("1", status="Accepted")
        said = "no Call with the message id `1` is outstanding"
        assert session.receive(text, now=31) == Ignored(said, text)

    def test_a_call_times_out_in_the_queue_too(self) -> None:
        session = a_central_system()
        session.call(ONE, a_remote_start(), now=0, deadline=30)
        session.call(TWO, a_remote_start(), now=0, deadline=10)
        assert session.next_deadline == 10
        assert session.expire(10) == [CallTimedOut(TWO, REMOTE_START, sent=False)]
        assert session.outstanding == ONE

    def test_a_call_past_its_deadline_is_not_sent(self) -> None:
        session = a_central_system()
        session.call(ONE, a_remote_start(), now=0, deadline=30)
        session.call(TWO, a_remote_start(), now=0, deadline=10)
        session.call(THREE, a_remote_start(), now=0, deadline=30)
        session.receive(a_result("1", status="Accepted"), now=20)
        assert [frame[1] for frame in sent(session)] == ["1", "3"]
        assert session.expire(20) == [CallTimedOut(TWO, REMOTE_START, sent=False)]


class TestTheEnd:
    def test_our_calls_end_with_the_connection(self) -> None:
        session = a_central_system()
        session.call(ONE, a_remote_start(), now=0, deadline=30)
        session.call(TWO, a_remote_start(), now=0, deadline=30)
        assert session.close() == [
            CallAbandoned(ONE, REMOTE_START, sent=True),
            CallAbandoned(TWO, REMOTE_START, sent=False),
        ]
        assert (session.next_deadline, session.to_send(), session.close()) == (None, [], [])

    def test_handling_may_go_on_after_the_end(self) -> None:
        session = a_central_system()
        session.receive(an_authorize("1"), now=0)
        session.close()
        assert session.written_answer(ONE, an_authorize_conf()) == ANSWER
        session.answer(ONE, an_authorize_conf())
        assert (session.to_send(), session.in_handling) == ([], 0)

    def test_nothing_begins_after_the_end(self) -> None:
        session = a_central_system()
        session.close()
        said = "the session is closed"
        assert session.receive(an_authorize("1"), now=0) == Ignored(said, an_authorize("1"))
        with pytest.raises(LocalProtocolError, match=said):
            session.call(ONE, a_remote_start(), now=0, deadline=30)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=20,
)
CALLS = st.tuples(
    st.just(2), JSON, st.sampled_from(sorted(actions)), JSON | st.dictionaries(st.text(), JSON)
)


@pytest.mark.parametrize("role", Role)
@settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow])
@given(texts=st.lists(st.text(st.characters()) | (JSON | CALLS).map(json.dumps), max_size=5))
def test_nothing_a_peer_sends_raises_and_only_calls_are_answered(
    role: Role, texts: list[str]
) -> None:
    session = Session(role)
    for text in texts:
        session.receive(text, now=0)
        for answer in session.to_send():
            assert json.loads(answer)[0] == 4
            assert text.lstrip()[:1] == "["
