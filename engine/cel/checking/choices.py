"""Comparisons that never hold, because of the values that their operands can have."""

from collections.abc import Iterator

from engine.cel.checking.findings import known, suggestion
from engine.cel.checking.names import NameChecking
from engine.cel.checking.types import Type, not_null
from engine.cel.syntax.nodes import (
    Binary,
    Conditional,
    Index,
    ListLiteral,
    Literal,
    Node,
    Select,
    walk,
)

_NEVER_NULL = frozenset({"struct", "timestamp", "duration"})
_SHOWN = 12


class ChoiceChecking(NameChecking):
    """Checks texts against the sets of texts that they are compared with."""

    def check_choices(self, node: Binary, left: Type, right: Type) -> None:
        """What is compared with `==`, `!=` or `in`, where one operand is of a closed set."""
        if node.operator == "in":
            right = not_null(right.parameters[0]) if right.kind == "list" else right
        elif node.operator not in ("==", "!="):
            return
        if left.kind != "string" or right.kind != "string":
            return
        one, other = list(self._texts(node.left)), list(self._texts(node.right))
        if one and other:
            # Whether two written texts are equal is no question of what a field can be.
            return
        before = len(self.result.warnings)
        self._impossible(other, left)
        self._impossible(one, right)
        nothing_in_common = (
            left.choices and right.choices and not {*left.choices} & {*right.choices}
        )
        if nothing_in_common and len(self.result.warnings) == before:
            message = "these are never equal: they have no value in common"
            self.warn(node, message, f"one of: {_listed(left)}; and one of: {_listed(right)}")

    def check_null(self, node: Binary, left: Type, right: Type) -> None:
        """`chargePoint != null`; of most kinds the specification's checker itself refuses it."""
        for other, of in ((node.right, left), (node.left, right)):
            if isinstance(other, Literal) and other.value is None and of.kind in _NEVER_NULL:
                always = "true" if node.operator == "!=" else "false"
                message = f"this is always {always}: the value is never null"
                self.suspect(node, message, "leave it out")

    def is_of_a_map(self, node: Node) -> bool:
        """Whether it is `labels.site`, which need not be there."""
        if not isinstance(node, Select) or node.operand not in self.result.types:
            return False
        return not_null(self.result.types[node.operand]).kind == "map"

    def text_of(self, node: Node) -> str:
        return self.text[node.start : node.end]

    def _impossible(self, texts: list[tuple[Node, str]], of: Type) -> None:
        for node, text in texts:
            if of.may_be(text):
                continue
            if of.choices:
                hint = suggestion(text, of.choices) or f"one of: {_listed(of)}"
                self.warn(node, f"`{text}` is none of the possible values", hint)
            else:
                message = f"`{text}` is longer than all possible values"
                self.warn(node, message, f"they have at most {of.longest} characters")

    def _texts(self, node: Node) -> Iterator[tuple[Node, str]]:
        """All texts that a value can be, where all of them are written down; else none."""
        match node:
            case Literal(value=str(text)):
                yield node, text
            case Conditional(then=then, otherwise=otherwise):
                both = list(self._texts(then)), list(self._texts(otherwise))
                if all(both):
                    yield from (*both[0], *both[1])
            case ListLiteral(elements=elements):
                yield from (found for element in elements for found in self._texts(element))
            case _ if self.is_own_constant(node):
                value = self.constant_at(node)
                texts = value if isinstance(value, list | tuple) else [value]
                yield from ((node, text) for text in texts if isinstance(text, str))

    def is_own_constant(self, node: Node) -> bool:
        """Whether it is a constant of the policy: tables change without it."""
        return self.result.paths.get(node, "").startswith("constants.")

    def constant_at(self, node: Node) -> object:
        """The value of a constant, or of a part of one; None for anything else."""
        value: object = self.environment.constants
        for name in self.result.paths.get(node, "").split("."):
            if not isinstance(value, dict) and value is not self.environment.constants:
                return None
            value = value.get(name) if hasattr(value, "get") else None
        return value

    def check_key(self, node: Node, name: str) -> None:
        """`data.vips['CARD-9']`, where the table has no such key."""
        if not isinstance(node, Index) or name != "[]" or not isinstance(node.index, Literal):
            return
        table, key = self.constant_at(node.operand), node.index.value
        if not isinstance(table, dict) or key in table or not isinstance(key, str):
            return
        asked = (each.left for each in walk(self.result.node) if isinstance(each, Binary))
        if not any(isinstance(each, Literal) and each.value == key for each in asked):
            keys = [each for each in table if isinstance(each, str)]
            path = self.result.paths[node.operand]
            message = f"`{path}` has no key `{key}`"
            self.warn(node.index, message, suggestion(key, keys) or known(keys))


def _listed(of: Type) -> str:
    return ", ".join(of.choices[:_SHOWN]) + (", …" if len(of.choices) > _SHOWN else "")
