"""Coverage says what of the rules the tests have not seen, and where that stands."""

from engine.policy.testing.coverage import Coverage, coverage_of
from engine.policy.testing.runs import test_files

DOORS = """
name: doors
action: StartTransaction
rule:
  variables:
    - { name: late, expression: now.getHours() >= 22 }
    - { name: unread, expression: request.connectorId == 3 }
  match:
    - id: closed
      condition: request.connectorId != 1 && !variables.late
      response: { idTagInfo: { status: Blocked } }
    - id: nested
      condition: tag != null
      rule:
        match:
          - { id: vip, condition: "tag.parentIdTag == 'VIP'", response: { idTagInfo: { status: Accepted } } }
    - response: { idTagInfo: { status: Invalid } }
"""  # noqa: E501
HEAD = """
action: StartTransaction
request: { connectorId: 1, idTag: A, meterStart: 0, timestamp: 2026-01-31T12:00:00Z }
tests:
"""


def covered(*tests: str, doors: str = DOORS, head: str = HEAD) -> Coverage:
    text = head + "".join(f"  - {{ name: a, {test} expect: {{ error: ~ }} }}\n" for test in tests)
    return coverage_of(test_files({"doors.yaml": doors.encode(), "doors_test.yaml": text.encode()}))


def test_gaps_are_named_with_their_place_and_what_was_never_seen() -> None:
    assert (
        covered("request: { connectorId: 2 },", "").text()
        == """\
doors.yaml: 53% (8 of 15)
  doors: 53% (8 of 15)
    doors.yaml:6:33: `now.getHours() >= 22`: never true
    doors.yaml:7:35: `request.connectorId == 3`: neither true nor false
    doors.yaml:10:47: `variables.late`: never true
    doors.yaml:12:7: item `nested`: never fired
    doors.yaml:16:13: item `vip`: neither fired nor passed over

coverage: 53% (8 of 15)"""
    )


def test_all_that_was_seen_both_ways_is_covered() -> None:
    vip = DOORS.replace("    - { name: unread, expression: request.connectorId == 3 }\n", "")
    found = covered(
        "request: { connectorId: 2 },",
        "request: { connectorId: 2 }, now: 2026-01-31T23:00:00Z,",
        "tag: { parentIdTag: VIP },",
        "tag: {},",
        "",
        doors=vip,
    )
    assert found.text().splitlines()[-1] == f"coverage: 100% ({found.wanted} of {found.wanted})"
    assert found.reaches(100)


def test_a_policy_of_several_actions_counts_once() -> None:
    both = DOORS.replace("action: StartTransaction", "action: [StartTransaction, Authorize]")
    simple = both.replace("request.connectorId", "size(request.idTag)")
    assert covered("", doors=simple).wanted == covered("", doors=DOORS).wanted


def test_a_condition_that_reads_nothing_need_not_be_passed_over() -> None:
    always = "name: a\naction: Heartbeat\nrule: { match: [{ condition: 'true', response: {} }] }\n"
    head = "action: Heartbeat\ntests:\n"
    assert covered("", doors=always, head=head).text().endswith("coverage: 100% (1 of 1)")


def test_each_item_of_an_aggregate_is_seen_by_itself() -> None:
    aggregate = """
name: a
action: Heartbeat
rule:
  aggregate:
    - { id: all, response: {} }
    - { id: late, condition: now.getHours() > 20, response: {} }
    - { id: vip, condition: tag != null, response: {} }
"""
    head = "action: Heartbeat\ntests:\n"
    found = covered("now: 2026-01-31T22:00:00Z,", "", doors=aggregate, head=head)
    assert found.text().splitlines()[2:] == [
        "    doors.yaml:8:7: item `vip`: never fired",
        "",
        "coverage: 80% (4 of 5)",
    ]


def test_what_policies_share_counts_once() -> None:
    files = {
        "shared.yaml": "variables: [{ name: late, expression: now.getHours() > 20 }]\n",
        "a.yaml": "name: a\naction: Heartbeat\nrule: { match: [{ condition: variables.late,"
        " response: {} }] }\n---\nname: b\naction: MeterValues\nrule: { match: [{ condition:"
        " variables.late, response: {} }] }\n",
        "a_test.yaml": "action: Heartbeat\ntests: [{ name: t, now: 2026-01-31T22:00:00Z,"
        " expect: { policy: a } }]\n",
    }
    found = coverage_of(test_files({name: text.encode() for name, text in files.items()}))
    assert (
        found.text()
        == """\
a.yaml: 25% (1 of 4)
  a: 50% (1 of 2)
    a.yaml:3:17: item `match[0]`: never passed over
  b: 0% (0 of 2)
    a.yaml:7:17: item `match[0]`: neither fired nor passed over

shared.yaml: 50% (1 of 2)
  shared variables: 50% (1 of 2)
    shared.yaml:1:39: `now.getHours() > 20`: never false

coverage: 33% (2 of 6)"""
    )


def test_an_error_is_neither_fired_nor_passed_over() -> None:
    broken = """
name: a
action: Heartbeat
rule: { match: [{ id: site, condition: chargePoint.labels.site == 'x', response: {} }] }
"""
    found = covered("", doors=broken, head="action: Heartbeat\ntests:\n")
    assert "a.yaml:4:17: item `site`: neither fired nor passed over" not in found.text()
    assert "doors.yaml:4:17: item `site`: neither fired nor passed over" in found.text()


EFFECTS = """
name: told
action: StartTransaction
rule:
  variables: [{ name: far, expression: request.connectorId > 5 }]
  match: [{ condition: request.connectorId == 9, response: { idTagInfo: { status: Invalid } } }]
effects:
  - { id: far, when: variables.far && now.getHours() < 23, event: { name: far } }
  - { id: always, event: { name: always } }
  - id: data
    when: request.connectorId == 1
    event: { name: data, data: { far: "${ variables.far }" } }
"""


def test_effects_are_covered_like_items() -> None:
    assert (
        covered("", doors=EFFECTS).text()
        == """\
doors.yaml: 46% (6 of 13)
  told: 46% (6 of 13)
    doors.yaml:5:40: `request.connectorId > 5`: never true
    doors.yaml:6:11: item `match[0]`: never fired
    doors.yaml:8:5: effect `far`: never fired
    doors.yaml:8:22: `variables.far`: never true
    doors.yaml:8:39: `now.getHours() < 23`: neither true nor false
    doors.yaml:10:5: effect `data`: never passed over

coverage: 46% (6 of 13)"""
    )


def test_effects_that_were_seen_both_ways_are_covered() -> None:
    found = covered(
        "",
        "request: { connectorId: 9 },",
        "request: { connectorId: 9 }, now: 2026-01-31T23:00:00Z,",
        doors=EFFECTS,
    )
    assert found.reaches(100)


def test_a_directory_without_policies_is_covered() -> None:
    found = coverage_of(test_files({}))
    assert (found.text(), found.reaches(100)) == ("coverage: 100% (0 of 0)", True)
