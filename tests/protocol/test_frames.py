import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from protocol.errors import ErrorCode, LocalProtocolError
from protocol.frames import Call, CallError, CallResult, Malformed, decode, encode
from tests.protocol.builders import an_id

FORMATION = ErrorCode.FormationViolation
DEEP = "[" * 10**5 + "]" * 10**5

READ: list[tuple[str, Any]] = [
    ('[2,"1","Heartbeat",{}]', Call(an_id("1"), "Heartbeat", b"{}")),
    (' [ 2 , "1" , "A" , { "b" : 1 } ] ', Call(an_id("1"), "A", b'{ "b" : 1 }')),
    ('[2,"1","Heartbeat",null]', Call(an_id("1"), "Heartbeat", b"null")),
    ('[2,"1","Heartbeat",{},"more"]', Call(an_id("1"), "Heartbeat", b"{}")),
    ('[2,1,"Heartbeat",{}]', Call(1, "Heartbeat", b"{}")),
    ('[2,"","Heartbeat",{}]', Call(an_id(""), "Heartbeat", b"{}")),
    ('[2,"\\u0031","Heartbeat",{}]', Call(an_id("1"), "Heartbeat", b"{}")),
    ('[3,"1",{}]', CallResult(an_id("1"), b"{}")),
    ('[3,"1"]', CallResult(an_id("1"), b"{}")),
    (
        '[4,"1","NotSupported","no",{"a":1}]',
        CallError(an_id("1"), ErrorCode.NotSupported, "no", {"a": 1}),
    ),
    ('[4,"1","FormatViolation","",{}]', CallError(an_id("1"), FORMATION)),
    ('[4,"1"]', CallError(an_id("1"), ErrorCode.GenericError)),
    ('[4,"1",null,null,null]', CallError(an_id("1"), ErrorCode.GenericError)),
    ('[4,"1",7,[],"x"]', CallError(an_id("1"), ErrorCode.GenericError)),
    ('[4,"1","Oops","no",{}]', CallError(an_id("1"), ErrorCode.GenericError, "`Oops` no")),
]


@pytest.mark.parametrize(("text", "frame"), READ)
def test_frames_are_read_leniently(text: str, frame: object) -> None:
    assert decode(text) == frame


MALFORMED: list[tuple[str, object, ErrorCode | None, str]] = [
    ("", None, None, "not JSON: Input data was truncated"),
    ("hello", None, None, "not JSON: JSON is malformed: invalid character (byte 0)"),
    ("{}", None, None, "not JSON: Expected `array`, got `object`"),
    ("[]", None, None, "an array that is not a frame"),
    ('["2","1","Heartbeat",{}]', None, None, "an array that is not a frame"),
    ('[5,"1",{}]', None, None, "unknown message type `5`"),
    ('[-2,"1",{}]', None, None, "unknown message type `-2`"),
    ("[2]", None, None, "a frame without a message id that can be answered"),
    ('[2,null,"Heartbeat",{}]', None, None, "a frame without a message id that can be answered"),
    ('[2,true,"Heartbeat",{}]', None, None, "a frame without a message id that can be answered"),
    ('[2,1.5,"Heartbeat",{}]', None, None, "a frame without a message id that can be answered"),
    ("[3,{},{}]", None, None, "a frame without a message id that can be answered"),
    ('[2.0,"1","Heartbeat",{}]', None, None, "a message type that is no integer"),
    ('[2,"1",' + "1," * 400_000 + "1]", "1", FORMATION, "the action must be text"),
    ('[2,"1"]', "1", FORMATION, "a Call has 4 elements, not 2"),
    ('[2,"1","Heartbeat"]', "1", FORMATION, "a Call has 4 elements, not 3"),
    ('[2,"1",{},"Heartbeat"]', "1", FORMATION, "the action must be text"),
    (f'[2,{10**30},"A",{{}}]', 10**30, FORMATION, "the message id does not fit in 64 bits"),
    (
        f'[2,"{"x" * 256}","A",{{}}]',
        "x" * 256,
        FORMATION,
        "the message id has 256 characters, 36 are allowed",
    ),
    ('[2,"1","Heartbeat",{', "1", FORMATION, "not JSON: Input data was truncated"),
    (f'[2,"1","Heartbeat",{DEEP}]', "1", FORMATION, "not JSON: nested too deeply"),
    ('[2,"1\\u0032","Heartbeat",{', None, None, "not JSON: Input data was truncated"),
    ('[3,"1",{', None, None, "not JSON: Input data was truncated"),
    ('[4,"1","Generic', None, None, "not JSON: Input data was truncated"),
]


@pytest.mark.parametrize(("text", "message_id", "code", "said"), MALFORMED)
def test_what_is_no_frame_says_what_to_answer(
    text: str, message_id: Any, code: ErrorCode | None, said: str
) -> None:
    assert decode(text) == Malformed(message_id, code, said)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=20,
)
FRAME_LIKE = st.lists(st.sampled_from([2, 3, 4, "1", "Heartbeat", {}, None]) | JSON, max_size=6)


@given(st.text(st.characters()) | JSON.map(json.dumps) | FRAME_LIKE.map(json.dumps))
@example('[2,"1","A",{"a":"\ud800"}]')
@example('[2,"1","A",{"a":"\\ud800"}]')
@example('[2,"1","A",{"a":NaN}]')
@example("[" * 10**6)
@example("9" * 10**5)
@example(f'[{"9" * 10**5},"1",{{}}]')
@example(f'[2,{"9" * 10**5},"A",{{}}]')
@example("\ufeff[2]")
@example("[2,\x00]")
def test_decoding_never_raises(text: str) -> None:
    assert isinstance(decode(text), Call | CallResult | CallError | Malformed)


@given(JSON, st.integers(0, 200))
def test_decoding_what_was_cut_off_never_raises(value: object, length: int) -> None:
    text = json.dumps([2, "1", "Heartbeat", value])[:length]
    assert decode(text) is not None


def test_frames_are_written_as_the_specification_has_them() -> None:
    assert encode(Call(an_id("1"), "Heartbeat", b"{}")) == '[2,"1","Heartbeat",{}]'
    assert encode(CallResult(an_id("é"), b'{"a":1}')) == '[3,"é",{"a":1}]'
    error = CallError(an_id("1"), ErrorCode.NotImplemented, "no", {"a": 1})
    assert encode(error) == '[4,"1","NotImplemented","no",{"a":1}]'
    assert encode(CallError(7, ErrorCode.GenericError)) == '[4,7,"GenericError","",{}]'


def test_a_description_is_never_long() -> None:
    error = CallError(an_id("1"), ErrorCode.GenericError, "x" * 1000)
    assert json.loads(encode(error))[3] == "x" * 255


@pytest.mark.parametrize("message_id", ["", "x" * 37, 5])
def test_our_calls_have_an_id_of_1_to_36_characters(message_id: Any) -> None:
    with pytest.raises(LocalProtocolError, match="not a message id"):
        encode(Call(message_id, "Heartbeat", b"{}"))


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=36))
def test_what_is_written_is_read_the_same(message_id: str) -> None:
    frame = Call(an_id(message_id), "Heartbeat", b"{}")
    assert decode(encode(frame)) == frame
