"""What is shown of a test that failed: expected and got side by side, and how it was decided."""

from collections.abc import Callable, Iterator, Mapping

from engine.cel import Trace
from engine.policy.deciding.placed import Cel
from engine.policy.explaining.effects import ConsideredEffect, ConsideredEffects
from engine.policy.explaining.tracing import ConsideredItem, ConsideredPolicy
from engine.policy.explaining.values import parts_of, shown, value_text

ITEMS_LIMIT = 10
"""Of a long rule the last items that were considered are shown."""


def difference(
    expected: Mapping[str, object],
    got: Mapping[str, object],
    same: Callable[[object, object], bool],
    *,
    exact: bool,
) -> Iterator[str]:
    """The answer, line by line: `-` expected, `+` came instead; unmarked is as it should be."""
    for key, value in expected.items():
        if key not in got:
            if value is not None:
                yield f"- {key}: {shown(value)}"
            continue
        actual = got[key]
        if isinstance(value, dict) and isinstance(actual, dict):
            yield f"  {key}:"
            for line in difference(value, actual, same, exact=exact):
                yield f"{line[:2]}  {line[2:]}"
        elif same(value, actual):
            yield f"  {key}: {shown(actual)}"
        else:
            yield f"- {key}: {shown(value)}"
            yield f"+ {key}: {shown(actual)}"
    sign = "+" if exact else " "
    yield from (f"{sign} {key}: {shown(got[key])}" for key in got if key not in expected)


def trace_lines(asked: ConsideredPolicy) -> Iterator[str]:
    """The items that were considered, each with the values of the parts of its condition."""
    hidden = len(asked.items) - ITEMS_LIMIT
    if hidden > 0:
        yield f"`{asked.policy.name}`: {hidden} items before these: passed over"
    for item in asked.items[-ITEMS_LIMIT:]:
        yield f"{item.item.place}: `{asked.policy.name}`, item `{item.item.name}`: {_verdict(item)}"
        if item.item.condition is not None and item.trace is not None:
            yield from (f"  {line}" for line in _values(item.item.condition, item.trace))
    for variable, trace in asked.variables:
        place = variable.cel.locate(0)
        yield f"{place}: `{asked.policy.name}`, variable `{variable.name}`: {_outcome(trace)}"
        yield from (f"  {line}" for line in _values(variable.cel, trace))


def effect_lines(asked: ConsideredEffects) -> Iterator[str]:
    """The effects of a policy, each with the values of the parts of its condition."""
    for each in asked.items:
        item = each.item
        yield f"{item.place}: `{asked.policy.name}`, effect `{item.id}`: {_verdict(each)}"
        if item.when is not None and each.trace is not None:
            yield from (f"  {line}" for line in _values(item.when, each.trace))


def _verdict(item: ConsideredItem | ConsideredEffect) -> str:
    if item.trace is None:
        return "always fires"
    match item.fired:
        case True:
            return "fires"
        case False:
            return "passed over"
        case _:
            return _outcome(item.trace)


def _outcome(trace: Trace) -> str:
    if trace.error is not None:
        return f"error: {trace.error.message}"
    return value_text(trace.value) or "a value"


def _values(cel: Cel, trace: Trace) -> Iterator[str]:
    yield from (part.text_with_values() for part in parts_of(cel, trace))
