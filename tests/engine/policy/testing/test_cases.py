"""Test files are checked like policies."""

from datetime import timedelta

from engine.policy.facts import ChargePoint, ConnectReq, Counters, RemoteStart, Reservation, Tag
from engine.policy.problems import Problem
from engine.policy.testing.cases import CaseFile, read_cases
from tests.engine.policy.building import NOW

HEAD = """
action: StartTransaction
request: { idTag: CARD-1, meterStart: 0, timestamp: 2026-01-31T12:00:00Z }
tag: { parentIdTag: FLEET }
tests:
"""


def read(text: str) -> tuple[list[CaseFile], list[str]]:
    found: list[Problem] = []
    files = read_cases("a_test.yaml", text.encode(), found.append)
    return files, [f"{p.line}:{p.column}: {p.message}" for p in found]


def test_a_case_takes_over_what_the_file_gives() -> None:
    ((file,), found) = read(
        f"{HEAD}  - {{ name: a, request: {{ connectorId: 2 }}, tag: {{ status: Blocked }},"
        " remoteStart: {}, expect: { rule: x } }\n"
    )
    assert found == []
    (case,) = file.cases
    assert case.facts.tag == Tag(id_tag="TAG", status="Blocked", parent_id_tag="FLEET")
    assert case.facts.remote_start == RemoteStart(issued_at=NOW)
    assert case.facts.charge_point == ChargePoint(id="CP-1")
    assert (case.facts.now, case.expect, case.line) == (NOW, {"rule": "x"}, 6)


def test_a_reservation_says_only_what_matters_and_counters_are_zero() -> None:
    ((file,), found) = read(
        f"{HEAD}  - {{ name: a, request: {{ connectorId: 1 }}, reservation: {{ idTag: CARD-9 }},"
        " counters: { faultsLastHour: 3 }, expect: { rule: x } }\n"
        "  - { name: b, request: { connectorId: 1 }, expect: { rule: x } }\n"
    )
    assert found == []
    reserved, plain = (case.facts for case in file.cases)
    assert reserved.reservation == Reservation(
        reservation_id=1, connector_id=1, id_tag="CARD-9", expiry_date=NOW + timedelta(hours=1)
    )
    assert reserved.counters == Counters(faults_last_hour=3)
    assert (plain.reservation, plain.counters) == (None, Counters())


def test_null_takes_a_fact_away() -> None:
    ((file,), _) = read(
        f"{HEAD}  - {{ name: a, request: {{ connectorId: 2 }}, tag: ~, expect: {{ rule: x }} }}\n"
    )
    assert file.cases[0].facts.tag is None


def test_mistakes_in_tests_are_all_said() -> None:
    _, found = read(
        f"""{HEAD}
  - {{ name: a, expect: {{}} }}
  - {{ name: b, request: {{ connectorId: one, idTg: X }}, expect: {{ rules: x }} }}
  - {{ name: c, action: Reset, expect: {{ exact: true }} }}
  - request: {{ connectorId: 1 }}
    tag: {{ statsu: x }}
    expect: {{ rule: x }}
  - {{ name: d, now: noon, request: {{ connectorId: 1 }}, tag: 5, expect: {{ rule: x }} }}
  - {{ name: e, request: {{ connectorId: 1 }} }}
"""
    )
    assert found == [
        "7:24: `expect` is empty: the test would always pass",
        "7:5: the request: `connectorId` is required",
        "8:66: `rules` is not a key of expect",
        "8:40: the request: `connectorId` must be an integer, not text",
        "8:51: the request: `idTg` is not a field here",
        "9:24: `Reset` is not an action a policy decides",
        "9:41: `exact` needs a `response`",
        "10:5: the test has no `name`",
        "13:21: `now` must be a time like `2026-01-31T12:00:00Z`",
        "13:61: `tag` must be a mapping, or null, not the number 5",
        "14:5: the test has no `expect`",
    ]


def test_a_file_may_name_its_policies_and_switch_some_on() -> None:
    ((file,), found) = read("policies: [a, b]\nenable: c\ntests: []\n")
    assert (file.policies, file.every_policy, file.enable, found) == (("a", "b"), False, ("c",), [])
    ((file,), _) = read("policies: all\ntests: []\n")
    assert (file.policies, file.every_policy) == (None, True)


def test_a_handshake_is_a_request_too() -> None:
    ((file,), found) = read(
        "action: Connect\nrequest: { chargePointId: X }\n"
        "tests: [{ name: a, expect: { rule: x } }]\n"
    )
    assert found == []
    assert isinstance(file.cases[0].facts.request, ConnectReq)


def test_a_fact_of_the_wrong_type_is_said_where_it_is() -> None:
    _, found = read(
        f"""{HEAD}
  - {{ name: a, request: {{ connectorId: 1 }}, chargePoint: {{ labels: ~ }}, expect: {{}} }}
  - {{ name: b, request: {{ connectorId: 1 }}, tag: {{ labels: {{ a: 1 }} }}, expect: {{}} }}
  - {{ name: c, request: {{ connectorId: 1 }}, tag: {{ expiryDate: soon }}, expect: {{}} }}
"""
    )
    assert [each for each in found if "always pass" not in each] == [
        "7:68: `labels` must be an object, not null",
        "8:60: `labels[...]` must be text, not a whole number",
        "9:64: `expiryDate`: invalid RFC3339 encoded datetime",
    ]


def test_an_expectation_that_can_never_be_met_is_a_mistake() -> None:
    _, found = read(
        f"""{HEAD}
  - {{ name: a, request: {{ connectorId: 1 }}, expect: {{ source: polici }} }}
  - name: b
    request: {{ connectorId: 1 }}
    expect: {{ response: {{ idTagInfo: {{ status: Rejected, parentIdTag: ~ }}, stat: x }} }}
  - {{ name: c, request: {{ connectorId: 1 }}, expect: {{ response: {{ transactionId: 1 }} }} }}
"""
    )
    assert found == [
        "7:63: `source` can't be `polici`",
        "10:48: the response: `idTagInfo.status` can't be `Rejected`",
        "10:76: the response: `stat` is not a field here",
    ]
