"""Effects are found when it is decided, whoever decided; what goes wrong changes no answer."""

from datetime import timedelta
from typing import Any

import pytest

from engine.cel import EvaluationError
from engine.policy.deciding.decide import decide
from engine.policy.deciding.decision import Decision
from engine.policy.deciding.effects import Effect, EffectCommand, EffectEvent, json_ready
from engine.policy.facts import ChargePoint
from protocol import messages as m
from tests.engine.policy.building import NOW, OWNED, a_policy, a_set, a_start, a_tag, facts, start
from tests.engine.policy.design import DESIGN

BLOCKED = "- { id: no, response: { idTagInfo: { status: Blocked } } }"
STOP = "command: { action: Reset, payload: { type: Soft } }"


def effects(
    items: str, *, name: str = "e", action: str = "StartTransaction", more: str = ""
) -> str:
    """A policy with effects alone."""
    indented = "\n".join(f"  {line}" for line in items.strip("\n").split("\n"))
    return f"name: {name}\naction: {action}\n{more}effects:\n{indented}\n"


def event(*documents: str, **known: Any) -> EffectEvent:
    """The event of the only effect."""
    (effect,) = start(a_set(*documents), **known).effects
    assert effect.event is not None
    return effect.event


def boot(vendor: str, *documents: str) -> Decision:
    request = m.BootNotificationReq(charge_point_vendor=vendor, charge_point_model="Terra")
    return decide(a_set(*documents), "BootNotification", facts(request), OWNED)


AFTER_BOOT = DESIGN.split("---\n")[2]


def test_a_command_is_what_the_charge_point_would_get() -> None:
    request = m.BootNotificationReq(charge_point_vendor="ABB", charge_point_model="Terra")
    known = facts(request, charge_point=ChargePoint(id="CP-1", registered=True))
    decision = decide(a_set(AFTER_BOOT), "BootNotification", known, OWNED)
    payload = {"key": "MeterValueSampleInterval", "value": "60"}
    assert decision.effects == (
        Effect(
            policy="configure-abb-after-boot",
            id="sampling",
            command=EffectCommand(action="ChangeConfiguration", payload=payload),
            throttle_seconds=3600,
        ),
    )
    assert (decision.source, decision.errors) == ("default", ())


def test_an_effect_whose_condition_is_false_is_none() -> None:
    assert boot("ABB", AFTER_BOOT).rule == "unregistered"
    assert boot("ABB", AFTER_BOOT).effects == ()


def test_effects_are_those_of_all_policies_of_the_action_in_their_order() -> None:
    decision = start(
        a_set(
            a_policy(BLOCKED, name="decides"),
            effects(f"- {{ id: late, {STOP} }}", more="priority: 200\n"),
            effects(f"- {{ id: early, {STOP} }}", name="first", more="priority: 1\n"),
            effects(f"- {{ id: off, {STOP} }}", name="off", more="enabled: false\n"),
            effects(f"- {{ id: past, {STOP} }}", name="past", more="valid_until: 2020-01-01\n"),
            effects(f"- {{ id: other, {STOP} }}", name="x", more="scope: { chargePoint: X }\n"),
            effects(f"- {{ id: beat, {STOP} }}", name="beat", action="Heartbeat"),
        )
    )
    assert decision.policy == "decides"
    assert [(each.policy, each.id) for each in decision.effects] == [
        ("first", "early"),
        ("e", "late"),
    ]


def test_the_decision_is_a_fact_with_all_its_fields() -> None:
    item = BLOCKED.replace("response", "explanation: \"'closed'\", response")
    told = event(
        a_policy(item, name="decides"),
        effects("""
- id: told
  when: decision.response.idTagInfo.status == 'Blocked' && decision.response.transactionId == 7
  event:
    name: told
    data:
      all: ["${ decision.action }", "${ decision.source }", "${ decision.policy }",
            "${ decision.rule }", "${ decision.explanation }"]
"""),
    )
    assert told.data == {"all": ["StartTransaction", "policy", "decides", "no", "closed"]}


def test_without_a_policy_that_decides_its_names_are_null() -> None:
    told = event(
        effects("- { id: t, event: { name: t, data: { by: '${ decision.policy }' } } }"),
        tag=a_tag(),
    )
    assert told.data == {"by": None}


def test_effects_see_the_variables_of_the_rule_also_where_it_has_no_opinion() -> None:
    document = """
name: p
action: StartTransaction
constants: { site: harbour }
rule:
  variables:
    - { name: where, expression: "constants.site + '/' + chargePoint.id" }
  match: [{ condition: request.connectorId == 9, response: { idTagInfo: { status: Blocked } } }]
effects:
  - { id: t, event: { name: t, message: "at ${ variables.where }: ${ request.connectorId }" } }
"""
    assert event(document).message == "at harbour/CP-1: 1"


def test_data_is_json() -> None:
    told = event(
        effects("""
- id: t
  event:
    name: t
    data:
      now: ${ now }
      took: ${ now - timestamp('2026-01-31T11:00:00Z') }
      tag: ${ tag }
      request: ${ request }
      bytes: ${ b'\\x00a' }
      list: ["${ 1u }", 2.5, true, null, text]
      map: "${ {1: 'one', 2: 'two'} }"
      left?: ${ tag.parentIdTag }
"""),
        tag=a_tag(expiry_date=NOW),
    )
    tag = told.data.pop("tag")
    assert (tag["idTag"], tag["expiryDate"]) == ("CARD-1", "2026-01-31T12:00:00Z")
    assert told.data == {
        "now": "2026-01-31T12:00:00Z",
        "took": "3600s",
        "request": {
            "connectorId": 1,
            "idTag": "CARD-1",
            "meterStart": 0,
            "timestamp": "2026-01-31T12:00:00Z",
        },
        "bytes": "AGE=",
        "list": [1, 2.5, True, None, "text"],
        "map": {"1": "one", "2": "two"},
    }


def test_what_json_can_not_have_is_an_error() -> None:
    with pytest.raises(EvaluationError, match="`inf` can't be written as JSON"):
        json_ready([float("inf")])
    assert json_ready(timedelta(minutes=1)) == "60s"


FAILING = [
    ("when: chargePoint.labels.site == 'x'", STOP, "p.yaml:5:11: no such key: `site`"),
    ("when: data.x[request.idTag]", STOP, "the condition is the number 1, not true or false"),
    (
        "when: 'true'",
        "command: { action: Reset, payload: { type: '${ request.idTag }' } }",
        "payload: `type` can't be `CARD-1`: not one of Hard, Soft",
    ),
    (
        "when: 'true'",
        "command: { action: Reset, payload: '${ data.kinds[request.idTag] }' }",
        "payload: `type` is required; `kind` is not a field here",
    ),
    ("when: 'true'", "event: { name: x, message: '${ tag.idTag }' }", "null has no field `idTag`"),
    (
        "when: 'true'",
        "event: { name: x, message: '${ data.long.text }${ now }' }",
        "the message has more than 1000 characters",
    ),
    (
        "when: 'true'",
        "event: { name: x, data: { a: '${ data.long }' } }",
        "the event's data has more than 10000 characters as JSON",
    ),
    (
        "when: data.many.all(a, data.many.all(b, a + b > 0 || tag == null))",
        STOP,
        "the expression exceeds its cost limit",
    ),
]


@pytest.mark.parametrize(("when", "outcome", "error"), FAILING)
def test_an_effect_that_fails_changes_no_answer_and_no_other(
    when: str, outcome: str, error: str
) -> None:
    items = f"- id: bad\n  {when}\n  {outcome}\n- {{ id: good, {STOP} }}"
    policies = a_set(
        effects(items),
        a_policy(BLOCKED),
        kinds_yaml="CARD-1: { kind: Soft }\nX: 1\n",
        x_yaml="CARD-1: 1\nCARD-2: true\n",
        long_yaml=f"text: {'x' * 12_000}\n",
        many_yaml=f"[{', '.join(map(str, range(1, 400)))}]\n",
    )
    decision = start(policies)
    assert (decision.policy, [each.id for each in decision.effects]) == ("p", ["good"])
    (said,) = decision.errors
    assert said.startswith("e: effect `bad`: ")
    assert said.endswith(error)
    assert decision.failed == (("e", ""),)


def test_a_bug_of_ours_in_an_effect_changes_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(value: object) -> str:
        raise RuntimeError("oh no")

    policies = a_set(effects("- { id: t, event: { name: t, message: 'x${ now }' } }"))
    monkeypatch.setattr("engine.policy.deciding.effects.text_of", broken)
    decision = start(policies, tag=a_tag())
    assert (decision.source, decision.effects) == ("default", ())
    assert decision.errors == ("e: effect `t`: internal error: RuntimeError: oh no",)


def test_the_facts_that_effects_read_are_fetched() -> None:
    item = (
        "- { id: t, when: connector != null, event: { name: t, data: { x: '${ transaction }' } } }"
    )
    policies = a_set(effects(item, action="MeterValues"))
    assert policies.facts_read("MeterValues") == {"connector", "transaction"}


def test_what_a_guard_answers_is_what_effects_see() -> None:
    def guard(decision: Decision) -> Decision:
        return start(a_set(a_policy(BLOCKED, name="guard")))

    policies = a_set(
        effects("- { id: t, event: { name: t, data: { by: '${ decision.policy }' } } }")
    )
    known = facts(a_start(), tag=a_tag())
    decision = decide(policies, "StartTransaction", known, OWNED, guard)
    assert decision.policy == "guard"
    assert [each.event and each.event.data for each in decision.effects] == [{"by": "guard"}]
