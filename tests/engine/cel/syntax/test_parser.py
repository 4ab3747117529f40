"""Texts become trees with exact places; what is no expression is refused with place and hint."""

import pytest

from engine.cel import CelSyntaxError
from engine.cel.syntax.nodes import (
    Binary,
    Bind,
    Call,
    Comprehension,
    Has,
    Index,
    ListLiteral,
    Literal,
    Logical,
    MapLiteral,
    Name,
    Node,
    OptionalMap,
    Select,
    children,
)
from engine.cel.syntax.parser import parse
from engine.cel.values.numbers import Uint


def parts(text: str) -> list[tuple[str, str]]:
    """Each node's class and the characters it stands for, from the outermost on."""
    found: list[tuple[str, str]] = []
    stack: list[Node] = [parse(text)]
    while stack:
        node = stack.pop(0)
        found.append((type(node).__name__, text[node.start : node.end]))
        stack = [*children(node), *stack]
    return found


def test_every_part_knows_its_place() -> None:
    assert parts("a.b == 1 &&\n  (x in [2u] || !c[0])") == [
        ("Logical", "a.b == 1 &&\n  (x in [2u] || !c[0])"),
        ("Binary", "a.b == 1"),
        ("Select", "a.b"),
        ("Name", "a"),
        ("Literal", "1"),
        ("Logical", "x in [2u] || !c[0]"),
        ("Binary", "x in [2u]"),
        ("Name", "x"),
        ("ListLiteral", "[2u]"),
        ("Literal", "2u"),
        ("Unary", "!c[0]"),
        ("Index", "c[0]"),
        ("Name", "c"),
        ("Literal", "0"),
    ]


def test_chains_of_and_are_flat() -> None:
    node = parse("a && b && c && d")
    assert isinstance(node, Logical)
    assert [operand.start for operand in node.operands] == [0, 5, 10, 15]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("has(a.b)", Has),
        ("a.all(x, x)", Comprehension),
        ("a.transformMap(k, v, v)", Comprehension),
        ("cel.bind(a, 1, a)", Bind),
        ("a.optMap(x, x)", OptionalMap),
        ("a.map(x)", Call),
        ("a.?b", Select),
        ("a[?0]", Index),
        ("a.`b-c`", Select),
        ("[1, ?a,]", ListLiteral),
        ("{?'a': b, 1: 2,}", MapLiteral),
        (".a", Name),
        ("a - 1", Binary),
        ("-1", Literal),
    ],
)
def test_syntax_of_today_is_read(text: str, kind: type[Node]) -> None:
    assert type(parse(text)) is kind


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0xFF", 255),
        ("-9223372036854775808", -(2**63)),
        ("18446744073709551615u", Uint(2**64 - 1)),
        (".5e-1", 0.05),
        (r"'\x41\u00e9\U0001F600\101\n'", "A\u00e9\U0001f600A\n"),
        (r"r'\n'", r"\n"),
        ("'''it's\n'''", "it's\n"),
        (r"b'\xff\377é'", b"\xff\xff\xc3\xa9"),
        ("null", None),
        ("true", True),
    ],
)
def test_literals_have_values(text: str, value: object) -> None:
    node = parse(text)
    assert isinstance(node, Literal)
    assert (node.value, type(node.value)) == (value, type(value))


_MATCHES = "a regular expression is matched by `text.matches('…')`"
_QUOTE = "a quote inside of text is written with a backslash before it"
_ESCAPE = "write two backslashes for one, or an r before the quote"


@pytest.mark.parametrize(
    ("text", "message", "column", "hint"),
    [
        ("", "the expression is empty", 1, None),
        ("(1", "the expression ends too early", 3, "this bracket is not closed: `(1`"),
        ("(1]", "unexpected `]`", 3, "the bracket that is open here: `(1]`"),
        ("1)", "unexpected `)`", 2, "no bracket is open here"),
        ("a ? b", "the expression ends too early", 6, "write `condition ? value : other`"),
        ("a = 1", "unexpected `=`", 3, "comparison is `==`"),
        ("a and b", "unexpected name `and`", 3, "write `&&`"),
        ("a && not b", "unexpected `not`", 6, "write `!`"),
        ("a not in b", "unexpected name `not`", 3, "write `!(… in …)`"),
        ("if (a) { b }", "unexpected `if`", 1, "write `condition ? value : other`"),
        ("a <> 1", "unexpected `>`", 4, "unequal is `!=`"),
        ("a =~ 'x'", "unexpected `=`", 3, _MATCHES),
        ("a == “b”", "unexpected `“`", 6, "text is written between `'` or `\"`"),
        ("a.0", "unexpected number `0`", 3, "an element is selected by `[0]`"),
        ("'it's'", "unexpected name `s`", 5, _QUOTE),
        ("a\u00a0== 1", "unexpected `U+00A0`", 2, None),
        ("'\ud800'", "half of a character: a lone surrogate", 2, None),
        ("1 'x'", "unexpected text `'x'`", 3, None),
        ("'abc", "text is not closed: the other quote is missing", 1, None),
        ("a # b", "unexpected `#`", 3, "a comment starts with `//`"),
        ("a.in", "`in` is a keyword and can't follow a dot", 3, "write ['in']"),
        ("if", "`if` is a reserved word", 1, "as a field it may follow a dot"),
        (r"'a\q'", r"`\q` is not an escape sequence", 3, _ESCAPE),
        ("9223372036854775808", "this number does not fit into 64 bits", 1, None),
        ("1e999", "this number does not fit into a double", 1, None),
        ("has(a)", "`has` needs a field selection, as in `has(request.idTag)`", 5, None),
        ("a.all(1, b)", "a plain name is needed here, for the variable", 7, None),
        ("a.all(x, x, b)", "the two variables need different names", 10, None),
    ],
)
def test_what_is_no_expression_is_refused(
    text: str, message: str, column: int, hint: str | None
) -> None:
    with pytest.raises(CelSyntaxError) as caught:
        parse(text)
    (problem,) = caught.value.problems
    assert (problem.message, problem.line, problem.column) == (message, 1, column)
    assert problem.hint == hint


def test_a_problem_in_the_second_line_says_so() -> None:
    with pytest.raises(CelSyntaxError) as caught:
        parse("a &&\n  b c")
    assert (caught.value.line, caught.value.column) == (2, 5)


def test_quotes_hide_no_words_from_the_count() -> None:
    # Read as one text from the first quote to the last, this would be small.
    text = r"r'\' " + "+ 1 " * 1000 + r"+ r'\'"
    with pytest.raises(CelSyntaxError, match="more than 600 words and signs"):
        parse(text)
