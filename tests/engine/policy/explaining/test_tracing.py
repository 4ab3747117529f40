"""What was considered on the way to a decision is the same as what `decide` asked."""

from engine.policy.explaining.tracing import ConsideredPolicy, considered
from engine.policy.facts import ChargePoint
from tests.engine.policy.building import OWNED, a_policy, a_set, a_start, facts

FIRST = """
- { id: two, condition: request.connectorId == 2, response: { idTagInfo: { status: Blocked } } }
- id: label
  condition: request.connectorId == 3
  response: { idTagInfo: { status: Accepted, parentIdTag: "${ variables.site }" } }
"""
VARIABLES = "rule:\n  variables: [{ name: site, expression: chargePoint.labels.site }]\n  match"
SET = a_set(
    a_policy(FIRST, name="a", more="on_error: next\n").replace("rule:\n  match", VARIABLES),
    a_policy("- response: { idTagInfo: { status: Accepted } }", name="b"),
    a_policy("- response: { idTagInfo: { status: Invalid } }", name="c"),
)


def asked(connector_id: int) -> list[ConsideredPolicy]:
    return list(considered(SET, "StartTransaction", facts(a_start(connector_id)), OWNED))


def names(connector_id: int) -> dict[str, list[tuple[str, bool | None]]]:
    return {
        each.policy.name: [(item.item.name, item.fired) for item in each.items]
        for each in asked(connector_id)
    }


def test_who_decides_is_the_last_to_be_asked() -> None:
    assert names(2) == {"a": [("two", True)]}
    assert names(1) == {"a": [("two", False), ("label", False)], "b": [("match[0]", True)]}


def test_a_policy_that_fails_in_its_response_may_leave_it_to_the_next() -> None:
    assert names(3) == {"a": [("two", False), ("label", True)], "b": [("match[0]", True)]}


def test_variables_that_were_read_are_traced() -> None:
    assert [len(each.variables) for each in asked(1)] == [0, 0]
    ((variable, trace),) = asked(3)[0].variables
    assert (variable.name, str(trace.error)) == ("site", "no such key: `site`")


ALL = """
- { id: any, response: { idTagInfo: { status: Accepted } } }
- id: nested
  rule:
    match:
      - { id: one, condition: request.connectorId == 1, response: {} }
      - { id: two, condition: request.connectorId == 2, response: {} }
- { id: site, condition: chargePoint.labels.site == 'x', response: {} }
"""
AGGREGATE = a_policy(ALL).replace("match", "aggregate", 1)


def test_all_items_of_an_aggregate_are_come_to() -> None:
    policies = a_set(
        AGGREGATE, a_policy("- response: { idTagInfo: { status: Invalid } }", name="q")
    )
    known = facts(charge_point=ChargePoint(id="CP-1", labels={"site": "x"}))
    (only,) = considered(policies, "StartTransaction", known, OWNED)
    assert [(item.item.name, item.fired) for item in only.items] == [
        ("any", True),
        ("nested", True),
        ("one", True),
        ("site", True),
    ]


def test_an_aggregate_is_left_where_an_item_fails() -> None:
    (only,) = considered(a_set(AGGREGATE), "StartTransaction", facts(a_start(2)), OWNED)
    assert [(item.item.name, item.fired) for item in only.items][2:] == [
        ("one", False),
        ("two", True),
        ("site", None),
    ]


def test_items_behind_a_nested_rule_without_a_condition_are_come_to() -> None:
    items = """
- rule: { match: [{ condition: tag != null, response: {} }] }
- { id: last, response: {} }
"""
    policies = a_set(a_policy(items, action="Heartbeat"))
    (only,) = considered(policies, "Heartbeat", facts(), OWNED)
    assert [item.item.name for item in only.items] == ["match[0]", "match[0].match[0]", "last"]
