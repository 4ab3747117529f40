"""YAML is read as operators write it, and every value knows its place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.policy.problems import Problem
from engine.policy.yaml.nodes import MappingNode, Scalar, plain
from engine.policy.yaml.yaml_text import read, resolve


def load(text: str) -> tuple[list[object], list[str]]:
    found: list[Problem] = []
    documents = [plain(node) for node in read("f.yaml", text.encode(), found.append)]
    return documents, [f"{p.line}:{p.column}: {p.message}" for p in found]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *((word, word) for word in ("on", "off", "yes", "no", "Y", "n")),
        *((word, word) for word in ("0123", "12:30", "0x1F", "0o17", "1_000", "04E12345", "1e3")),
        *((word, word) for word in ("2026-01-31", ".5", "1.", "=", ".inf", ".nan", "1.2.3")),
        ("true", True),
        ("True", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("0", 0),
        ("-17", -17),
        ("1.50", 1.5),
        ("-2.5e-3", -0.0025),
        ("12345678901234567890", "12345678901234567890"),
    ],
)
def test_only_what_can_not_be_meant_as_text_has_another_type(text: str, value: object) -> None:
    assert (resolve(text), type(resolve(text))) == (value, type(value))
    assert load(f"key: {text}\n") == ([{"key": value}], [])


@pytest.mark.parametrize("quoted", ["'true'", '"true"', "|-\n  true", ">-\n  true"])
def test_what_is_quoted_is_text(quoted: str) -> None:
    assert load(f"key: {quoted}\n") == ([{"key": "true"}], [])


BROKEN = [
    ("a: 1\nb: 2\na: 3\n", "3:1: the key `a` is already in line 1"),
    ("a:\n\t- b\n", "2:1: a tab can't indent: YAML wants spaces"),
    ("a: b: c\n", "1:5: `:` can't stand here"),
    ("a: 'x' == 'y'\nc: d\n", "1:8: there is text after the closing `'`"),
    ("a: *x\n", "1:4: `*x` is used before it is set by `&`"),
    ("a: &x [*x]\n", "1:8: `*x` is used inside itself"),
    ("a: !x\n", "1:4: a value that begins with `!` is read as a YAML tag"),
    (
        "a: !!python/object:os.system {}\n",
        "1:4: a value that begins with `!` is read as a YAML tag",
    ),
    ("a: [1,\nb: 2\n", "1:4: `[` is never closed"),
    ("a: {b\n", "1:4: `{` is never closed"),
    ('a: "b\n', "1:4: the quote is never closed"),
    ("a: @b\n", "1:4: a value can't begin with `@`"),
    ("a: %b\n", "1:4: a value can't begin with `%`"),
    ("a:\n  b: 1\n c: 2\n", "3:2: this does not fit in here"),
    ("? [a]\n: b\n", "1:3: a key must be a single value"),
    ("<<: { a: 1 }\n", "1:1: `<<` can't be used here"),
    ("a: \x01\n", "1:4: this character can't stand in YAML"),
    ("[" * 60, "1:51: nested deeper than 50 levels"),
]


@pytest.mark.parametrize(("text", "problem"), BROKEN)
def test_what_is_not_good_yaml_has_a_place_and_a_reason(text: str, problem: str) -> None:
    assert load(text)[1] == [problem]


def test_documents_before_a_mistake_are_still_read() -> None:
    assert load("a: 1\n---\nb: [\n")[0] == [{"a": 1}]


def test_aliases_repeat_a_value() -> None:
    assert load("a: &x { b: 1 }\nc: *x\n") == ([{"a": {"b": 1}, "c": {"b": 1}}], [])


def test_aliases_that_would_fill_the_memory_are_refused() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    (problem,) = load("\n".join(lines))[1]
    assert "the file has more than 200000 values, counting what aliases repeat" in problem


def test_a_file_that_is_not_utf_8_says_in_which_line() -> None:
    found: list[Problem] = []
    assert read("f.yaml", b"a: 1\nb: \xff\n", found.append) == []
    assert [str(problem) for problem in found] == ["f.yaml:2:1: the file is not UTF-8 text"]


def test_a_byte_order_mark_and_windows_lines_change_nothing() -> None:
    assert load("\ufeffa: 1\r\nb: |\r\n  x\r\n") == ([{"a": 1, "b": "x\n"}], [])


def test_an_empty_document_is_none() -> None:
    assert load("---\n# nothing\n---\na: 1\n") == ([{"a": 1}], [])


@given(st.text())
def test_no_text_at_all_makes_reading_fail(text: str) -> None:
    read("f.yaml", text.encode("utf-8", "replace"), lambda problem: None)


STYLES = [
    ("c: ", ""),
    ("c: '", "'"),
    ('c: "', '"'),
    ("c: |\n  ", ""),
    ("c: >-\n  ", ""),
    ("c:\n  ", ""),
    ("c: >\n\n  a\n  b\n\n  ", ""),
    ("c: |2\n    a\n  ", ""),
    ('c: "\\u0041\\x41\\n\\"\\\n   ', '"'),
    ("c: 'it''s\n  ", "'"),
]


@pytest.mark.parametrize(("before", "after"), STYLES)
def test_a_place_in_the_text_is_found_in_the_file_whatever_the_style(
    before: str, after: str
) -> None:
    source = f"{before}über && HERE == 1{after}\n"
    (document,) = read("f.yaml", source.encode(), lambda problem: None)
    assert isinstance(document, MappingNode)
    scalar = document.get("c")
    assert isinstance(scalar, Scalar)
    problem = scalar.problem_at(scalar.text.index("HERE"), "")
    line = source.split("\n")[problem.line - 1]
    assert line[problem.column - 1 :].startswith("HERE")
