"""An explanation says what every policy made of a request."""

from typing import Any

import msgspec
import pytest

from engine.policy import PolicySet, decide
from engine.policy.explaining.explanation import ExplainedPolicy, Explanation, explain
from engine.policy.facts import ChargePoint
from protocol import messages as m
from protocol import payloads
from tests.engine.policy.building import NOW, OWNED, a_policy, a_set, a_start, a_tag, facts

ACCEPTS = "- { id: yes, response: { idTagInfo: { status: Accepted } } }"
BLOCKED = "{ idTagInfo: { status: Blocked } }"


def explained(*policies: str, **known: Any) -> Explanation:
    return explain(a_set(*policies), "StartTransaction", facts(**known), OWNED)


def one(policy: str, **known: Any) -> ExplainedPolicy:
    (only,) = explained(policy, **known).policies
    return only


def results(explanation: Explanation) -> dict[str, str]:
    return {policy.name: policy.result for policy in explanation.policies}


def test_every_policy_on_the_action_has_its_result_in_the_order_of_asking() -> None:
    explanation = explained(
        a_policy(ACCEPTS, name="off", more="enabled: false\npriority: 9\n"),
        a_policy(ACCEPTS, name="theirs", more="scope: { chargePoint: [A, B], vendor: ABB }\n"),
        a_policy(ACCEPTS, name="later", more="valid_from: 2026-02-01T00:00:00Z\n"),
        a_policy(ACCEPTS, name="over", more="valid_until: 2026-01-31T12:00:00Z\n"),
        a_policy(f"- {{ condition: tag != null, response: {BLOCKED} }}", name="quiet"),
        a_policy(ACCEPTS, name="yes"),
        a_policy(ACCEPTS, name="zz"),
        a_policy("- response: {}", name="other", action="Heartbeat"),
    )
    assert list(results(explanation).items()) == [
        ("off", "disabled"),
        ("later", "notValidNow"),
        ("over", "notValidNow"),
        ("quiet", "noOpinion"),
        ("theirs", "outOfScope"),
        ("yes", "decided"),
        ("zz", "notReached"),
    ]
    assert {policy.name: policy.reason for policy in explanation.policies if policy.reason} == {
        "off": "`enabled` is false",
        "later": "it is valid from 2026-02-01T00:00:00Z",
        "over": "it was valid until 2026-01-31T12:00:00Z",
        "theirs": "it is about chargePoint A or B and vendor ABB",
    }


ITEMS = f"""
- id: chain
  condition: request.connectorId == 1 && (tag != null && tag.status == 'Accepted') && now > now
  response: {BLOCKED}
- id: loop
  condition: lists.range(7).exists(i, i == 8)
  response: {BLOCKED}
- id: nested
  condition: request.connectorId == 1
  rule:
    match:
      - {{ id: in, condition: chargePoint.labels.site == 'x', response: {BLOCKED} }}
      - {{ id: behind, response: {BLOCKED} }}
- {{ id: last, condition: tag == null, response: {BLOCKED} }}
"""


def values(policy: ExplainedPolicy, number: int) -> dict[str, tuple[str, ...]]:
    condition = policy.items[number].condition
    assert condition is not None
    return {part.text: part.values for part in condition.values}


def test_a_false_item_has_its_first_false_part_with_the_values_in_that() -> None:
    policy = one(a_policy(ITEMS), tag=a_tag(status="Blocked"))
    chain = policy.items[0]
    assert chain.condition is not None
    assert (chain.id, chain.place, chain.result) == ("chain", "p.yaml:5:7", "false")
    assert chain.condition.first_false == "tag.status == 'Accepted'"
    assert values(policy, 0) == {
        "tag.status": ('"Blocked"',),
        "tag.status == 'Accepted'": ("false",),
    }
    assert values(policy, 1)["i"] == ("0", "1", "2", "3", "4")


def test_items_behind_the_one_that_counted_are_not_reached() -> None:
    policy = one(a_policy(ITEMS))
    assert [(item.id, item.result) for item in policy.items] == [
        ("chain", "false"),
        ("loop", "false"),
        ("nested", "matched"),
        ("last", "notReached"),
    ]
    inside, behind = policy.items[2].items
    assert (inside.result, inside.error) == ("error", "p.yaml:15:34: no such key: `site`")
    assert (behind.id, behind.result, behind.condition) == ("behind", "notReached", None)


def test_a_condition_that_is_neither_true_nor_false_is_an_error() -> None:
    item = f"- {{ id: a, condition: \"dyn(chargePoint.labels['x'])\", response: {BLOCKED} }}"
    known = ChargePoint(id="CP-1", labels={"x": "y"})
    (only,) = one(a_policy(item), charge_point=known).items
    assert (only.result, only.error) == (
        "error",
        "p.yaml:5:28: the condition is text, not true or false",
    )


ON_ERROR = [
    ("", None, "Invalid", "failure"),
    ("on_error: deny\n", "deny", "Invalid", "failure"),
    ("on_error: next\n", "next", "Accepted", "policy"),
    (f"on_error: {{ response: {BLOCKED} }}\n", "response", "Blocked", "failure"),
]


@pytest.mark.parametrize(("more", "said", "status", "source"), ON_ERROR)
def test_a_failed_policy_says_what_it_does_then(
    more: str, said: str | None, status: str, source: str
) -> None:
    failing = f"- {{ condition: chargePoint.labels.site == 'x', response: {BLOCKED} }}"
    explanation = explained(a_policy(failing, more=more), a_policy(ACCEPTS, name="q"))
    first, _ = explanation.policies
    assert (first.result, first.on_error) == ("failed", said)
    (error,) = first.errors
    assert error.endswith("no such key: `site`")
    decision = explanation.decision
    assert (decision.response["idTagInfo"]["status"], decision.source) == (status, source)


def test_a_response_that_can_not_be_made_is_a_failure_of_a_policy_that_matched() -> None:
    policy = one(
        a_policy("- { id: a, response: { idTagInfo: { status: '${ chargePoint.labels.x }' } } }")
    )
    assert (policy.result, policy.items[0].result) == ("failed", "matched")
    assert policy.errors == ("p: p.yaml:5:53: no such key: `x`",)


def test_variables_that_were_read_have_their_values() -> None:
    items = f"- {{ condition: variables.a && variables.c, response: {BLOCKED} }}"
    variables = """\
  variables:
    - { name: a, expression: request.connectorId == 1 }
    - { name: b, expression: "1 + 1" }
    - { name: c, expression: chargePoint.labels.x == 'y' }
"""
    policy = one(a_policy(items).replace("  match", f"{variables}  match", 1))
    assert [(each.name, each.value, each.error) for each in policy.variables] == [
        ("a", "true", None),
        ("c", None, "p.yaml:7:30: no such key: `x`"),
    ]


def test_the_answer_the_default_and_the_facts_are_told() -> None:
    policy = a_policy(
        "- { id: no, explanation: \"'for ' + tag.idTag\", condition: tag != null, "
        f"response: {BLOCKED} }}"
    )
    explanation = explained(policy, tag=a_tag())
    assert explanation.default == {"idTagInfo": {"status": "Accepted"}, "transactionId": 7}
    decision = explanation.decision
    assert (decision.policy, decision.rule, decision.explanation) == ("p", "no", "for CARD-1")
    assert decision.response == {"idTagInfo": {"status": "Blocked"}, "transactionId": 7}
    assert explanation.facts["tag"]["idTag"] == "CARD-1"
    assert explanation.facts["now"] == "2026-01-31T12:00:00.000Z"
    assert explanation.facts.keys() == {
        *a_set(policy).facts_read("StartTransaction"),
        "request",
        "now",
    }


EFFECTS = """\
effects:
  - { id: wanted, when: decision.rule == 'yes', event: { name: a, message: "${ request.idTag }" } }
  - { id: not, when: decision.rule == 'no' && true, event: { name: b } }
  - { id: wrong, when: chargePoint.labels.x == 'y', event: { name: c } }
  - { id: bad, command: { action: Reset, payload: { type: "${ request.idTag }" } } }
"""


def test_effects_are_wanted_or_not_or_an_error() -> None:
    effects = one(a_policy(ACCEPTS, more=EFFECTS)).effects
    assert {each.id: (each.result, each.error) for each in effects} == {
        "wanted": ("wanted", None),
        "not": ("false", None),
        "wrong": ("error", "p.yaml:6:24: no such key: `x`"),
        "bad": ("error", "payload: `type` can't be `CARD-1`: not one of Hard, Soft"),
    }
    made, condition = effects[0].effect, effects[1].condition
    assert made is not None
    assert condition is not None
    assert made.event is not None
    assert (made.event.message, condition.first_false) == ("CARD-1", "decision.rule == 'no'")


def test_a_policy_in_shadow_mode_answers_nothing_and_says_what_it_would() -> None:
    explanation = explained(
        a_policy(f"- {{ id: no, response: {BLOCKED} }}", name="a", more="mode: shadow\n"),
        a_policy(ACCEPTS, name="b"),
        a_policy(f"- {{ id: no, response: {BLOCKED} }}", name="c", more="mode: shadow\n"),
    )
    assert results(explanation) == {"a": "decided", "b": "decided", "c": "decided"}
    assert [each.mode for each in explanation.policies] == ["shadow", "enforce", "shadow"]
    assert explanation.decision.policy == "b"
    assert [each["wouldDecide"] for each in explanation.decision.shadow] == [True, False]


def test_a_policy_with_effects_alone_has_no_rule() -> None:
    policy = "name: tells\naction: StartTransaction\neffects: [{ id: a, event: { name: n } }]\n"
    only = one(policy)
    assert (only.result, [each.result for each in only.effects]) == ("noRule", ["wanted"])


def test_what_the_engine_answered_instead_is_told_and_seen_by_effects() -> None:
    policies = a_set(
        a_policy(
            "- { id: all, response: { status: Accepted, interval: 10 } }",
            action="BootNotification",
            more=(
                "effects: [{ id: a, when: decision.response.interval == 75, event: { name: n } }]\n"
            ),
        )
    )
    request = m.BootNotificationReq(charge_point_vendor="V", charge_point_model="M")
    answered = {"status": "Accepted", "currentTime": "2026-01-31T12:00:00.000Z", "interval": 75}
    explanation = explain(policies, "BootNotification", facts(request), OWNED, answered)
    assert explanation.answered == answered
    assert explanation.decision.response == {**answered, "interval": 10}
    assert [effect.id for effect in explanation.decision.effects] == ["a"]
    same = explanation.decision.response
    assert explain(policies, "BootNotification", facts(request), OWNED, same).answered is None


def test_the_decision_is_the_one_that_decide_makes() -> None:
    policies: PolicySet = a_set(a_policy(ITEMS), a_policy(ACCEPTS, name="q"))
    for known in (
        facts(),
        facts(tag=a_tag()),
        facts(a_start(2)),
        facts(now=NOW.replace(year=2030)),
    ):
        decision = decide(policies, "StartTransaction", known, OWNED)
        told = explain(policies, "StartTransaction", known, OWNED).decision
        assert told.response == payloads.to_builtins(decision.response)
        for name in ("source", "policy", "rule", "explanation", "errors", "effects"):
            assert getattr(told, name) == getattr(decision, name)


def test_an_explanation_is_json() -> None:
    explanation = explained(a_policy(ITEMS), tag=a_tag())
    assert msgspec.json.decode(msgspec.json.encode(explanation), type=Explanation) == explanation


def test_of_a_table_only_the_row_that_is_read_is_shown_and_no_other() -> None:
    condition = "request.idTag in data.vips && data['vips'][request.idTag].level == 'gold'"
    policy = a_policy(f'- {{ condition: "{condition}", response: {BLOCKED} }}')
    policies = a_set(policy, vips_csv="idTag,level\nCARD-1,silver\nCARD-2,gold\n")
    (shown,) = explain(policies, "StartTransaction", facts(), OWNED).policies
    (item,) = shown.items
    assert item.condition is not None
    assert [part.text_with_values() for part in item.condition.values] == [
        'data[\'vips\'][request.idTag]: {"idTag": "CARD-1", "level": "silver"}',
        "data['vips'][request.idTag].level: \"silver\"",
        "data['vips'][request.idTag].level == 'gold': false",
        'request.idTag: "CARD-1"',
    ]
