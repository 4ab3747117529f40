import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from protocol import messages as m
from protocol import payloads, repairs
from protocol.payloads import PayloadError
from protocol.types import Message, Timestamp
from tests.protocol.builders import NOON

TIME = "2026-01-31T12:00:00.000Z"


def a_start(**changes: Any) -> dict[str, Any]:
    start = {"connectorId": 1, "idTag": "A", "meterStart": 100, "timestamp": TIME}
    return {**start, **changes}


def a_stop(**changes: Any) -> dict[str, Any]:
    return {"transactionId": 7, "meterStop": 900, "timestamp": TIME, **changes}


def a_sampled(*values: object) -> dict[str, Any]:
    return {"connectorId": 1, "meterValue": [{"timestamp": TIME, "sampledValue": [*values]}]}


def repaired(type_: type[Message], wrong: object) -> Any:
    message = repairs.repaired(type_, json.dumps(wrong))
    return None if message is None else json.loads(payloads._ENCODER.encode(message))


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ({"meterStart": "100"}, {}),
        ({"meterStart": " 100.0 "}, {}),
        ({"meterStart": 100.4}, {}),
        ({"connectorId": "1"}, {}),
        ({"connectorId": 1.0}, {}),
        ({"timestamp": 1769860800}, {}),
        ({"timestamp": 1769860800000}, {}),
        ({"idTag": 4711}, {"idTag": "4711"}),
        ({"idTag": " 04A2B3C4D5E6F7_123456789"}, {"idTag": "04A2B3C4D5E6F7_12345"}),
        ({"reservationId": "none"}, {}),
        ({"reservationId": 2**63}, {}),
    ],
)
def test_a_start_is_put_right(wrong: dict[str, Any], right: dict[str, Any]) -> None:
    assert repaired(m.StartTransactionReq, a_start(**wrong)) == a_start(**right)


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ({"transactionId": "7"}, {}),
        ({"transactionId": None}, {"transactionId": -1}),
        ({"transactionId": "seven"}, {"transactionId": -1}),
        ({"transactionId": 7.5}, {"transactionId": -1}),
        ({"transactionId": True}, {"transactionId": -1}),
        ({"transactionId": 2**63}, {"transactionId": -1}),
        ({"meterStop": 899.6}, {}),
        ({"reason": "local"}, {"reason": "Local"}),
        ({"reason": "Cosmic"}, {"reason": "Other"}),
        ({"reason": ""}, {}),
        ({"idTag": {}}, {}),
        ({"timestamp": "yesterday"}, {"timestamp": "1970-01-01T00:00:00.000Z"}),
        ({"transactionData": {}}, {}),
        ({"transactionData": [{"timestamp": "?", "sampledValue": []}, 5]}, {"transactionData": []}),
    ],
)
def test_a_stop_is_put_right(wrong: dict[str, Any], right: dict[str, Any]) -> None:
    assert repaired(m.StopTransactionReq, a_stop(**wrong)) == a_stop(**right)


def test_a_stop_without_a_transaction_id_is_one_of_minus_one() -> None:
    stop = {"meterStop": 900, "timestamp": TIME}
    assert repaired(m.StopTransactionReq, stop) == a_stop(transactionId=-1)


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ({"value": 1.5}, {"value": "1.5"}),
        ({"value": "1", "measurand": "soc"}, {"value": "1", "measurand": "SoC"}),
        ({"value": "1", "unit": "KWH"}, {"value": "1", "unit": "kWh"}),
        ({"value": "1", "unit": "%"}, {"value": "1", "unit": "%"}),
        ({"value": "1", "measurand": "Warp"}, {"value": "1", "measurand": "Warp"}),
        ({"value": "1", "unit": "", "phase": 1, "context": None}, {"value": "1", "phase": "1"}),
    ],
)
def test_a_sampled_value_keeps_what_was_sent(wrong: dict[str, Any], right: dict[str, Any]) -> None:
    assert repaired(m.MeterValuesReq, a_sampled(wrong)) == a_sampled(right)


def test_what_can_not_be_read_is_left_out_of_meter_values() -> None:
    sent = a_sampled({"value": "1"}, {"measurand": "SoC"}, {"value": {}}, None)
    sent["meterValue"] += [{"timestamp": TIME, "sampledValue": []}, {"timestamp": "noon"}]
    assert repaired(m.MeterValuesReq, {**sent, "transactionId": "x"}) == a_sampled({"value": "1"})


@pytest.mark.parametrize(
    ("type_", "wrong"),
    [
        (m.StartTransactionReq, a_start(meterStart=None)),
        (m.StartTransactionReq, a_start(meterStart="much")),
        (m.StartTransactionReq, a_start(meterStart=2**63)),
        (m.StartTransactionReq, a_start(meterStart=True)),
        (m.StartTransactionReq, a_start(connectorId=1.5)),
        (m.StartTransactionReq, a_start(timestamp="noon")),
        (m.StartTransactionReq, a_start(timestamp=True)),
        (m.StartTransactionReq, a_start(timestamp=1e300)),
        (m.StopTransactionReq, a_stop(meterStop=None)),
        (m.MeterValuesReq, a_sampled()),
        (m.FirmwareStatusNotificationReq, {"status": "x"}),
        (m.SignCertificateReq, {"csr": "x" * 5501}),
        (m.AuthorizeReq, []),
        (m.AuthorizeReq, {"idTag": {}}),
    ],
)
def test_what_is_not_sure_stays_wrong(type_: type[Message], wrong: object) -> None:
    assert repaired(type_, wrong) is None


@given(
    st.sampled_from([*a_stop(idTag="A", reason="Local", transactionData=[])]),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
        lambda values: st.lists(values) | st.dictionaries(st.text(), values),
    ),
)
@example("meterStop", 10**400)
@example("timestamp", 10**400)
@example("transactionId", -(10**400))
def test_whatever_a_field_holds_is_read_or_refused(name: str, value: object) -> None:
    stop = repaired(m.StopTransactionReq, a_stop(**{name: value}))
    assert stop is None or stop["meterStop"] == 900 or name == "meterStop"


def test_what_is_not_json_stays_wrong() -> None:
    assert repairs.repaired(m.HeartbeatReq, "{") is None


def test_reading_tells_what_was_wrong() -> None:
    stop, problems = repairs.read(m.StopTransactionReq, json.dumps(a_stop(meterStop="900")))
    assert stop == m.StopTransactionReq(transaction_id=7, meter_stop=900, timestamp=NOON)
    assert [*map(str, problems)] == ["`meterStop` must be an integer, not text"]


def test_reading_leaves_alone_what_is_right() -> None:
    stop = m.StopTransactionReq(transaction_id=7, meter_stop=900, timestamp=Timestamp.parse(TIME))
    assert repairs.read(m.StopTransactionReq, json.dumps(a_stop())) == (stop, ())


def test_reading_refuses_what_can_not_be_put_right() -> None:
    with pytest.raises(PayloadError, match="`meterStop` must be an integer, not text"):
        repairs.read(m.StopTransactionReq, json.dumps(a_stop(meterStop="much")))
