"""The tables made beforehand are those that lark would make of the grammar now."""

from engine.cel.syntax.grammar import amended_grammar
from engine.cel.syntax.lark_tables import made_by_lark, tables_of
from engine.cel.syntax.tables import load


def test_the_tables_are_those_of_the_grammar() -> None:
    # After a change of the grammar: make tables
    assert load() == tables_of(made_by_lark(amended_grammar()))


def test_the_tables_of_another_grammar_are_others() -> None:
    grammar = amended_grammar().replace('"&&"', '"and"')
    assert load() != tables_of(made_by_lark(grammar))
