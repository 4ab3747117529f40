"""What an operator meant as one value is found as one, so that a hint can show it in quotes."""

import pytest

from engine.policy.yaml.lines import above, entry_at, quoted
from engine.policy.yaml.nodes import Source
from engine.policy.yaml.yaml_text import read

LINES = [
    ("a: b # c", "b", 'a: "b"'),
    ("  - a: b: c", "b", 'a: "b: c"'),
    ("- b == 'x #1'", "b", "- \"b == 'x #1'\""),
    ("- { a: f(b, 'c'), d: e }", "b", "a: \"f(b, 'c')\""),
    ("- { a: f(b, 'c'), d: e }", "e", 'd: "e"'),
    ("r: { a: { b: ${ c } } }", "c", 'b: "${ c }"'),
    ("r: [{ a: { b: c ? d : e } }]", "d", 'b: "c ? d : e"'),
    ("a: \"b\" == 'c'", "b", "a: '\"b\" == ''c'''"),
    (r"a: \d", "d", r'a: "\\d"'),
]


@pytest.mark.parametrize(("line", "letter", "written"), LINES)
def test_the_innermost_value_around_a_place_is_quoted(line: str, letter: str, written: str) -> None:
    entry = entry_at(Source("f.yaml", f"x: y\n{line}\n"), 5 + line.index(letter))
    assert entry is not None
    assert entry.quoted() == written


@pytest.mark.parametrize("text", ["x", "it's", 'say "a"', r"back\slash", "'", '"', "a: b # c"])
def test_a_quoted_text_is_read_as_that_text(text: str) -> None:
    (node,) = read("f.yaml", quoted(text).encode(), lambda problem: None)
    assert getattr(node, "value", None) == text


def test_the_key_above_is_found_over_lines_without_one() -> None:
    source = Source("f.yaml", "- a: |\n\n    text\n  here\n")
    entry = above(source, source.text.index("here"))
    assert entry is not None
    assert (entry.key, source.place(entry.key_index)) == ("a", (1, 3))
