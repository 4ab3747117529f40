"""What a response, a request and a fact may be in a file."""

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from engine.policy.defaults import ANSWERS
from engine.policy.editors.payload_schemas import (
    command_schema,
    expected_schema,
    fact_schema,
    request_schema,
    response_schema,
)
from engine.policy.facts import Tag


def fits(schema: dict[str, Any], value: object) -> bool:
    Draft202012Validator.check_schema(schema)
    return bool(Draft202012Validator(schema).is_valid(value))


@pytest.mark.parametrize(
    ("action", "response", "good"),
    [
        ("Authorize", {"idTagInfo": {"status": "Blocked"}}, True),
        ("Authorize", {"idTagInfo": {"status": "Rejected"}}, False),
        ("Authorize", {"idTagInfo": {"status": "${ tag.status }"}}, True),
        ("Authorize", {"idTagInfo": "${ {'status': 'Blocked'} }"}, True),
        ("Authorize", {"idTagInfo": {"status": "Blocked", "parentIdTag?": "${ null }"}}, True),
        ("Authorize", {"idTagInfo": {"status?": "Blocked"}}, False),
        ("Authorize", {"idTagInfo": {"status": "Blocked", "parentIdTag": "x" * 21}}, False),
        ("Authorize", {}, False),
        ("Authorize", None, False),
        ("Heartbeat", {}, True),
        ("Heartbeat", None, True),
        ("Heartbeat", {"currentTime": "2026-01-31T12:00:00Z"}, False),
        ("StartTransaction", {"idTagInfo": {"status": "Blocked"}, "transactionId": 1}, False),
        ("BootNotification", {"status": "Accepted", "interval": 60}, True),
        ("BootNotification", {"status": "Accepted", "interval": "60"}, False),
        ("BootNotification", {"status": "Accepted", "interval": "${ 30 * 2 }"}, True),
        ("Connect", {"status": "NotFound"}, True),
    ],
)
def test_a_response(action: str, response: object, good: bool) -> None:
    assert fits(response_schema(action), response) is good


@pytest.mark.parametrize(
    ("action", "payload", "good"),
    [
        ("Reset", {"type": "Soft"}, True),
        ("Reset", {"type": "${ 'Soft' }"}, True),
        ("Reset", {"type": "Warm"}, False),
        ("Reset", {}, False),
        ("Reset", None, False),
        ("ClearCache", None, True),
        ("ChangeConfiguration", {"key": "K", "value": 60}, False),
        ("DataTransfer", {"vendorId": "V", "data?": "${ request.iccid }"}, True),
    ],
)
def test_a_payload_of_a_command(action: str, payload: object, good: bool) -> None:
    assert fits(command_schema(action), payload) is good


def test_one_expression_may_be_the_whole_response() -> None:
    for action in ANSWERS:
        assert fits(response_schema(action), "${ constants.answer }")


def test_a_request_of_a_test_may_have_some_of_its_fields() -> None:
    assert fits(request_schema("StartTransaction"), {"connectorId": 1})
    assert not fits(request_schema("StartTransaction"), {"connectorID": 1})
    assert not fits(request_schema("StartTransaction"), {"connectorId": "1"})


def test_what_is_expected_may_be_some_fields_or_that_there_is_none() -> None:
    assert fits(expected_schema("Authorize"), {"idTagInfo": {"parentIdTag": None}})
    assert fits(expected_schema("StartTransaction"), {"transactionId": 1})
    assert not fits(expected_schema("Authorize"), {"idTagInfo": {"status": "Rejected"}})


def test_a_fact_may_have_some_of_its_fields_or_be_missing() -> None:
    assert fits(fact_schema(Tag), {"status": "Blocked"})
    assert fits(fact_schema(Tag), None)
    assert not fits(fact_schema(Tag), {"statusx": "Blocked"})
