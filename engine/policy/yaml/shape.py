"""Reading YAML values of the wanted shape: what does not fit becomes a problem, never a crash."""

from collections.abc import Callable, Collection, Iterable, Mapping
from difflib import get_close_matches

from engine.cel import did_you_mean
from engine.policy.problems import Problem
from engine.policy.yaml.nodes import MappingNode, Node, Scalar, Sequence, is_long_integer

_SURELY_MEANT = 0.8
"""So much alike is a key to the one that it was meant to be."""
_LONGEST_KEY = 60
_FEW = 8
"""More keys than these are not listed."""

_ITEM = "to an item of `match`"
_RULE = "into `rule`"
_POLICY = "to the policy, beside `rule`"
_PLACES: Mapping[str, str] = {
    **dict.fromkeys(("condition", "response", "output", "explanation"), _ITEM),
    **dict.fromkeys(("match", "aggregate", "variables"), _RULE),
    **dict.fromkeys(("action", "priority", "enabled", "constants", "on_error"), _POLICY),
}
"""Where keys belong that are at a place where they mean nothing."""

_ARTICLES = ("a ", "an ")
"""With these begins what is no key, but words: `a policy`."""


class Shape:
    """Takes values out of nodes, and reports to one place."""

    def __init__(self, report: Callable[[Problem], None]) -> None:
        self.report = report

    def mapping(self, node: Node, what: str, known: Collection[str] = ()) -> MappingNode | None:
        """The node as a mapping; keys it may not have are reported, unless none are known."""
        if not isinstance(node, MappingNode):
            wanted = "a mapping" + (f" with {_listed(known)}" if 0 < len(known) <= _FEW else "")
            alone = isinstance(node, Sequence) and len(node.items) == 1
            dash = alone and node.source.text[node.index : node.index + 1] == "-"
            like = f"such as `{next(iter(known))}: …`" if len(known) > _FEW else None
            self.wrong(node, what, wanted, "leave out the `- `" if dash else like)
            return None
        for key in list(node.entries):
            if known and key not in known:
                self._unknown_key(node.key(key), what, known)
                self._as_meant(node, key, known)
        return node

    def _as_meant(self, node: MappingNode, key: str, known: Collection[str]) -> None:
        """A misspelled key is one mistake: it is not missing, too."""
        for meant in get_close_matches(key[:_LONGEST_KEY], known, n=1, cutoff=_SURELY_MEANT):
            node.entries.setdefault(meant, node.entries[key])

    def items(self, node: Node, what: str) -> list[Node]:
        """The node as a list."""
        if isinstance(node, Sequence):
            return node.items
        hint = "each item begins with `- `"
        if isinstance(node, MappingNode) and node.source.text[node.index : node.index + 1] != "{":
            hint += f": `- {node.source.line_of(node.index).rstrip()}`"
        self.wrong(node, what, "a list", hint)
        return []

    def text(self, node: Node | None, what: str) -> str | None:
        """The node as text that is not empty, as it is written."""
        if node is None or node.tagged:
            return None
        if isinstance(node, Scalar) and node.text.strip() and node.value is not None:
            return node.text
        self.wrong(node, what, "text")
        return None

    def integer(self, node: Node | None, what: str, default: int) -> int:
        if node is None:
            return default
        if isinstance(node, Scalar) and type(node.value) is int:
            return node.value
        if is_long_integer(node):
            self.report(node.problem(f"`{what}` is out of range"))
        else:
            self.wrong(node, what, "a whole number")
        return default

    def boolean(self, node: Node | None, what: str, default: bool) -> bool:
        if node is None:
            return default
        if isinstance(node, Scalar) and isinstance(node.value, bool):
            return node.value
        hint = None
        if isinstance(node, Scalar) and node.text.lower() in {"yes", "no", "on", "off"}:
            hint = f"`{node.text}` is text in YAML 1.2: write true or false"
        self.wrong(node, what, "true or false", hint)
        return default

    def one_of(self, node: Node, what: str, values: Collection[str]) -> str | None:
        if isinstance(node, Scalar) and node.text in values:
            return node.text
        if isinstance(node, Scalar) and node.value is not None and not node.tagged:
            hint = did_you_mean(node.text, list(values)) or f"one of {_listed(values)}"
            self.report(node.problem(f"`{what}` can't be `{node.text}`", hint))
        else:
            self.wrong(node, what, "one of " + _listed(values))
        return None

    def texts(self, node: Node | None, what: str) -> dict[str, str]:
        """A mapping from text to text."""
        if node is None or (mapping := self.mapping(node, what)) is None:
            return {}
        read = {key: self.text(value, f"{what}.{key}") for key, value in mapping.items()}
        return {key: text for key, text in read.items() if text is not None}

    def required(self, node: MappingNode, key: str, what: str) -> Node | None:
        value = node.get(key)
        if value is None and not node.tagged:
            self.report(node.problem(f"{what} has no `{key}`"))
        return value

    def wrong(self, node: Node, what: str, wanted: str, hint: str | None = None) -> None:
        if not node.tagged:
            what = what if what.startswith(_ARTICLES) else f"`{what}`"
            why = f"must be {wanted}, not {kind(node)}"
            if isinstance(node, Scalar) and node.value is None:
                why = f"is empty: it must be {wanted}"
            self.report(node.problem(f"{what} {why}", hint))

    def _unknown_key(self, key: Scalar, what: str, known: Iterable[str]) -> None:
        place = _PLACES.get(key.text)
        hint = f"it belongs {place}" if place else did_you_mean(key.text, list(known))
        self.report(key.problem(f"`{key.text}` is not a key of {what}", hint))


def kind(node: Node) -> str:
    match node:
        case MappingNode():
            return "a mapping"
        case Sequence():
            return "a list"
        case Scalar(value=None) | Scalar(text=""):
            return "empty"
        case Scalar(value=bool()):
            return f"`{node.text}`"
        case Scalar(value=int() | float()):
            return f"the number {node.text}"
        case Scalar():
            return "text"
        case _:
            raise AssertionError(node)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
