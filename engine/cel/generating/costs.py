"""What evaluating the parts of an expression costs. See `engine.cel.values.limits.COST_LIMIT`."""

from collections.abc import Sequence

from engine.cel.checking.findings import Checked
from engine.cel.checking.types import not_null
from engine.cel.functions.table import CALL_COST
from engine.cel.syntax.nodes import Binary, Call, Literal, Node, children, walk

SIZED_COST = 80
"""Where calls whose cost grows with their arguments cost more together, each is paid for."""

_DISPATCH_COST = 15
"""Of finding out which overload of a function fits."""

_UNTYPED_COST = 5
"""Of finding out what an operator means for its operands."""

_TIME_COST = 15
"""Of adding and subtracting times, which Python does in several steps."""


class Costs:
    """The costs of the parts of one expression."""

    def __init__(self, checked: Checked) -> None:
        self._checked = checked

    def arguments(self, node: Call) -> Sequence[Node]:
        """What a function is called with: its target first, where it has one."""
        if self._checked.calls[node].member and node.target is not None:
            return (node.target, *node.arguments)
        return node.arguments

    def call(self, node: Call) -> int:
        """A call, beside what grows with its arguments."""
        function = self._checked.calls[node].function
        arguments = self.arguments(node)
        unread = [
            at
            for at in function.literals
            if at < len(arguments) and not isinstance(arguments[at], Literal)
        ]
        return function.cost + function.reading * len(unread)

    def together(self) -> int:
        """All calls whose cost grows with their arguments."""
        return sum(map(self._sized, walk(self._checked.node)))

    def _sized(self, node: Node) -> int:
        if isinstance(node, Binary):
            return CALL_COST if node.operator == "+" else 0
        if not isinstance(node, Call) or node not in self._checked.calls:
            return 0
        return 0 if self._checked.calls[node].function.constant_time else self.call(node)

    def visit(self, node: Node, least: int, *, direct: bool) -> int:
        """
        A node in a loop, without the nodes below it and what it pays for itself.

        Args:
            least: what any node costs.
            direct: whether it is known which overload of a function it calls.
        """
        if isinstance(node, Call) and node in self._checked.calls:
            constant_time = self._checked.calls[node].function.constant_time
            cost = least + (self.call(node) if constant_time else 0)
            return cost if direct else cost + _DISPATCH_COST
        # The parts of a name with dots have no types of their own.
        types = (self._checked.types.get(child) for child in children(node))
        kinds = {not_null(each).kind for each in types if each is not None}
        if isinstance(node, Binary) and node.operator in ("+", "-"):
            least += _TIME_COST if kinds & {"timestamp", "duration"} else 0
        return least + _UNTYPED_COST if "dyn" in kinds else least
