"""What means the same for another action is compiled once, and what doesn't is not."""

from engine.policy.deciding.policy import Item
from tests.engine.policy.building import a_policy, a_set, problems

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
