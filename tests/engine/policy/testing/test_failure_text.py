"""A test that failed shows what was expected beside what came, and the values on the way."""

from engine.policy.explaining.tracing import considered
from engine.policy.testing.failure_text import difference, trace_lines
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
- id: late
  condition: now > timestamp('2030-01-01T00:00:00Z') || now - now > duration('1s')
  response: { idTagInfo: { status: Expired } }
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
p.yaml:12:7: `p`, item `late`: passed over
  now: "2026-01-31T12:00:00Z"
  now > timestamp('2030-01-01T00:00:00Z'): false
  now > timestamp('2030-01-01T00:00:00Z') || now - now > duration('1s'): false
  timestamp('2030-01-01T00:00:00Z'): "2030-01-01T00:00:00Z"
  now - now: "0s"
  now - now > duration('1s'): false
  duration('1s'): "1s"
p.yaml:15:7: `p`, item `match[3]`: always fires
p.yaml:4:41: `p`, variable `site`: "CP-1-site"
  chargePoint.id: "CP-1"
  chargePoint.id + '-site': "CP-1-site"
"""
    )


def test_of_a_long_rule_the_last_items_are_shown() -> None:
    items = "".join(
        f"- condition: request.connectorId == {number}\n"
        "  response: { idTagInfo: { status: Blocked } }\n"
        for number in range(20, 40)
    )
    first, second, *_ = trace(items, "[]").split("\n")
    assert first == "`p`: 10 items before these: passed over"
    assert second == "p.yaml:26:7: `p`, item `match[10]`: passed over"


def test_long_values_and_records_are_not_shown_whole() -> None:
    items = """
- id: long
  condition: request.idTag == 'x' || size(lists.range(99)) < 9 || request.idTag == tag.idTag
  response: { idTagInfo: { status: Blocked } }
"""
    lines = trace(items, "[]").split("\n")
    assert "  lists.range(99): [" + ", ".join(map(str, range(29)))[:99] + "…" in lines
    assert not [line for line in lines if line.startswith("  request: ")]
