"""What the expressions of a policy with variables read."""

from collections.abc import Mapping
from typing import Any

from engine.cel import EvaluationError
from engine.policy.deciding.placed import Cel
from engine.policy.facts import FACTS, Facts

FACT_PATHS = {name: f"facts.{attribute}" for name, attribute in FACTS.items()}
"""Where a `Scope` has the facts."""


class Scope:
    """
    The facts of one decision, and the variables of one policy.

    A variable is worked out when it is first read, and once; its error is as lasting as a value.
    A policy without variables needs none: its expressions read the facts themselves.
    """

    facts: Facts

    def __init__(self, facts: Facts) -> None:
        self.facts = facts


def scope_type(variables: Mapping[str, Cel]) -> type[Scope]:
    """A scope for these variables, by attribute."""
    return type("PolicyScope", (Scope,), _once(variables))


def _once(variables: Mapping[str, Cel]) -> "dict[str, _Once]":
    return {name: _Once(name, cel) for name, cel in variables.items()}


class EffectScope(Scope):
    """The same after the decision; the variables are those of the policy's rule."""

    def __init__(self, facts: Facts, decision: object) -> None:
        super().__init__(facts)
        self.decision = decision


def effect_scope_type(variables: Mapping[str, Cel]) -> type[EffectScope]:
    """A scope of effects with these variables, by attribute."""
    return type("PolicyEffectScope", (EffectScope,), _once(variables))


def was_read(scope: Any, attribute: str) -> bool:
    """Whether a variable has been worked out, or has failed, in a scope."""
    known = vars(scope) if isinstance(scope, Scope) else {}
    return attribute in known or _error_of(attribute) in known


def _error_of(attribute: str) -> str:
    return f"error of {attribute}"


class _Once:
    """Works out a variable; its value then stands before it, in the scope's own dictionary."""

    def __init__(self, name: str, cel: Cel) -> None:
        self.name = name
        self.error = _error_of(name)
        self.cel = cel

    def __get__(self, scope: Any, _: type) -> Any:
        known = scope.__dict__
        if self.error in known:
            raise known[self.error]
        try:
            value = known[self.name] = self.cel.expression.evaluate(scope)
        except EvaluationError as error:
            known[self.error] = placed = self.cel.placed(error)
            raise placed from None
        return value
