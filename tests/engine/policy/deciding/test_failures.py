"""Whatever fails in a policy, the charge point gets the answer that is stated for its action."""

from collections.abc import Mapping

import msgspec
import pytest

from engine.policy.deciding.decide import decide
from engine.policy.deciding.decision import Decision, Failed
from engine.policy.defaults import ANSWERS
from engine.policy.facts import Facts
from protocol import payloads
from protocol.types import Message
from tests.engine.policy.building import OWNED, a_set, facts
from tests.engine.policy.requests import REQUESTS

FAILURES: Mapping[str, object] = {
    "Connect": {"status": "Forbidden"},
    "Authorize": {"idTagInfo": {"status": "Invalid"}},
    "BootNotification": {"status": "Pending", "interval": 60},
    "StartTransaction": {"idTagInfo": {"status": "Invalid"}},
}
"""DESIGN §5: Authorize and StartTransaction deny, BootNotification is Pending, others default."""

BAD = "chargePoint.labels.nowhere"
ITEM = "{ id: bad, condition: CONDITION, output: OUTPUT, explanation: EXPLANATION }"
PLACES = {
    "condition": {"CONDITION": f"{BAD} == 'x'"},
    "condition that is no truth": {"CONDITION": "data.mixed[chargePoint.id]"},
    "condition that costs too much": {
        "CONDITION": "data.many.all(a, data.many.all(b, a + b > 0 || chargePoint.id == ''))"
    },
    "condition that overflows": {"CONDITION": "size(chargePoint.id) + 9223372036854775807 > 0"},
    "variable": {"CONDITION": "variables.bad == 'x'"},
    "output": {"OUTPUT": f"data.mixed[{BAD}]"},
    "output that is not valid OCPP": {"OUTPUT": "data.wrong[chargePoint.id]"},
    "output that is no map": {"OUTPUT": "data.mixed[chargePoint.id]"},
}


def policy(action: str, more: str = "", **changes: str) -> str:
    item = ITEM
    good = {"CONDITION": "true", "OUTPUT": "data.wrong[chargePoint.id]", "EXPLANATION": "'why'"}
    for name, text in {**good, **changes}.items():
        item = item.replace(name, f'"{text}"')
    variables = f"[{{ name: bad, expression: {BAD} }}]"
    return f"name: p\naction: {action}\n{more}rule:\n  variables: {variables}\n  match: [{item}]\n"


def decided(action: str, document: str) -> Decision:
    many = f"[{', '.join(map(str, range(1, 400)))}]\n"
    mixed, wrong = "CP-1: 1\nX: true\nY: {}\n", "CP-1: { x: 1 }\nX: 1\n"
    policies = a_set(document, mixed_yaml=mixed, wrong_yaml=wrong, many_yaml=many)
    return decide(policies, action, known(action), OWNED)


def known(action: str) -> Facts:
    return facts(REQUESTS[action])


def written(action: str, response: Message) -> object:
    plain = payloads.to_builtins(response)
    return {name: value for name, value in plain.items() if name not in ANSWERS[action].owned}


def default(action: str) -> object:
    return written(action, decide(a_set(), action, known(action), OWNED).response)


def test_every_action_is_tried() -> None:
    assert REQUESTS.keys() == ANSWERS.keys()
    assert all(type(request) is ANSWERS[name].request for name, request in REQUESTS.items())


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("action", ANSWERS)
def test_an_error_in_a_rule_gives_the_failure_answer(action: str, place: str) -> None:
    decision = decided(action, policy(action, **PLACES[place]))
    assert (decision.source, decision.policy, len(decision.errors)) == ("failure", "p", 1)
    assert decision.failed == (Failed("p", "bad"),)
    expected = FAILURES.get(action) or default(action)
    assert written(action, decision.response) == expected


@pytest.mark.parametrize("action", ANSWERS)
def test_an_error_in_the_answer_to_an_error_gives_the_failure_answer(action: str) -> None:
    on_error = f"on_error: {{ response: '${{ data.mixed[{BAD}] }}' }}\n"
    decision = decided(action, policy(action, on_error, **PLACES["condition"]))
    assert (decision.source, len(decision.errors)) == ("failure", 2)
    assert decision.failed == (Failed("p", "bad"), Failed("p", ""))
    assert written(action, decision.response) == (FAILURES.get(action) or default(action))


def answering(action: str) -> str:
    """A policy that gives the default, with an explanation that fails."""
    plain = {**default_of(action)}
    yaml = msgspec.json.encode(plain).decode()
    item = f"{{ id: ok, explanation: {BAD}, response: {yaml} }}"
    return f"name: p\naction: {action}\nrule: {{ match: [{item}] }}\n"


def default_of(action: str) -> Mapping[str, object]:
    found = default(action)
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("action", ANSWERS)
def test_an_error_in_an_explanation_or_an_effect_changes_no_answer(action: str) -> None:
    effects = (
        "effects:\n"
        f"  - {{ id: a, when: {BAD} == 'x', event: {{ name: a }} }}\n"
        f"  - {{ id: b, event: {{ name: b, message: '${{ {BAD} }}' }} }}\n"
        "  - id: c\n    command: { action: Reset, payload: { type: '${ chargePoint.id }' } }\n"
        "  - { id: d, event: { name: d } }\n"
    )
    decision = decided(action, answering(action) + effects)
    assert (decision.source, decision.rule, decision.explanation) == ("policy", "ok", None)
    assert written(action, decision.response) == default(action)
    assert [each.id for each in decision.effects] == ["d"]
    assert decision.failed == (Failed("p", "ok"), *(Failed("p", ""),) * 3)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("action", ANSWERS)
def test_an_error_in_shadow_mode_changes_no_answer(action: str, place: str) -> None:
    decision = decided(action, policy(action, "mode: shadow\n", **PLACES[place]))
    assert (decision.source, decision.errors) == ("default", ())
    assert written(action, decision.response) == default(action)
    (shadow,) = decision.shadow
    assert (shadow.would_decide, len(shadow.errors)) == (True, 1)
