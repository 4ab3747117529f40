"""What nothing reads is warned of, unless something else is wrong."""

from tests.engine.policy.building import a_policy, a_set, problems

MORE = "constants: { a: 1, b: 2 }\n"
BLOCKED = "response: { idTagInfo: { status: Blocked } }"


def warnings(item: str, action: str = "StartTransaction", more: str = MORE) -> list[str]:
    return [p.message for p in a_set(a_policy(item, more=more, action=action)).warnings]


def test_constants_that_nothing_reads_are_warned_of() -> None:
    item = f"- condition: request.connectorId == constants.a\n  {BLOCKED}"
    assert warnings(item) == ["the constant `b` is never read"]


def test_a_constant_may_be_read_by_its_name_or_in_a_response() -> None:
    item = f"- condition: constants['a'] == request.connectorId\n  {BLOCKED}"
    assert warnings(item) == []
    item = "- response: { status: Accepted, interval: '${ constants.a + constants.b }' }"
    assert warnings(item, action="BootNotification") == []


def test_variables_of_nested_rules_are_looked_at_too() -> None:
    rule = f"variables: [{{ name: v, expression: now }}], match: [{{ {BLOCKED} }}]"
    assert warnings(f"- rule: {{ {rule} }}", more="") == ["the variable `v` is never read"]


def test_a_mistake_elsewhere_may_be_what_should_have_read_it() -> None:
    item = f"- condition: request.connectorId == constant.a\n  {BLOCKED}"
    assert problems(a_policy(item, more=MORE)) == [
        "6:41: undeclared name `constant` (did you mean `constants`?)"
    ]
