"""An explanation as people read it."""

from typing import Any

from engine.policy.explaining.explanation import explain
from engine.policy.explaining.explanation_text import text_of
from protocol import messages as m
from tests.engine.policy.building import OWNED, a_policy, a_set, facts

BLOCKED = "{ idTagInfo: { status: Blocked } }"
NESTED = f"""
- id: nested
  condition: request.connectorId == 1 && variables.site != ''
  rule:
    match:
      - {{ id: in, condition: chargePoint.labels.site == 'x', response: {BLOCKED} }}
- {{ id: last, response: {BLOCKED} }}
"""
VARIABLES = "rule:\n  variables: [{ name: site, expression: chargePoint.id + '!' }]\n  match"
DECIDES = """
- id: all
  explanation: "'it is ' + request.idTag"
  response: { idTagInfo: { status: Accepted } }
"""
EFFECTS = """\
effects:
  - { id: tell, when: decision.rule == 'all', event: { name: n, message: "${ request.idTag }" } }
  - { id: reset, when: decision.rule == 'no', command: { action: Reset, payload: { type: Soft } } }
  - { id: bad, event: { name: n, message: "${ chargePoint.labels.x }" } }
"""
ITEMS = "".join(
    f"- {{ condition: request.connectorId == {number}, response: {BLOCKED} }}\n"
    for number in range(1, 6)
)
SET = (
    a_policy(NESTED, name="a", more="on_error: next\n").replace("rule:\n  match", VARIABLES, 1),
    a_policy(DECIDES, name="b", more=EFFECTS),
    a_policy(ITEMS, name="c", more="mode: shadow\npriority: 101\n"),
    a_policy(ITEMS, name="d", more="enabled: false\npriority: 102\n"),
    a_policy(ITEMS, name="e", more="scope: { vendor: ABB }\npriority: 103\n"),
    a_policy(ITEMS, name="f", more="priority: 104\n"),
)
TEXT = """\
StartTransaction is answered {"idTagInfo": {"status": "Accepted"}, "transactionId": 7}
  by `b`, rule `all`
  because it is CARD-1
  error: a: p.yaml:11:34: no such key: `site`
  error: b: effect `bad`: p.yaml:20:47: no such key: `x`
without a policy: {"idTagInfo": {"status": "Invalid"}, "transactionId": 7}
"""
POLICIES = """\
policies on StartTransaction, in their order
  p.yaml:1: `a`: failed: p.yaml:11:34: no such key: `site`: `on_error: next`, the next policy is asked
    p.yaml:7:7: item `nested`: matched
      request.connectorId: 1
      request.connectorId == 1: true
      request.connectorId == 1 && variables.site != '': true
      variables.site: "CP-1!"
      variables.site != '': true
      p.yaml:11:13: item `in`: error: p.yaml:11:34: no such key: `site`
        chargePoint.labels: {}
    p.yaml:12:7: item `last`: not reached
    p.yaml:5:41: variable `site`: "CP-1!"
      chargePoint.id: "CP-1"
      chargePoint.id + '!': "CP-1!"
  p.yaml:15: `b`: decides
    p.yaml:23:7: item `all`: matched, it has no condition
    p.yaml:18:5: effect `tell`: wanted: event {"name": "n", "message": "CARD-1"}
      decision.rule: "all"
      decision.rule == 'all': true
    p.yaml:19:5: effect `reset`: false: `decision.rule == 'no'`
      decision.rule: "all"
      decision.rule == 'no': false
    p.yaml:20:5: effect `bad`: error: p.yaml:20:47: no such key: `x`
  p.yaml:28: `c` (shadow): another decides before; it would say {"idTagInfo": {"status": "Blocked"}, "transactionId": 7}
    p.yaml:34:7: item `match[0]`: matched
      request.connectorId: 1
      request.connectorId == 1: true
    4 items after these: not reached
  p.yaml:41: `d`: disabled: `enabled` is false
  p.yaml:54: `e`: out of scope: it is about vendor ABB
  p.yaml:67: `f`: not reached: it was decided before"""  # noqa: E501 - as it is printed


def text(*policies: str, action: str = "StartTransaction", **known: Any) -> str:
    return text_of(explain(a_set(*policies), action, facts(**known), OWNED))


def test_the_answer_comes_first_then_the_facts_then_each_policy() -> None:
    found = text(*SET)
    assert found.startswith(TEXT)
    assert "\n  chargePoint  " + '{"id": "CP-1", "registered": false}\n' in found
    assert found[found.index("policies on") :] == POLICIES


def test_without_policies_the_default_answers() -> None:
    found = text(a_policy(DECIDES), action="Heartbeat", request=m.HeartbeatReq())
    assert (
        found
        == """\
Heartbeat is answered {"currentTime": "2026-01-31T12:00:00.000Z"}
  by the built-in default: no policy decides
without a policy: {"currentTime": "2026-01-31T12:00:00.000Z"}

facts that were read
  request  {}
  now      "2026-01-31T12:00:00.000Z"

policies on Heartbeat, in their order
  none"""
    )


def test_a_failure_answer_and_the_last_word_of_the_engine_are_told() -> None:
    failing = f"- {{ condition: chargePoint.labels.site == 'x', response: {BLOCKED} }}"
    policies = a_set(a_policy(failing, more="on_error: deny\n"))
    answered = {"idTagInfo": {"status": "Accepted"}, "transactionId": 7}
    found = text_of(explain(policies, "StartTransaction", facts(), OWNED, answered))
    assert found.split("\n")[:3] == [
        'StartTransaction is answered {"idTagInfo": {"status": "Accepted"}, "transactionId": 7}',
        '  the engine had the last word; the policies said {"idTagInfo": {"status": "Invalid"}, '
        '"transactionId": 7}',
        "  by the failure answer of `p`",
    ]
    assert "no such key: `site`: `on_error: deny`\n" in found
