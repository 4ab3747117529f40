"""Test files are run against their policies, and failures say what was expected and what came."""

from pathlib import Path

from engine.policy.testing.runs import TestReport, run_tests, test_files
from tests.engine.policy.building import a_policy

POLICY = a_policy(
    """
- id: closed
  condition: request.connectorId != 1
  explanation: "'connector ' + string(request.connectorId)"
  response: { idTagInfo: { status: Blocked, expiryDate: 2026-02-01T00:00:00Z } }
- id: broken
  condition: tag.labels.site == 'x'
  response: { idTagInfo: { status: Accepted } }
""",
    name="doors",
)
TESTS = """
action: StartTransaction
request: { connectorId: 2, idTag: A, meterStart: 0, timestamp: 2026-01-31T12:00:00Z }
tests:
"""


def report(*tests: str, head: str = "", policy: str = POLICY, **others: str) -> TestReport:
    text = head + TESTS + "".join(f"  - {{ name: a test, {test} }}\n" for test in tests)
    files = {"doors.yaml": policy, "doors_test.yaml": text, **others}
    return test_files({name: content.encode() for name, content in files.items()})


def test_good_tests_pass() -> None:
    result = report(
        "expect: { response: { idTagInfo: { status: Blocked } }, rule: closed, policy: doors }",
        "expect: { explanation: connector 2, source: policy, error: ~ }",
        "expect: { exact: true, response: { idTagInfo: { status: Blocked,"
        " expiryDate: 2026-02-01T01:00:00+01:00 } } }",
        "request: { connectorId: 1 }, tag: {}, expect: { error: 'no such key', source: failure }",
    )
    assert (result.text(), result.passed) == ("4 passed, 0 failed", True)


def test_failures_show_every_difference_and_who_decided() -> None:
    result = report(
        "expect: { response: { idTagInfo: { status: Accepted, parentIdTag: X } }, rule: open }",
        "expect: { response: { idTagInfo: { status: Blocked } }, exact: true }",
        "request: { connectorId: 1 }, tag: {}, expect: { source: policy }",
        "expect: { error: anything, explanation: none }",
    )
    assert (
        result.text()
        == """\
FAILED doors_test.yaml:5 a test
  response: (- expected, + got)
      idTagInfo:
    -   status: "Accepted"
    +   status: "Blocked"
    -   parentIdTag: "X"
        expiryDate: "2026-02-01T00:00:00.000Z"
      transactionId: 1
  rule: expected "open", got "closed"
  decided by `doors`, rule `closed`
    doors.yaml:5:7: `doors`, item `closed`: fires
      request.connectorId: 2
      request.connectorId != 1: true

FAILED doors_test.yaml:6 a test
  response: (- expected, + got)
      idTagInfo:
        status: "Blocked"
    +   expiryDate: "2026-02-01T00:00:00.000Z"
  decided by `doors`, rule `closed`
    doors.yaml:5:7: `doors`, item `closed`: fires
      request.connectorId: 2
      request.connectorId != 1: true

FAILED doors_test.yaml:7 a test
  source: expected "policy", got "failure"
  error: doors: doors.yaml:10:18: no such key: `site`
  decided by the failure answer of `doors`
    doors.yaml:5:7: `doors`, item `closed`: passed over
      request.connectorId: 1
      request.connectorId != 1: false
    doors.yaml:9:7: `doors`, item `broken`: error: no such key: `site`
      tag.labels: {}

FAILED doors_test.yaml:8 a test
  error: expected one with "anything", got none
  explanation: expected "none", got "connector 2"
  decided by `doors`, rule `closed`
    doors.yaml:5:7: `doors`, item `closed`: fires
      request.connectorId: 2
      request.connectorId != 1: true

0 passed, 4 failed"""
    )


def test_a_test_file_is_about_the_policies_beside_it() -> None:
    other = a_policy(
        "- response: { idTagInfo: { status: Invalid } }", name="other", more="priority: 1\n"
    )
    good = "expect: { policy: doors }"
    assert report(good, **{"other.yaml": other}).passed
    result = report(good, head="policies: all\n", **{"other.yaml": other})
    assert 'policy: expected "doors", got "other"' in result.text()


def test_a_policy_that_is_switched_off_can_be_tested() -> None:
    off = POLICY.replace("rule:\n  match", "enabled: false\nrule:\n  match")
    assert not report("expect: { policy: doors }", policy=off).passed
    assert report("expect: { policy: doors }", policy=off, head="enable: doors\n").passed


def test_a_policy_that_is_not_there_is_a_problem() -> None:
    result = report("expect: { policy: doors }", head="enable: [dors]\n")
    assert not result.passed
    assert "there is no policy `dors` to test" in result.text()


def test_policies_with_problems_are_not_tested() -> None:
    result = report("expect: {}", policy="name: [")
    assert [problem.file for problem in result.problems] == ["doors.yaml", "doors_test.yaml"]
    assert result.text().endswith("0 passed, 0 failed, 2 problems")


def test_a_directory_that_is_not_there_does_not_pass(tmp_path: Path) -> None:
    assert not run_tests(tmp_path / "nowhere").passed


def test_the_policies_of_a_fresh_installation_pass_their_tests() -> None:
    result = run_tests(Path(__file__).parents[4] / "policies")
    assert result.text() == f"{len(result.results)} passed, 0 failed"


EFFECTS = (
    POLICY
    + """
effects:
  - id: told
    when: request.connectorId > 1
    event: { name: door, message: "door ${ request.connectorId }", data: { at: "${ now }" } }
  - id: reset
    when: request.connectorId == 3
    command: { action: Reset, payload: { type: Soft } }
    throttle: { every: 1h }
"""
)


def test_effects_are_expected_by_id_with_the_fields_that_matter() -> None:
    door = "{ id: told, event: { message: door 2, data: { at: 2026-01-31T12:00:00Z } } }"
    reset = (
        "{ id: reset, policy: doors, command: { payload: { type: Soft } }, throttleSeconds: 3600 }"
    )
    result = report(
        f"expect: {{ effects: [{door}] }}",
        f"request: {{ connectorId: 3 }}, expect: {{ effects: [{reset}, {{ id: told }}] }}",
        "request: { connectorId: 1 }, tag: { labels: { site: x } }, expect: { effects: [] }",
        policy=EFFECTS,
    )
    assert result.text() == "3 passed, 0 failed"


def test_effects_that_are_not_as_expected_are_shown() -> None:
    result = report(
        "expect: { effects: [{ id: told, event: { message: door 1 } }, { id: reset }] }",
        "expect: { effects: [] }",
        policy=EFFECTS,
    )
    assert (
        result.text()
        == """\
FAILED doors_test.yaml:5 a test
  effects["told"].event.message: expected "door 1", got "door 2"
  effects: expected "reset", but it is missing
  decided by `doors`, rule `closed`
    doors.yaml:5:7: `doors`, item `closed`: fires
      request.connectorId: 2
      request.connectorId != 1: true
    doors.yaml:14:5: `doors`, effect `told`: fires
      request.connectorId: 2
      request.connectorId > 1: true
    doors.yaml:17:5: `doors`, effect `reset`: passed over
      request.connectorId: 2
      request.connectorId == 3: false

FAILED doors_test.yaml:6 a test
  effects: not expected, got {"policy": "doors", "id": "told", "event": {"name": "door", \
"message": "door 2", "data": {"at": "2026-01-31T12:00:00Z"}}, "throttleSeconds": 60}
  decided by `doors`, rule `closed`
    doors.yaml:5:7: `doors`, item `closed`: fires
      request.connectorId: 2
      request.connectorId != 1: true
    doors.yaml:14:5: `doors`, effect `told`: fires
      request.connectorId: 2
      request.connectorId > 1: true
    doors.yaml:17:5: `doors`, effect `reset`: passed over
      request.connectorId: 2
      request.connectorId == 3: false

0 passed, 2 failed"""
    )


SHADOW = POLICY.replace("rule:\n  match", "mode: shadow\nrule:\n  match")


def test_a_policy_in_shadow_mode_is_tested_as_if_it_answered() -> None:
    assert report("expect: { policy: doors }", policy=SHADOW).passed
    assert report("expect: { policy: doors }", policy=SHADOW, head="policies: doors\n").passed


def test_a_test_of_the_shadow_or_of_all_policies_leaves_the_mode() -> None:
    shadow = "{ policy: doors, rule: closed, response: { idTagInfo: { status: Blocked } } }"
    expect = f"expect: {{ source: default, shadow: [{shadow}] }}"
    assert report(expect, policy=SHADOW).text() == "1 passed, 0 failed"
    everything = report("expect: { source: default }", policy=SHADOW, head="policies: all\n")
    assert everything.passed
    wrong = report("expect: { shadow: [] }", policy=SHADOW)
    assert '  shadow: not expected, got {"policy": "doors", "rule": "closed", ' in wrong.text()


def test_scope_and_validity_hold_in_tests() -> None:
    more = "scope: { group: depot }\nvalid_until: 2027-01-01\nrule:\n  match"
    policy = POLICY.replace("rule:\n  match", more)
    result = report(
        "expect: { source: default }",
        "chargePoint: { groups: [depot] }, expect: { policy: doors }",
        "chargePoint: { groups: [depot] }, now: 2027-01-01T00:00:00Z, expect: { source: default }",
        policy=policy,
    )
    assert result.text() == "3 passed, 0 failed"
