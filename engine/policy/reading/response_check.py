"""A response checked against its confirmation's type, as far as it is known when it is read."""

import re
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet

from engine.cel import (
    Type,
    did_you_mean,
    fields_of,
    not_null,
    struct_type,
    there_is,
)
from engine.policy.deciding.response import List, Literal, Map, Template, put_over
from engine.policy.defaults import Form
from engine.policy.facts import FACTS
from engine.policy.misspellings import causes
from engine.policy.problems import Problem
from engine.policy.reading.fitting import Fitting, definition_of
from engine.policy.reading.outlines import Open, Place
from engine.policy.reading.rules import Beside
from engine.policy.yaml.nodes import Scalar, is_long_integer
from protocol import payloads
from protocol.messages import BootNotificationConf

_INTERVAL_HINT = (
    "in seconds: between heartbeats when Accepted; the least wait before the next"
    " BootNotification when Pending or Rejected, where 0 lets the charge point choose"
)


_SURE_HINT = "of the other items of an aggregate only those without a condition surely add theirs"

_FACT = re.compile(rf"(?:{'|'.join((*FACTS, 'constants', 'variables', 'data'))})[.\[]")


def problems_of(
    template: Template, form: Form, places: Mapping[str, Place], beside: Beside = None
) -> list[Problem]:
    """
    What is wrong with a response.

    Args:
        places: by path the node of each value; `path#key` is that of its key.
        beside: what surely stands beside it in its aggregate, so that it need not say that.
    """
    return _Check(form, places, beside).problems(template)


class _Check:
    """
    One response against one confirmation type.

    Of a value that an expression makes only the type is known: the rest is left to the decision.
    A key that may be left out (`key?`) must not be a required field.
    """

    def __init__(self, form: Form, places: Mapping[str, Place], beside: Beside = None) -> None:
        self.form = form
        self.whole = f"the {form.key}"
        self.places = places
        self.beside = beside
        self.unknown: set[str] = set()
        self.inside: Mapping[str, str] = {}
        """Fields that belong into an object that is missing, and that."""

    def problems(self, template: Template) -> list[Problem]:
        type_ = struct_type(self.form.message)
        if not isinstance(template, Map | Open) and not _is_object(template):
            return [self._nearest("").problem(f"{self.whole} must be an object")]
        found = list(Fitting(self.whole, self._nearest).problems(template, type_, ""))
        if isinstance(template, Open):
            return found
        plain = self._plain(template, "", everything=True)
        assert isinstance(plain, dict)
        found += [self._owned(name) for name in self.form.owned if name in plain]
        found += self._negative(plain)
        owned = self.form.owned_examples
        seen = set()
        alone = self._of_type({**plain, **owned})
        if self.beside is not None:
            wrong = [each for each in alone if each.rule != "missing"]
            alone = wrong + self._missing(template, everything=True)
        for problem in self._without_misplaced(alone):
            known = problem.rule == "unknown" or not self._is_unknown(problem.path)
            if known or problem.rule == "missing":
                seen.add(problem.path)
            if known:
                found.append(self._problem(problem))
        if self.beside is None and not _may_lack(template, type_):
            return found
        return found + [
            self._may_be_missing(problem.path)
            for problem in self._missing(template, everything=False)
            if problem.path not in seen and problem.path not in self.inside.values()
        ]

    def _missing(self, template: Template, *, everything: bool) -> list[payloads.Problem]:
        """The required fields that neither the response has nor what stands beside it."""
        whole: object = {}
        for each in (*(self.beside or ()), template):
            plain = self._plain(each, "", everything=everything)
            whole = put_over(whole, plain) if isinstance(plain, dict) else whole
        assert isinstance(whole, dict)
        return [
            problem
            for problem in self._of_type({**whole, **self.form.owned_examples})
            if problem.rule == "missing"
        ]

    def _without_misplaced(self, found: list[payloads.Problem]) -> list[payloads.Problem]:
        """An object that is missing because its fields stand beside it is one mistake."""
        names = {problem.path for problem in found if problem.rule == "unknown"}
        self.inside = {
            name: problem.path
            for problem in found
            if problem.rule == "missing"
            for name in names & self._fields_in(problem.path)
        }
        return [problem for problem in found if problem.path not in self.inside.values()]

    def _fields_in(self, name: str) -> AbstractSet[str]:
        field = fields_of(self.form.message).get(name)
        return set() if field is None else (definition_of(field.type) or {}).keys()

    def _of_type(self, plain: dict[str, object]) -> list[payloads.Problem]:
        return causes(payloads.problems(self.form.message, plain, unknown_fields=False))

    def _plain(self, template: Template, path: str, *, everything: bool) -> object:
        match template:
            case Literal(value=value):
                return value
            case Map(entries=entries):
                return {
                    name: self._plain(
                        value, f"{path}.{name}" if path else name, everything=everything
                    )
                    for name, may_be_missing, value in entries
                    if not may_be_missing or (everything and value != Literal(None))
                }
            case List(items=items):
                return [
                    self._plain(item, f"{path}[{index}]", everything=everything)
                    for index, item in enumerate(items)
                ]
            case _:
                self.unknown.add(path)
                return None

    def _is_unknown(self, path: str) -> bool:
        return any(
            path == unknown or path.startswith((f"{unknown}.", f"{unknown}["))
            for unknown in self.unknown
        )

    def _problem(self, problem: payloads.Problem) -> Problem:
        message, _, hint = problem.message.partition(": ")
        hint = hint.removeprefix("not ")
        if problem.rule == "unknown":
            node = self.places.get(f"{problem.path}#key") or self._nearest(problem.path)
            name = problem.path.rpartition(".")[2]
            owner = problem.path.rpartition(".")[0]
            owner = f"`{owner}`" if owner else self.whole
            known = self._field_names(problem.path)
            if name in self.inside:
                hint = (
                    f"it belongs into `{self.inside[name]}`: `{self.inside[name]}: {{ {name}: … }}`"
                )
                return node.problem(f"`{name}` is not a field of {owner}", hint)
            none = f"write `{self.form.key}: {{}}`"
            hint = (did_you_mean(name, known) or there_is(known) or "") if known else none
            return node.problem(f"`{name}` is not a field of {owner}", hint or None)
        node = self._nearest(problem.path)
        if is_long_integer(node) and "integer" in problem.message:
            return node.problem(
                f"`{problem.path}` is out of range", "an integer has at most 18 digits"
            )
        if problem.rule == "format":
            hint = "such as `2026-01-31T12:00:00Z`"
        if problem.rule == "missing":
            message = f"{self.whole} has no `{problem.path}`, which is required"
            return node.problem(message, None if self.beside is None else _SURE_HINT)
        what_to_do = _expression_hint(node) or hint or _type_hint(node, problem)
        return node.problem(f"`{problem.path}` {message}", what_to_do)

    def _owned(self, name: str) -> Problem:
        node = self.places.get(f"{name}#key") or self._nearest(name)
        return node.problem(
            f"`{name}` is the engine's own field and can't be set", "leave it out: it is filled in"
        )

    def _negative(self, plain: Mapping[str, object]) -> Iterator[Problem]:
        """OCPP 1.6 §6.8 has an `interval` in seconds; what a negative one means is not said."""
        interval = plain.get("interval")
        if self.form.message is BootNotificationConf and type(interval) is int and interval < 0:
            message = f"`interval` can't be `{interval}`: it must be 0 or more"
            yield self._nearest("interval").problem(message, _INTERVAL_HINT)

    def _may_be_missing(self, path: str) -> Problem:
        node = self.places.get(f"{path}#key") or self._nearest(path)
        name = path.rpartition(".")[2]
        return node.problem(
            f"`{name}?` may be left out, but `{path}` is required", f"write `{name}`"
        )

    def _nearest(self, path: str) -> Place:
        """The value at a path, else the innermost one around it that is there."""
        while path and path not in self.places:
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        return self.places[path]

    def _field_names(self, path: str) -> list[str]:
        fields = fields_of(self.form.message)
        owned = frozenset() if "." in path else frozenset(self.form.owned)
        for name in path.split(".")[:-1]:
            field = fields.get(name.partition("[")[0])
            inner = None if field is None else definition_of(field.type)
            fields = {} if inner is None else inner
        return [name for name in fields if name not in owned]


def _may_lack(template: Template, type_: Type) -> bool:
    """Whether what may be left out can be required: what may be null never is."""
    match template:
        case Map(entries=entries):
            fields = definition_of(type_) or {}
            return any(
                (may and (name not in fields or fields[name].type.kind != "nullable"))
                or (name in fields and _may_lack(value, fields[name].type))
                for name, may, value in entries
            )
        case List(items=items) if not_null(type_).kind == "list":
            return any(_may_lack(item, not_null(type_).parameters[0]) for item in items)
        case _:
            return False


def _is_object(template: Template) -> bool:
    return isinstance(template, Literal) and isinstance(template.value, dict)


def _expression_hint(node: Place) -> str | None:
    """`status: tag.status`: it reads like a fact, but is text."""
    if isinstance(node, Scalar) and _FACT.match(node.text):
        expression = f'"${{ {node.text} }}"'
        return f"an expression stands in `${{ }}`: `{expression}`"
    return None


def _type_hint(node: Place, problem: payloads.Problem) -> str | None:
    if problem.rule != "type" or not isinstance(node, Scalar):
        return None
    if node.style in {"'", '"'} and "integer" in problem.message:
        return "leave the quotes out" if node.text.lstrip("-").isdigit() else None
    if node.style is None and "must be text" in problem.message and node.value is not None:
        return f'quote it: `"{node.text}"`'
    return None
