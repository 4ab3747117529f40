import json
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

import msgspec
import pytest

from protocol import messages as m
from protocol import payloads
from protocol.actions import actions
from protocol.errors import ErrorCode, LocalProtocolError
from protocol.payloads import PayloadError, Problem
from protocol.types import Message, OneDecimal, Timestamp
from tests.protocol.builders import NOON, an_authorize_conf

ACCEPTED = m.AuthorizationStatus.Accepted


def test_null_is_an_empty_payload() -> None:
    assert payloads.decode(m.HeartbeatReq, "null") == m.HeartbeatReq()


def test_null_is_no_payload_where_fields_are_required() -> None:
    with pytest.raises(PayloadError) as error:
        payloads.decode(m.AuthorizeReq, "null")
    assert str(error.value) == "`idTag` is required"
    assert error.value.code is ErrorCode.ProtocolError


def test_fields_of_vendors_are_ignored_on_the_wire() -> None:
    text = '{"idTag": "A", "vendor": {"deep": [1]}}'
    assert payloads.decode(m.AuthorizeReq, text) == m.AuthorizeReq(id_tag="A")


def test_the_last_of_two_fields_with_one_name_counts() -> None:
    assert payloads.decode(m.AuthorizeReq, '{"idTag": 5, "idTag": "B"}').id_tag == "B"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[]", ErrorCode.FormationViolation),
        ('"text"', ErrorCode.FormationViolation),
        ("{", ErrorCode.FormationViolation),
        ('{"idTag": "\\ud800"}', ErrorCode.FormationViolation),
        ('{"idTag": NaN}', ErrorCode.FormationViolation),
        ('{"idTag": ' + "[" * 10**5 + "]" * 10**5 + "}", ErrorCode.FormationViolation),
        ('{"idTag": ' + "9" * 5000 + "}", ErrorCode.FormationViolation),
        ('{"idTag": 5}', ErrorCode.TypeConstraintViolation),
        ("{}", ErrorCode.ProtocolError),
    ],
)
def test_a_payload_that_is_wrong_has_its_code(text: str, code: ErrorCode) -> None:
    with pytest.raises(PayloadError) as error:
        payloads.decode(m.AuthorizeReq, text)
    assert error.value.code is code


def test_the_first_problem_decides_the_code() -> None:
    with pytest.raises(PayloadError) as error:
        payloads.decode(m.StatusNotificationReq, '{"connectorId": "1", "errorCode": "x"}')
    assert [p.rule for p in error.value.problems] == ["type", "value", "missing"]
    assert error.value.code is ErrorCode.TypeConstraintViolation


def test_limits_are_read_leniently_and_written_with_one_decimal() -> None:
    period = payloads.decode(m.ChargingSchedulePeriod, '{"startPeriod": 0, "limit": 16.25}')
    assert payloads.encode(period) == b'{"startPeriod":0,"limit":16.2}'


def test_plain_values_become_a_message() -> None:
    plain = {"idTagInfo": {"status": "Accepted", "expiryDate": "2026-01-31T14:00:00+02:00"}}
    info = m.IdTagInfo(status=ACCEPTED, expiry_date=NOON)
    assert payloads.convert(m.AuthorizeConf, plain) == m.AuthorizeConf(id_tag_info=info)


def test_plain_values_may_be_moments_and_members() -> None:
    plain = {"status": m.RegistrationStatus.Accepted, "interval": 300}
    conf = payloads.convert(
        m.BootNotificationConf, plain | {"currentTime": datetime(2026, 1, 31, 12, tzinfo=UTC)}
    )
    assert str(conf.current_time) == "2026-01-31T12:00:00.000Z"
    assert conf.status is m.RegistrationStatus.Accepted


class Text(str):
    """Text of a kind of its own, as expression languages have it."""

    __slots__ = ()


def test_values_that_are_as_good_as_plain_are_plain() -> None:
    plain = MappingProxyType({"idTagInfo": {Text("status"): Text("Accepted")}})
    assert payloads.convert(m.AuthorizeConf, plain) == an_authorize_conf()


def test_convert_says_all_problems_at_once() -> None:
    with pytest.raises(PayloadError) as error:
        payloads.convert(m.StartTransactionConf, {"idTagInfo": {"status": "accepted"}})
    assert error.value.problems == (
        Problem("idTagInfo.status", "value", "can't be `accepted`: did you mean `Accepted`?"),
        Problem("transactionId", "missing", "is required"),
    )


def test_convert_refuses_unknown_fields_when_told_so() -> None:
    plain = {"idTagInfo": {"status": "Accepted", "expiry": None}}
    assert payloads.convert(m.AuthorizeConf, plain) == an_authorize_conf()
    with pytest.raises(PayloadError) as error:
        payloads.convert(m.AuthorizeConf, plain, unknown_fields=False)
    assert str(error.value) == (
        "`idTagInfo.expiry` is not a field here: did you mean `expiryDate`?"
    )


def test_convert_wants_limits_with_one_decimal() -> None:
    period = {"startPeriod": 0, "limit": 16.25}
    with pytest.raises(PayloadError, match=r"more than one digit after the point: `16\.25`"):
        payloads.convert(m.ChargingSchedulePeriod, period)


def test_convert_takes_what_floating_point_makes_of_one_decimal() -> None:
    period = payloads.convert(m.ChargingSchedulePeriod, {"startPeriod": 0, "limit": 0.1 + 0.2})
    assert payloads.encode(period) == b'{"startPeriod":0,"limit":0.3}'


def test_absent_fields_are_not_written() -> None:
    assert payloads.encode(an_authorize_conf()) == b'{"idTagInfo":{"status":"Accepted"}}'
    assert payloads.encode(m.MeterValuesConf()) == b"{}"


INVALID: list[tuple[Any, str]] = [
    (m.AuthorizeReq(id_tag="x" * 21), "not a valid AuthorizeReq: `idTag` has 21 characters"),
    (m.HeartbeatConf(current_time=datetime(2026, 1, 31, tzinfo=UTC)), "2026-01-31T00:00:00Z"),  # type: ignore[arg-type]
    (m.HeartbeatConf(current_time=Timestamp(2026, 1, 31)), "without a time zone"),
    (m.ResetConf(status="Maybe"), "`status` can't be `Maybe`"),  # type: ignore[arg-type]
    (m.AuthorizeReq(id_tag="\ud800"), "surrogates not allowed"),
    (m.AuthorizeReq(id_tag=object()), "no message has fields of the type `object`"),  # type: ignore[arg-type]
    (m.ClearChargingProfileReq(id=m.HeartbeatReq()), "`id` must be an integer, not an object"),  # type: ignore[arg-type]
    (m.ChargingSchedulePeriod(start_period=0, limit=16.25), "`16.25`"),  # type: ignore[arg-type]
    (m.ChargingSchedulePeriod(start_period=0, limit=float("nan")), "`limit` must be a number"),  # type: ignore[arg-type]
]


@pytest.mark.parametrize(("message", "said"), INVALID)
def test_what_is_not_valid_is_not_written(message: Message, said: str) -> None:
    with pytest.raises(LocalProtocolError) as error:
        payloads.encode(message)
    assert said in str(error.value)


def test_a_list_is_as_good_as_a_tuple_to_write() -> None:
    req = m.GetConfigurationReq(key=["A"])  # type: ignore[arg-type]  # the point of the test
    assert payloads.encode(req) == b'{"key":["A"]}'


def test_builtins_have_the_names_of_the_wire() -> None:
    conf = m.BootNotificationConf(
        status=m.RegistrationStatus.Accepted, current_time=NOON, interval=300
    )
    assert payloads.to_builtins(conf) == {
        "status": "Accepted",
        "currentTime": "2026-01-31T12:00:00.000Z",
        "interval": 300,
    }


def test_all_messages_have_a_json_schema() -> None:
    types = [t for a in actions.values() for t in (a.request, a.confirmation)]
    _, schemas = msgspec.json.schema_components(types, schema_hook=payloads.schema_hook)
    assert schemas["HeartbeatConf"]["properties"] == {
        "currentTime": {"type": "string", "format": "date-time"}
    }
    assert schemas["ChargingSchedulePeriod"]["properties"]["limit"]["multipleOf"] == 0.1
    assert json.dumps(schemas)


def test_limits_in_messages_are_numbers() -> None:
    period = m.ChargingSchedulePeriod(start_period=0, limit=OneDecimal(16))
    assert payloads.to_builtins(period) == {"startPeriod": 0, "limit": 16.0}
