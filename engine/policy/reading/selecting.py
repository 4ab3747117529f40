"""When a policy holds and for whom: `valid_from`, `valid_until` and `scope`."""

import re
from datetime import UTC, date, datetime, time

from engine.policy.deciding.selector import Names, Selector
from engine.policy.yaml.nodes import MappingNode, Node, Scalar, Sequence
from engine.policy.yaml.shape import Shape

SCOPE_KEYS = ("chargePoint", "group", "vendor", "model")
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_MOMENT = re.compile(
    r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d(:\d\d(\.\d{1,6})?)?([Zz]|[+-]\d\d:\d\d)?", re.ASCII
)
_LIKE = "`2026-01-31` or `2026-01-31T12:00:00Z`"


class Selecting:
    """Reads what keeps a policy from being asked."""

    def __init__(self, node: MappingNode, shape: Shape) -> None:
        self.node = node
        self.shape = shape

    def times(self) -> tuple[datetime | None, datetime | None]:
        """From when and until when it holds."""
        begin, end = self._moment("valid_from"), self._moment("valid_until")
        if begin is not None and end is not None and end <= begin:
            until = self.node.get("valid_until")
            assert until is not None
            message = "`valid_until` must be later than `valid_from`"
            self.shape.report(until.problem(message, "the policy would never hold"))
        return begin, end

    def _moment(self, key: str) -> datetime | None:
        node = self.node.get(key)
        text = None if node is None else self.shape.text(node, key)
        if node is None or text is None:
            return None
        if not (_DATE.fullmatch(text) or _MOMENT.fullmatch(text)):
            message = f"`{key}` must be a date, or a date and time with its zone"
            self.shape.report(node.problem(message, f"such as {_LIKE}"))
            return None
        try:
            if len(text) == 10:
                return datetime.combine(date.fromisoformat(text), time(0), UTC)
            moment = datetime.fromisoformat(text.upper())
            if moment.tzinfo is not None:
                return moment.astimezone(UTC)
        except (ValueError, OverflowError):
            self.shape.report(node.problem(f"`{text}` is not a date that there is"))
            return None
        hint = f"`{text}Z` is UTC; `{text}+01:00` is an hour ahead of it"
        self.shape.report(node.problem(f"`{key}` does not say in which zone", hint))
        return None

    def scope(self) -> Selector | None:
        """The charge points it is about; None is all of them, or those of a scope with mistakes."""
        value = self.node.get("scope")
        if value is None:
            return None
        scope = self.shape.mapping(value, "scope", SCOPE_KEYS)
        if scope is None:
            return None
        if not scope.entries:
            hint = "leave it out for all charge points"
            self.shape.report(scope.problem("`scope` is empty", hint))
        return Selector(
            self._names(scope, "chargePoint"),
            self._names(scope, "group"),
            self._names(scope, "vendor", folded=True),
            self._names(scope, "model", folded=True),
        )

    def _names(self, scope: MappingNode, key: str, *, folded: bool = False) -> Names | None:
        node = scope.get(key)
        if node is None:
            return None
        what = f"scope.{key}"
        nodes = node.items if isinstance(node, Sequence) else [node]
        if not nodes:
            message = f"`{what}` is empty: the policy would be about no charge point"
            self.shape.report(node.problem(message))
        found: dict[str, None] = {}
        for each in nodes:
            self._name(each, what, found, folded)
        return Names(found, folded=folded)

    def _name(self, node: Node, what: str, found: dict[str, None], folded: bool) -> None:
        name = self.shape.text(node, what)
        if name is None:
            return
        if isinstance(node, Scalar) and "${" in name:
            hint = "a scope is fixed; use a `condition` for what depends on the request"
            self.shape.report(node.problem(f"`{what}` has no expressions", hint))
        if name in found:
            self.shape.report(node.problem(f"`{what}` has `{name}` twice"))
        found[name] = None
