"""Expressions made at random mean the same however they are run, and to other runtimes."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.cel import (
    CelError,
    CelTypeError,
    CostExceeded,
    Environment,
    EvaluationError,
    Step,
    compile,
)
from engine.cel.checking.types import BOOL, DYN, INT, list_of
from tests.engine.cel.expressions import VARIABLES, expressions
from tests.engine.cel.oracles import ERROR, SCOPE, cel_python, google, plain

KINDS = (
    "bool", "int", "uint", "double", "string", "bytes", "timestamp", "duration", "ints",
    "strings", "map", "map_int",
)  # fmt: skip
TYPED = Environment({name: type_ for name, (type_, _) in VARIABLES.items()})
DYNAMIC = Environment(dict.fromkeys(VARIABLES, DYN))

anything = st.sampled_from(KINDS).flatmap(expressions)
plain_things = st.sampled_from(("bool", "int", "string", "ints", "strings")).flatmap(
    lambda kind: expressions(kind, core=True)
)
quietly = settings(
    max_examples=200, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow]
)


def ours(text: str, environment: Environment = TYPED) -> Any:
    try:
        return plain(compile(text, environment).evaluate(SCOPE))
    except (CelError, EvaluationError):
        return ERROR


def traced(text: str) -> Any:
    try:
        trace = compile(text, TYPED).trace(SCOPE)
    except CelError:
        return ERROR
    return ERROR if trace.error else plain(trace.value)


@quietly
@given(anything)
def test_neither_types_nor_a_trace_change_a_value(text: str) -> None:
    known = ours(text)
    assert ours(text, DYNAMIC) == known
    assert traced(text) == known


@quietly
@given(anything)
def test_google_s_runtime_agrees(text: str) -> None:
    theirs = google(text)
    if theirs is not None:
        assert ours(text) == theirs


@quietly
@given(plain_things)
def test_cel_python_agrees_where_it_is_right(text: str) -> None:
    theirs = cel_python(text)
    if theirs is not None:
        assert ours(text) == theirs


def failure(text: str, scope: Any = None, **variables: Any) -> EvaluationError:
    with pytest.raises(EvaluationError) as caught:
        compile(text, Environment(variables)).evaluate(scope or {})
    return caught.value


def test_an_error_says_where_it_happened() -> None:
    error = failure("1 == 1 &&\n  [1, 2][i] == 1", {"i": 5}, i=INT)
    assert str(error) == "index 5 out of bounds: the list has 2 elements"
    assert (error.line, error.column, error.start, error.end) == (2, 3, 12, 21)


def test_an_error_in_a_comprehension_says_where_it_happened() -> None:
    error = failure("[1, 0].map(x, 1 / x).size() == 2")
    assert (str(error), error.start, error.end) == ("division by zero", 14, 19)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 / 0 == 1 || true", True),
        ("true || 1 / 0 == 1", True),
        ("1 / 0 == 1 && false", False),
        ("[1, 0].exists(x, 1 / x == 1)", True),
        ("[0, 1].exists(x, 1 / x == 1)", True),
        ("[0, 1].all(x, 1 / x == 5)", False),
        ("optional.of(1).orValue(1 / 0)", 1),
    ],
)
def test_an_error_is_absorbed_where_another_operand_decides(text: str, value: object) -> None:
    assert compile(text).evaluate({}) == value


def test_what_is_missing_in_the_scope_is_an_error_only_where_it_is_read() -> None:
    expression = compile("a == 1 || b == 1 || a == 2", Environment({"a": INT, "b": INT}))
    assert expression.evaluate({"b": 1}) is True
    assert str(failure("a == 1", a=INT)) == "`a` has no value"


def test_a_spent_budget_is_not_absorbed() -> None:
    environment = Environment({"l": list_of(INT)})
    expression = compile("l.all(a, l.all(b, a + b > 0)) || true", environment)
    with pytest.raises(CostExceeded, match="the expression exceeds its cost limit"):
        expression.evaluate({"l": [1] * 1000})


def test_a_trace_has_the_value_of_each_part() -> None:
    trace = compile("a > 1 && a < b", Environment({"a": INT, "b": INT})).trace({"a": 2, "b": 3})
    assert (trace.value, trace.error) == (True, None)
    assert trace.steps == (
        Step(0, 1, 2), Step(4, 5, 1), Step(0, 5, True),
        Step(9, 10, 2), Step(13, 14, 3), Step(9, 14, True),
        Step(0, 14, True),
    )  # fmt: skip


def test_a_trace_has_the_error_and_what_came_before_it() -> None:
    trace = compile("a / 0 == 1", Environment({"a": INT})).trace({"a": 2})
    assert (trace.value, str(trace.error)) == (None, "division by zero")
    assert trace.steps == (Step(0, 1, 2), Step(4, 5, 0))


def test_an_expression_says_what_it_reads() -> None:
    environment = Environment({"a": DYN, "b": DYN, "c.d": INT, "e": DYN})
    expression = compile("a.x.y == 1 && b.all(a, a.z == c.d)", environment)
    assert expression.reads == {"a", "b", "c.d"}
    assert expression.paths == {"a.x.y", "b", "c.d"}


def test_an_expression_that_must_be_bool_is_refused_otherwise() -> None:
    with pytest.raises(CelTypeError, match="this must be bool, but is int"):
        compile("1 + 1", expected=BOOL)


def test_names_with_dots_and_constants_are_read() -> None:
    environment = Environment({"v.due": BOOL}, {"limits": {"most": 5, "ids": ["a", "b"]}})
    expression = compile("v.due && limits.most == 5 && 'b' in limits.ids", environment)
    assert expression.evaluate({"v.due": True}) is True
