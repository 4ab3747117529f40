"""What is found out about one expression while it is checked."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches

from engine.cel.checking.environment import Environment
from engine.cel.checking.substitution import Substitution
from engine.cel.checking.types import Type
from engine.cel.errors import CelProblem
from engine.cel.functions.table import Function, Overload
from engine.cel.syntax.nodes import Node

KNOWN_NAMES_LIMIT = 8
"""More names than that are no hint."""


_LONGEST_NAME = 60
_MEANT_LIMIT = 3
"""So many names that have a shorter one in them are offered for it."""
"""Finding what a longer name is like would take long, and it is like none."""


@dataclass(frozen=True, slots=True)
class Reference:
    """What a name, or a selection that spells a name with dots, stands for."""

    kind: str
    """`variable`, `constant`, `local` or `type`."""
    name: str


@dataclass(frozen=True, slots=True)
class Resolution:
    """The function of a call and those of its overloads that the arguments may fit."""

    function: Function
    overloads: tuple[Overload, ...]
    member: bool


@dataclass(slots=True)
class Checked:
    """All that the checker found out about one expression."""

    node: Node
    types: dict[Node, Type] = field(default_factory=dict)
    references: dict[Node, Reference] = field(default_factory=dict)
    calls: dict[Node, Resolution] = field(default_factory=dict)
    problems: list[CelProblem] = field(default_factory=list)
    """What the specification's checker refuses, too."""
    warnings: list[CelProblem] = field(default_factory=list)
    """What is correct CEL and can't have been meant: it always fails, or never holds."""
    suspicions: list[CelProblem] = field(default_factory=list)
    """What is most likely not meant, but may be."""
    paths: dict[Node, str] = field(default_factory=dict)

    @property
    def type(self) -> Type:
        return self.types[self.node]

    @property
    def variables(self) -> frozenset[str]:
        """The variables it reads."""
        used = (each for each in self.references.values() if each.kind == "variable")
        return frozenset(each.name for each in used)


class Checking:
    """The check of one expression: where it looks things up, and writes down what it finds."""

    def __init__(self, text: str, node: Node, environment: Environment) -> None:
        self.text = text
        self.environment = environment
        self.substitution = Substitution()
        self.result = Checked(node)
        self.locals: list[tuple[str, Type]] = []

    def report(self, node: Node, message: str, hint: str | None = None) -> None:
        problem = CelProblem.at(self.text, node.start, node.end, message, hint=hint)
        self.result.problems.append(problem)

    def warn(self, node: Node, message: str, hint: str | None = None) -> None:
        problem = CelProblem.at(self.text, node.start, node.end, message, hint=hint)
        self.result.warnings.append(problem)

    def suspect(self, node: Node, message: str, hint: str | None = None) -> None:
        problem = CelProblem.at(self.text, node.start, node.end, message, hint=hint)
        self.result.suspicions.append(problem)

    def visit(self, node: Node) -> Type:
        """The type of a node, and of all below it."""
        raise NotImplementedError


def suggestion(name: str, known: Iterable[str]) -> str | None:
    """A hint with the known name that is most like this one."""
    if len(name) > _LONGEST_NAME:
        return None
    names = list(known)
    folded = name.casefold()
    same = [each for each in names if each.casefold() == folded]
    # `firmware` may be `firmwareVersion` as well as `firmwareStatus`.
    longer = [each for each in names if folded in each.casefold()] if len(name) > 3 else []
    if same or not 0 < len(longer) <= _MEANT_LIMIT:
        longer = []
    close = same[:1] or longer or get_close_matches(name, names, n=1, cutoff=0.6)
    return f"did you mean {' or '.join(f'`{each}`' for each in close)}?" if close else None


def known(names: Iterable[str]) -> str | None:
    """A hint with all the names there are, if they are few."""
    listed = sorted(names)
    if not 0 < len(listed) <= KNOWN_NAMES_LIMIT:
        return None
    return "there is " + ", ".join(f"`{name}`" for name in listed)
