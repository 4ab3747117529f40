"""
The loop that reads a text by the tables of the grammar.

It is lark's LALR loop with lark's contextual lexer, which asks only for the tokens that may follow.
Parts become values at once, as soon as their rule ends.
"""

import re
from collections.abc import Callable, Sequence
from typing import TypeAlias

from engine.cel.syntax.tables import END, Tables

Part: TypeAlias = tuple[object, int, int]
"""A token's text or what a rule made, and where it begins and ends."""

Maker: TypeAlias = Callable[[str, int, int, Sequence[Part]], object]
"""Of the whole text, the place and the parts of a rule that ended: what it stands for."""

Endings: TypeAlias = Sequence[tuple[int, str, Maker | None]]
"""Of each rule how many parts it has, its origin, and what it makes; None keeps the only part."""


class Unexpected(Exception):
    """What can't follow: a token, a character that begins none (`kind` is ""), or the end."""

    def __init__(self, kind: str, text: str, start: int) -> None:
        super().__init__(kind, text, start)
        self.kind = kind
        self.text = text
        self.start = start


class Automaton:
    """Reads texts by the same tables, in any thread."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        self._actions = [state.actions for state in tables.states]
        self._after = [state.after for state in tables.states]
        self._ignored = self._pattern(())
        # Made when they are needed: of some kinds of places there is none in most policies.
        self._patterns: dict[tuple[str, ...], re.Pattern[str]] = {}
        self._scanners: dict[int, Callable[[str, int], re.Match[str] | None]] = {}

    def endings(self, maker_of: Callable[[str, tuple[str, ...]], Maker]) -> Endings:
        """By number of a rule what happens when it ends."""
        return [
            (
                len(rule.expansion),
                rule.origin,
                None if rule.is_level else maker_of(rule.origin, rule.expansion),
            )
            for rule in self.tables.rules
        ]

    def read(self, text: str, endings: Endings) -> tuple[object, int]:
        """
        What the text stands for, and of how many tokens it is.

        Raises:
            Unexpected: it is none of the grammar's.
        """
        actions, after, scanners = self._actions, self._after, self._scanners
        state, end = self.tables.start, self.tables.end
        states: list[int] = [state]
        parts: list[Part] = []
        at = count = 0
        while True:
            scan = scanners.get(state) or self._scanner(state)
            match = scan(text, at)
            if match is None:
                kind = END
                start = at = self._end(text, at)
            else:
                kind = match.lastgroup or ""
                start, at = match.span(kind)
            while (action := actions[state].get(kind)) is None or action < 0:
                if action is None:
                    raise Unexpected(kind, text[start:at], start)
                size, origin, make = endings[~action]
                if make is None:
                    states.pop()
                else:
                    ended = parts[-size:]
                    del states[-size:], parts[-size:]
                    first, last = ended[0][1], ended[-1][2]
                    parts.append((make(text, first, last, ended), first, last))
                state = after[states[-1]][origin]
                if state == end and kind == END:
                    return parts[-1][0], count
                states.append(state)
            state = action
            states.append(state)
            parts.append((text[start:at], start, at))
            count += 1

    def _scanner(self, state: int) -> Callable[[str, int], re.Match[str] | None]:
        kinds = self.tables.states[state].kinds
        pattern = self._patterns.get(kinds)
        if pattern is None:
            pattern = self._patterns[kinds] = self._pattern(kinds)
        scan = self._scanners[state] = pattern.match
        return scan

    def _pattern(self, kinds: Sequence[str]) -> re.Pattern[str]:
        tokens = self.tables.tokens
        between = "|".join(tokens[kind] for kind in self.tables.ignored)
        found = "|".join(f"(?P<{kind}>{tokens[kind]})" for kind in kinds)
        # What was passed over is never looked at again: `*+`.
        return re.compile(f"(?:{between})*+(?:{found})" if kinds else f"(?:{between})*+")

    def _end(self, text: str, at: int) -> int:
        """The end of the text, if nothing but white space is left."""
        passed = self._ignored.match(text, at)
        start = at if passed is None else passed.end()
        if start == len(text):
            return start
        keywords = self.tables.keywords
        kinds = [
            kind
            for kind in self.tables.tokens
            if kind not in keywords.values() and kind not in self.tables.ignored
        ]
        found = self._pattern(kinds).match(text, start)
        if found is None:
            raise Unexpected("", text[start], start)
        raise Unexpected(keywords.get(found[0], found.lastgroup or ""), found[0], start)
