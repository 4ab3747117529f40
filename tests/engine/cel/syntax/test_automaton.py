"""Texts are read as lark reads them: the same rules end at the same places."""

from collections.abc import Iterator, Sequence

import pytest
from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from engine.cel.syntax.automaton import Automaton, Maker, Part, Unexpected
from engine.cel.syntax.grammar import amended_grammar
from engine.cel.syntax.lark_tables import made_by_lark
from engine.cel.syntax.tables import load

Ended = tuple[str, int, int]

TEXTS = (
    "a",
    " -1 - -1 -1u // the end",
    "a.b.c[1].d(2)",
    "!(x in [1, 2u, 3.5, b'4', r'5']) || -y <= .z ? {'a': 1, ?b: 2} : p.Q{f: 1}.?g[?h]",
    'f(1, g()).`h-i` && // why\n \'x\' == """y\n"""',
    "[] + [?a, b,] == {} || .f() % 1e3 / .5 * 0xFF != T{?`a b`: c, d: e,}",
    "a && b && c || d ? e : f ? g : h",
    "in_ in inside\t>=\r\n(((x)))",
    "'a' + b'b' + r'\\' + b\"\"\"c\"\"\"[2].e3",
)
WRONG = (
    "", "a b", "a +", "(a", "a)", "a..b", "1.2.3", "{a}", "[a b]", "x == 'open", "a # b", "a in",
    "in a", "f(a,)", "a ? b", "a ? b : ", "-", "// nothing", "a.1", "a.'b'", "é", "a.`", "a in]",
    "{a: b, c}", "T{a: b: c}", "a[?]", "a.?", "1u2", "`a`",
)  # fmt: skip


@pytest.fixture(scope="module")
def lark() -> Lark:
    return made_by_lark(amended_grammar())


@pytest.mark.parametrize("text", TEXTS)
def test_the_rules_end_as_those_of_lark(text: str, lark: Lark) -> None:
    assert ended(text) == [*ended_in(lark.parse(text))]


@pytest.mark.parametrize("text", WRONG)
def test_what_is_unexpected_is_so_to_lark(text: str, lark: Lark) -> None:
    with pytest.raises(UnexpectedInput) as theirs:
        lark.parse(text)
    with pytest.raises(Unexpected) as ours:
        ended(text)
    assert (ours.value.kind, ours.value.text) == unexpected(text, theirs.value)


def test_the_tokens_are_counted() -> None:
    automaton = Automaton(load())
    endings = automaton.endings(lambda rule, expansion: lambda *_: None)
    assert automaton.read("a.b('c') // d", endings) == (None, 6)


def ended(text: str) -> list[Ended]:
    """The rules that end while a text is read, but for those that only list others."""
    found: list[Ended] = []

    def recorder(rule: str, expansion: tuple[str, ...]) -> Maker:
        def record(text: str, start: int, end: int, parts: Sequence[Part]) -> None:
            if not rule.startswith("_"):
                found.append((rule, start, end))

        return record

    automaton = Automaton(load())
    automaton.read(text, automaton.endings(recorder))
    return found


def ended_in(tree: Tree[Token]) -> Iterator[Ended]:
    for child in tree.children:
        if isinstance(child, Tree):
            yield from ended_in(child)
    tokens = list(tree.scan_values(lambda value: isinstance(value, Token)))
    yield str(tree.data), tokens[0].start_pos or 0, tokens[-1].end_pos or 0


def unexpected(text: str, error: UnexpectedInput) -> tuple[str, str]:
    if isinstance(error, UnexpectedToken):
        return error.token.type, str(error.token)
    assert isinstance(error, UnexpectedCharacters)
    return "", text[error.pos_in_stream or 0]
