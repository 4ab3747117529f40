"""All messages, against the 78 official schemas, in both directions."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from protocol import messages, payloads
from protocol.errors import ErrorCode, LocalProtocolError
from protocol.payloads import PayloadError
from protocol.types import Message, OneDecimal, Timestamp
from tests.protocol.generated_payloads import full, mistakes, payloads_near, valid_payloads
from tests.protocol.official_schemas import as_read, as_written, exact, official

CODES = {
    "missing": ErrorCode.ProtocolError,
    "type": ErrorCode.TypeConstraintViolation,
    "value": ErrorCode.PropertyConstraintViolation,
    "length": ErrorCode.PropertyConstraintViolation,
    "format": ErrorCode.PropertyConstraintViolation,
    "count": ErrorCode.OccurenceConstraintViolation,
}

each_message = pytest.mark.parametrize("type_", official, ids=lambda type_: type_.__name__)
some_examples = settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


def test_there_are_78_official_schemas() -> None:
    assert len(official) == 78


@each_message
def test_every_field_of_the_schema_is_a_field_of_the_message(type_: type[Message]) -> None:
    properties = official[type_].get("properties", {})
    required = {f.encode_name for f in msgspec.structs.fields(type_) if f.required}
    assert set(type_.__struct_encode_fields__) == set(properties)
    assert required == set(official[type_].get("required", ()))


@each_message
@some_examples
@given(data=st.data())
def test_what_the_schema_allows_is_read_and_written_back(
    type_: type[Message], data: st.DataObject
) -> None:
    payload = data.draw(valid_payloads(type_))
    message = payloads.decode(type_, json.dumps(payload))
    written = payloads.encode(message)
    as_written(type_).validate(exact(written))
    assert payloads.decode(type_, written) == message == payloads.convert(type_, payload)
    assert json.loads(written) == payloads.to_builtins(message)


@each_message
@some_examples
@given(data=st.data())
def test_what_is_near_the_schema_is_read_where_our_reading_of_it_allows(
    type_: type[Message], data: st.DataObject
) -> None:
    payload = data.draw(payloads_near(type_))
    text = json.dumps(payload)
    allowed = payload is None or as_read(type_).is_valid(exact(text.encode()))
    assert allowed == _is_read(type_, text)


def _is_read(type_: type[Message], text: str) -> bool:
    try:
        payloads.decode(type_, text)
    except PayloadError:
        return False
    return True


@each_message
def test_each_single_mistake_is_found_where_it_is(type_: type[Message]) -> None:
    oracle = as_read(type_)
    for mistake in mistakes(official[type_]):
        assert not oracle.is_valid(mistake.payload), mistake
        found = payloads.problems(type_, mistake.payload)
        assert [(p.path, p.rule) for p in found] == [(mistake.path, mistake.rule)]
        with pytest.raises(PayloadError) as error:
            payloads.decode(type_, json.dumps(mistake.payload))
        not_a_payload = ErrorCode.FormationViolation
        assert error.value.code == (CODES[mistake.rule] if mistake.path else not_a_payload)


JUNK = st.sampled_from(
    (
        *(None, 5, -1.5, float("nan"), True, "", "x" * 20000, "2026-01-31T12:00:00Z", [], (), {}),
        *(OneDecimal(8.1), 8.12, Timestamp(2026, 1, 31), 2**64, "\ud800", b"x", object()),
        messages.IdTagInfo(status=messages.AuthorizationStatus.Accepted),
    )
)


@each_message
@some_examples
@given(data=st.data())
def test_only_valid_messages_are_ever_written(type_: type[Message], data: st.DataObject) -> None:
    message: Any = payloads.convert(type_, full(official[type_]))
    if not type_.__struct_fields__:
        return
    name = data.draw(st.sampled_from(type_.__struct_fields__))
    wrong = msgspec.structs.replace(message, **{name: data.draw(JUNK)})
    try:
        written = payloads.encode(wrong)
    except LocalProtocolError:
        return
    as_written(type_).validate(exact(written))


def test_a_stop_whose_meter_values_are_empty_is_still_a_stop() -> None:
    text = (
        '{"transactionId": 7, "meterStop": 1, "timestamp": "2026-01-31T12:00:00Z",'
        ' "transactionData": [{"timestamp": "2026-01-31T12:00:00Z", "sampledValue": []}]}'
    )
    stop = payloads.decode(messages.StopTransactionReq, text)
    assert stop.transaction_data is not None
    assert stop.transaction_data[0].sampled_value == ()


def test_all_types_have_a_docstring_with_their_section() -> None:
    for name in messages.__all__:
        doc = getattr(messages, name).__doc__
        assert "§" in doc, name
