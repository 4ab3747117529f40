"""What was considered on the way to a decision is the same as what `decide` asked."""

from engine.policy.explaining.tracing import ConsideredPolicy, considered
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
