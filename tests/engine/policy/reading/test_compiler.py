"""What means the same for another action is compiled once, and what doesn't is not."""

from engine.policy.deciding.policy import Item
from engine.policy.deciding.response import Response
from tests.engine.policy.building import a_policy, a_set, a_start, facts, problems, start, status

RESPONSE = "response: { idTagInfo: { status: Blocked } }"
ACTIONS = "[Authorize, StartTransaction]"


def shared(condition: str) -> bool:
    """Whether two actions have one expression."""
    document = a_policy(f"- condition: {condition}\n  {RESPONSE}", action=ACTIONS)
    (policy,) = a_set(document).policies
    one, other = (_item(each.rule.items) for each in policy.by_action.values())
    assert one.condition is not None
    assert other.condition is not None
    return one.condition.expression is other.condition.expression


def _item(items: tuple[Item, ...]) -> Item:
    (item,) = items
    return item


def test_what_reads_no_request_is_compiled_once() -> None:
    assert shared("tag != null && tag.status == 'Blocked' && now.getHours() > 3")


def test_a_field_that_both_requests_have_is_the_same() -> None:
    assert shared("request.idTag == 'A'")
    assert not shared("has(request.idTag) && tag == null")


def test_a_field_of_another_type_is_checked_by_itself() -> None:
    item = "- condition: request.status == 'Faulted'\n  response: {}"
    actions = "[StatusNotification, FirmwareStatusNotification]"
    (problem,) = problems(a_policy(item, action=actions))
    assert problem.startswith("5:36: `Faulted` is none of the possible values (in Firmware")


def test_a_variable_of_another_type_is_another_one() -> None:
    variables = "variables: [{ name: s, expression: request.status }]"
    match = "match: [{ condition: variables.s == 'Faulted', response: {} }]"
    document = "name: p\naction: [StatusNotification, FirmwareStatusNotification]\n"
    (problem,) = problems(f"{document}rule: {{ {variables}, {match} }}\n")
    assert "`Faulted` is none of the possible values (in FirmwareStatusNotification)" in problem


NESTED = """
- condition: request.connectorId == 1
  rule:
    variables:
      - { name: meant, expression: request.idTag == 'one' }
    match:
      - { condition: variables.meant, response: { idTagInfo: { status: Blocked } } }
- condition: request.connectorId == 2
  rule:
    variables:
      - { name: meant, expression: request.idTag == 'two' }
    match:
      - { condition: variables.meant, response: { idTagInfo: { status: Expired } } }
"""


def test_the_same_text_reads_the_variables_of_its_own_rule() -> None:
    policies = a_set(a_policy(NESTED))
    asked = [(1, "one"), (2, "two"), (2, "one")]
    one, two, none = (start(policies, facts(a_start(at, id_tag=tag))) for at, tag in asked)
    assert (status(one), status(two), none.source) == ("Blocked", "Expired", "default")


def test_the_same_text_in_two_items_is_one_expression() -> None:
    item = '- condition: {}\n  response: {{ idTagInfo: {{ status: "${{ tag.status }}" }} }}'
    (policy,) = a_set(
        a_policy("\n".join(item.format(f"request.connectorId == {each}") for each in (1, 2)))
    ).policies
    one, other = policy.by_action["StartTransaction"].rule.items
    assert isinstance(one.outcome, Response)
    assert isinstance(other.outcome, Response)
    (first,), (second,) = one.outcome.expressions(), other.outcome.expressions()
    assert first.expression is second.expression
    assert first.locate(0) != second.locate(0)
