"""A compiled expression: its source, what it reads, and its value in a scope."""

from functools import cached_property
from typing import Any

from lark import Token, Tree

from engine.cel.interpreter import Interpreter
from engine.cel.parsing import parse
from engine.cel.references import Mentions, mentions
from engine.cel.values import Scope, native


class Expression:
    """Immutable; may be evaluated by several threads at once, each with its own scope."""

    def __init__(self, source: str, tree: Tree[Token]) -> None:
        self.source = source
        self._tree = tree

    def __repr__(self) -> str:
        return f"Expression({self.source!r})"

    @cached_property
    def mentions(self) -> Mentions:
        return mentions(self._tree)

    @cached_property
    def reads(self) -> frozenset[str]:
        """The names it reads from its scope, without their fields."""
        return frozenset(reference.root for reference in self.mentions.references)

    def evaluate(self, scope: Scope) -> object:
        """
        Its value as plain Python.

        Raises:
            EvaluationError: it has none.
        """
        return native(self.value(scope))

    def value(self, scope: Scope) -> Any:
        """Its value as other expressions read it: prepared, to be put in another scope."""
        return Interpreter(scope).run(self._tree)


def compile(text: str) -> Expression:
    """
    Makes an expression from its text.

    Raises:
        CelSyntaxError: it is none; with line and column in the text.
    """
    return Expression(text, parse(text))
