"""A test that failed shows what was expected beside what came, and the values on the way."""

from engine.policy.failure_text import difference, trace_lines
from engine.policy.tracing import considered
from tests.engine.policy.building import OWNED, a_policy, a_set, facts


def same(expected: object, got: object) -> bool:
    return expected == got


def test_a_difference_is_shown_in_its_surroundings() -> None:
    expected = {"a": {"b": 1, "c": [2]}, "d": None, "e": None, "f": "x"}
    got = {"a": {"b": 1, "c": [3], "g": 4}, "d": 5, "f": "x"}
    lines = list(difference(expected, got, same, exact=False))
    assert lines == [
        "  a:",
        "    b: 1",
        "-   c: [2]",
        "+   c: [3]",
        "    g: 4",
        "- d: null",
        "+ d: 5",
        '  f: "x"',
    ]
    assert "+   g: 4" in difference(expected, got, same, exact=True)


def trace(match: str, variables: str) -> str:
    policy = a_policy(match).replace("rule:\n", f"rule:\n  variables: {variables}\n")
    (asked,) = considered(a_set(policy), "StartTransaction", facts(), OWNED)
    return "".join(f"{line}\n" for line in trace_lines(asked))


def test_a_trace_has_the_items_and_variables_with_the_values_of_their_parts() -> None:
    items = """
- id: loop
  condition: lists.range(7).all(i, i < 6)
  response: { idTagInfo: { status: Blocked } }
- id: site
  condition: variables.site == 'x' && request.connectorId == 1
  response: { idTagInfo: { status: Accepted } }
- response: { idTagInfo: { status: Invalid } }
"""
    assert (
        trace(items, "[{ name: site, expression: chargePoint.id + '-site' }]")
        == """\
p.yaml:6:7: `p`, item `loop`: passed over
  lists.range(7): [0, 1, 2, 3, 4, 5, 6]
  lists.range(7).all(i, i < 6): false
  i: 0, 1, 2, 3, 4, …
  i < 6: true, false
p.yaml:9:7: `p`, item `site`: passed over
  variables.site: "CP-1-site"
  variables.site == 'x': false
  variables.site == 'x' && request.connectorId == 1: false
p.yaml:12:7: `p`, item `match[2]`: always fires
p.yaml:4:41: `p`, variable `site`: "CP-1-site"
  chargePoint.id: "CP-1"
  chargePoint.id + '-site': "CP-1-site"
"""
    )
