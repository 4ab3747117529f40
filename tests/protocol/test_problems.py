import pytest

from protocol import messages as m
from protocol.problems import Problem, find
from protocol.types import Message


def problems(type_: type[Message], value: object) -> list[str]:
    return [str(p) for p in find(type_, value, unknown_fields=False, decimals=False)]


TABLE: list[tuple[type[Message], object, list[str]]] = [
    (m.AuthorizeReq, {}, ["`idTag` is required"]),
    (m.AuthorizeReq, [], ["`payload` must be an object, not a list"]),
    (m.AuthorizeReq, None, ["`payload` must be an object, not null"]),
    (m.AuthorizeReq, {"idTag": None}, ["`idTag` must be text, not null"]),
    (m.AuthorizeReq, {"idTag": 5}, ["`idTag` must be text, not an integer"]),
    (m.AuthorizeReq, {"idTag": "x" * 21}, ["`idTag` has 21 characters, 20 are allowed"]),
    (
        m.AuthorizeReq,
        {"idtag": "A"},
        ["`idTag` is required", "`idtag` is not a field here: did you mean `idTag`?"],
    ),
    (m.HeartbeatReq, {"vendor": 1}, ["`vendor` is not a field here"]),
    (
        m.ResetReq,
        {"type": "hard"},
        ["`type` can't be `hard`: did you mean `Hard`?"],
    ),
    (m.ResetReq, {"type": "x"}, ["`type` can't be `x`: not one of Hard, Soft"]),
    (
        m.UnlockConnectorReq,
        {"connectorId": True},
        ["`connectorId` must be an integer, not true or false"],
    ),
    (
        m.UnlockConnectorReq,
        {"connectorId": 1.0},
        ["`connectorId` must be an integer, not a number"],
    ),
    (m.UnlockConnectorReq, {"connectorId": 2**63}, ["`connectorId` does not fit in 64 bits"]),
    (
        m.HeartbeatConf,
        {"currentTime": "noon"},
        ["`currentTime` is not a date and time: `noon`"],
    ),
    (
        m.HeartbeatConf,
        {"currentTime": 5},
        ["`currentTime` must be a date and time as text, not an integer"],
    ),
    (
        m.MeterValuesReq,
        {"connectorId": 1, "meterValue": [{"sampledValue": []}, 5]},
        [
            "`meterValue[0].timestamp` is required",
            "`meterValue[0].sampledValue` must have at least 1 item",
            "`meterValue[1]` must be an object, not an integer",
        ],
    ),
    (
        m.ChargingSchedulePeriod,
        {"startPeriod": 0, "limit": 16.25},
        ["`limit` has more than one digit after the point: `16.25`"],
    ),
    (
        m.ChargingSchedulePeriod,
        {"startPeriod": 0, "limit": "16"},
        ["`limit` must be a number, not text"],
    ),
    (m.KeyValue, {"key": "A", "readonly": "true"}, ["`readonly` must be true or false, not text"]),
    (m.GetConfigurationReq, {"key": "A"}, ["`key` must be a list, not text"]),
]


@pytest.mark.parametrize(("type_", "value", "said"), TABLE)
def test_every_problem_is_said(type_: type[Message], value: object, said: list[str]) -> None:
    assert problems(type_, value) == said


def test_a_problem_has_its_place_and_its_rule() -> None:
    conf = {"idTagInfo": {"status": "accepted"}, "transactionId": "7"}
    assert find(m.StartTransactionConf, conf, unknown_fields=True, decimals=True) == [
        Problem("idTagInfo.status", "value", "can't be `accepted`: did you mean `Accepted`?"),
        Problem("transactionId", "type", "must be an integer, not text"),
    ]


def test_a_value_that_is_too_long_is_not_repeated() -> None:
    key = {"key": "AuthorizationKey", "value": "secret" * 100}
    assert problems(m.ChangeConfigurationReq, key) == [
        "`value` has 600 characters, 500 are allowed"
    ]


def test_values_of_any_length_make_short_problems() -> None:
    assert all(len(text) < 120 for text in problems(m.ResetReq, {"type": "x" * 10**6}))


def test_there_is_an_end_to_the_problems() -> None:
    values = {"connectorId": 1, "meterValue": [5] * 1000}
    assert len(problems(m.MeterValuesReq, values)) == 100
