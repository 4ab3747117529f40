"""What `on_error` says is answered when a policy fails: for each action, by each of its words."""

import json
from typing import Any

import pytest

from engine.policy.deciding.decide import decide
from engine.policy.deciding.decision import Decision
from protocol import payloads
from tests.engine.policy.building import OWNED, a_set, a_tag, facts, problems
from tests.engine.policy.requests import REQUESTS

ERROR = "chargePoint.labels.absent == 'x'"
"""It is well typed, and always fails: there is no such label."""

BLOCKED = {"idTagInfo": {"status": "Blocked"}}
INVALID = {"idTagInfo": {"status": "Invalid"}}
ACCEPTED = {"idTagInfo": {"status": "Accepted"}}
TIME = {"currentTime": "2026-01-31T12:00:00.000Z"}
SEVEN = {"transactionId": 7}
PENDING = {"status": "Pending", "interval": 60} | TIME
OTHER: dict[str, Any] = {
    "Connect": {"status": "NotFound"},
    "Authorize": BLOCKED,
    "BootNotification": {"status": "Rejected", "interval": 5},
    "DataTransfer": {"status": "UnknownMessageId"},
    "SignCertificate": {"status": "Accepted"},
    "StartTransaction": BLOCKED,
    "StopTransaction": BLOCKED,
}
"""What the policies under test answer: another thing than any default; else `{}`."""
OWN: dict[str, Any] = {"BootNotification": TIME, "Heartbeat": TIME, "StartTransaction": SEVEN}
"""What the engine fills in."""
DEFAULT: dict[str, Any] = {
    "Connect": {"status": "Accepted"},
    "Authorize": ACCEPTED,
    "BootNotification": {"status": "Accepted", "interval": 300} | TIME,
    "DataTransfer": {"status": "UnknownVendorId"},
    "Heartbeat": TIME,
    "SignCertificate": {"status": "Rejected"},
    "StartTransaction": ACCEPTED | SEVEN,
    "StopTransaction": ACCEPTED,
}
"""The built-in answers to `REQUESTS` with a known tag; else `{}`."""
DENIED: dict[str, Any] = {
    "Connect": {"status": "Forbidden"},
    "Authorize": INVALID,
    "BootNotification": {"status": "Rejected", "interval": 60} | TIME,
    "DataTransfer": {"status": "Rejected"},
    "SignCertificate": {"status": "Rejected"},
    "StartTransaction": INVALID | SEVEN,
}
FAILED: dict[str, Any] = DEFAULT | {
    "Connect": {"status": "Forbidden"},
    "Authorize": INVALID,
    "StartTransaction": INVALID | SEVEN,
    "BootNotification": PENDING,
}
"""DESIGN §5: Authorize and StartTransaction deny, BootNotification is Pending, others default."""


def item(condition: str | None = None, **more: Any) -> dict[str, Any]:
    return ({} if condition is None else {"condition": condition}) | more


def failing_rules(good: Any) -> dict[str, Any]:
    """Rules that fail before they have an answer, by the place of the error; JSON is YAML."""
    variable = {"name": "v", "expression": ERROR}
    return {
        "a condition": {"match": [item(ERROR, response=good)]},
        "the second condition": {
            "match": [item("chargePoint.id == 'other'", response=good), item(ERROR, response=good)]
        },
        "a nested condition": {"match": [item(rule={"match": [item(ERROR, response=good)]})]},
        "a variable's variable": {
            "variables": [variable, {"name": "w", "expression": "!variables.v"}],
            "match": [item("variables.w", response=good)],
        },
        "an aggregate": {"aggregate": [item(response=good), item(ERROR, response=good)]},
    }


PLACES = tuple(failing_rules({}))
RESPONSES: dict[str, Any] = {
    "Connect": {"status": "$"},
    "Authorize": {"idTagInfo": {"status": "Accepted", "parentIdTag": "of $"}},
    "BootNotification": {"status": "$", "interval": 5},
    "DataTransfer": {"status": "$", "data": "a"},
    "SignCertificate": {"status": "$"},
    "StartTransaction": {"idTagInfo": {"status": "$"}},
    "StopTransaction": {"idTagInfo": {"status": "Accepted", "expiryDate": "$"}},
}
"""Responses with a place for an expression."""
VALUES = {
    "that has no value": "chargePoint.labels.absent",
    "that OCPP does not allow": "[chargePoint.id].map(id, id + ' is no value here').join('-')",
}


def a_policy(action: str, rule: Any, **more: Any) -> str:
    return json.dumps({"name": "p", "action": action, "rule": rule} | more)


def other(action: str) -> Any:
    return OTHER.get(action, {})


def decided(action: str, *documents: str) -> Decision:
    return decide(a_set(*documents), action, facts(REQUESTS[action], tag=a_tag()), OWNED)


def outcome(decision: Decision) -> tuple[Any, str, str | None]:
    return payloads.to_builtins(decision.response), decision.source, decision.policy


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("action", REQUESTS)
def test_a_policy_that_fails_gets_the_failure_answer_of_its_action(action: str, place: str) -> None:
    decision = decided(action, a_policy(action, failing_rules(other(action))[place]))
    assert outcome(decision) == (FAILED.get(action, {}), "failure", "p")
    (error,) = decision.errors
    assert error.startswith("p: ")


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("action", RESPONSES)
def test_a_response_that_fails_is_a_failure_of_its_policy(action: str, value: str) -> None:
    response = json.loads(json.dumps(RESPONSES[action]).replace("$", f"${{ {VALUES[value]} }}"))
    decision = decided(action, a_policy(action, {"match": [item(response=response)]}))
    assert outcome(decision) == (FAILED.get(action, {}), "failure", "p")
    assert len(decision.errors) == 1


@pytest.mark.parametrize("action", REQUESTS)
def test_default_gives_the_built_in_answer(action: str) -> None:
    rule = failing_rules(other(action))["a condition"]
    decision = decided(action, a_policy(action, rule, on_error="default"))
    assert outcome(decision) == (DEFAULT.get(action, {}), "failure", "p")


@pytest.mark.parametrize("action", DENIED)
def test_deny_gives_the_refusal(action: str) -> None:
    rule = failing_rules(other(action))["a condition"]
    decision = decided(action, a_policy(action, rule, on_error="deny"))
    assert outcome(decision) == (DENIED[action], "failure", "p")


@pytest.mark.parametrize("action", sorted(REQUESTS.keys() - DENIED.keys()))
def test_what_has_no_refusal_can_not_be_denied(action: str) -> None:
    rule = failing_rules(other(action))["a condition"]
    (problem,) = problems(a_policy(action, rule, on_error="deny"))
    assert f"{action} can't be denied (use `default` or `next`)" in problem


@pytest.mark.parametrize("action", REQUESTS)
def test_next_asks_the_next_policy_and_keeps_the_error(action: str) -> None:
    rules = failing_rules(other(action))
    decision = decided(
        action,
        a_policy(action, rules["a condition"], on_error="next"),
        a_policy(action, {"match": [item(id="then", response=other(action))]}, name="q"),
    )
    assert outcome(decision) == (other(action) | OWN.get(action, {}), "policy", "q")
    assert [error[:2] for error in decision.errors] == ["p:"]


@pytest.mark.parametrize("action", REQUESTS)
def test_next_with_no_other_policy_is_the_built_in_answer(action: str) -> None:
    rule = failing_rules(other(action))["a condition"]
    decision = decided(action, a_policy(action, rule, on_error="next"))
    assert outcome(decision) == (DEFAULT.get(action, {}), "default", None)
    assert len(decision.errors) == 1


@pytest.mark.parametrize("action", REQUESTS)
def test_a_response_of_its_own_is_given(action: str) -> None:
    rule = failing_rules(other(action))["a condition"]
    decision = decided(action, a_policy(action, rule, on_error={"response": other(action)}))
    assert outcome(decision) == (other(action) | OWN.get(action, {}), "failure", "p")
