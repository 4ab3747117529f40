"""
lark makes the parser's tables of the grammar: `make tables`.

Nothing else needs lark, and nothing imports this when an expression is parsed.
"""

from collections.abc import Mapping
from typing import Any, TypeAlias

from lark import Lark
from lark.parsers.lalr_analysis import Shift

from engine.cel.syntax.grammar import amended_grammar
from engine.cel.syntax.tables import FILE, Rule, State, Tables

Rows: TypeAlias = Mapping[int, Mapping[str, tuple[object, Any]]]
"""By state and symbol: whether it is shifted, and to which state; else the rule that ends."""


def save() -> None:
    """Makes the tables anew, after a change of the grammar."""
    FILE.write_bytes(tables_of(made_by_lark(amended_grammar())).encoded())


def made_by_lark(grammar: str) -> Lark:
    return Lark(
        grammar,
        parser="lalr",
        start="expr",
        # The tokens say where a tree begins and ends.
        keep_all_tokens=True,
        maybe_placeholders=False,
    )


def tables_of(parser: Lark) -> Tables:
    """What lark found out about a grammar; the same each time, whatever its states are called."""
    frontend: Any = parser.parser
    table, lexer = frontend.parser.parser.parse_table, frontend.lexer
    start, end = table.start_states["expr"], table.end_states["expr"]
    anywhere = lexer.root_lexer
    names = {each.pattern.value: each.name for each in anywhere.terminals}
    kept = {each.name for each in anywhere.scanner.terminals}
    order = _in_order(start, table.states)
    numbers = {state: number for number, state in enumerate(order)}
    return Tables(
        start=numbers[start],
        end=numbers[end],
        tokens={each.name: each.pattern.to_regexp() for each in anywhere.terminals},
        keywords={text: name for text, name in names.items() if name not in kept},
        ignored=tuple(sorted(anywhere.ignore_types)),
        rules=tuple(_rule(each) for each in parser.rules),
        states=tuple(_state(parser, table.states, numbers, lexer.lexers, each) for each in order),
    )


def _in_order(start: int, states: Rows) -> list[int]:
    """The states as they are met from the first one on."""
    met = {start: None}
    for state in (order := [start]):
        for _, (action, to) in sorted(states[state].items()):
            if action is Shift and to not in met:
                met[to] = None
                order.append(to)
    return order


def _rule(rule: Any) -> Rule:
    expansion = tuple(str(symbol.name) for symbol in rule.expansion)
    return Rule(str(rule.origin.name), expansion, rule.options.expand1 and len(expansion) == 1)


def _state(
    parser: Lark, rows: Rows, numbers: Mapping[int, int], lexers: Mapping[int, Any], state: int
) -> State:
    rules = {rule: number for number, rule in enumerate(parser.rules)}
    lexer = lexers[state]
    scanned = [each.name for each in lexer.scanner.terminals]
    # Where a name may follow, no keyword does; or a name would have to be looked up there.
    assert not lexer.callback
    to = {
        str(name): numbers[arg] if action is Shift else ~rules[arg]
        for name, (action, arg) in sorted(rows[state].items())
    }
    return State(
        kinds=tuple(name for name in scanned if name not in lexer.ignore_types),
        actions={name: arg for name, arg in to.items() if name.isupper()},
        after={name: arg for name, arg in to.items() if not name.isupper()},
    )
