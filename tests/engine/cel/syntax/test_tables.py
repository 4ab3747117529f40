"""The tables made beforehand are those that lark would make now."""

import pytest
from lark import UnexpectedInput

from engine.cel.syntax.grammar import amended_grammar, made_by_lark
from engine.cel.syntax.tables import load

TEXTS = (
    "a.b.c[1].d(2)",
    "!(x in [1, 2u, 3.5, b'4', r'5']) || -y <= .z ? {'a': 1, ?b: 2} : p.Q{f: 1}.?g[?h]",
    'f(1, g()).`h-i` && // why\n \'x\' == """y"""',
)


def test_the_tables_parse_as_the_grammar_does() -> None:
    # After a change of the grammar or of lark: make tables
    loaded, made = load(amended_grammar()), made_by_lark(amended_grammar())
    assert loaded is not None
    for text in TEXTS:
        assert loaded.parse(text) == made.parse(text)
    with pytest.raises(UnexpectedInput):
        loaded.parse("a b")


def test_tables_of_another_grammar_are_not_used() -> None:
    assert load(amended_grammar() + "\n") is None
