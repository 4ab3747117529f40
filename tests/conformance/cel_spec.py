"""
Runs vectors of the CEL specification: `python -m tests.conformance.cel_spec FILE…`.

Prints each failure and, last, `N passed, N failed`; the exit status is 1 if any failed.
"""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from engine.cel import CelError, EvaluationError, Expression, compile
from tests.conformance.cel_vectors import read_environment, read_type, read_value, same

_BACKSLASH = (
    "a backslash is expected before `?` that the expression has not; other versions of the"
    " specification expect `?` alone here, as do the same vectors for text"
)
EXCEPTIONS: Mapping[str, str] = {
    "bytes_literals/triple_single_quoted_unescaped_punctuation": _BACKSLASH,
    "bytes_literals/triple_double_quoted_unescaped_punctuation": _BACKSLASH,
}
"""Vectors that can't pass, as `section/name`, with the reason. They count as failed."""


def run(vector: Mapping[str, Any]) -> tuple[str, str] | None:
    """What was expected and what was got instead; None where they are the same."""
    try:
        expression = compile(
            vector["expr"],
            read_environment(vector),
            strict=not vector.get("disable_check", False),
        )
        return _compare_type(vector, expression) or _compare_value(vector, expression)
    except (CelError, EvaluationError) as problem:
        if "error" in vector:
            return None
        return _expectation(vector), f"error: {problem}"


def _compare_type(vector: Mapping[str, Any], expression: Expression) -> tuple[str, str] | None:
    if "type" not in vector:
        return None
    expected = read_type(vector["type"])
    return None if expression.type == expected else (f"type {expected}", f"type {expression.type}")


def _compare_value(vector: Mapping[str, Any], expression: Expression) -> tuple[str, str] | None:
    if "value" not in vector and "error" not in vector:
        return None
    bindings = {name: read_value(value) for name, value in vector.get("bindings", {}).items()}
    got = expression.evaluate(bindings)
    if "error" in vector:
        return _expectation(vector), repr(got)
    return None if same(got, read_value(vector["value"])) else (_expectation(vector), repr(got))


def _expectation(vector: Mapping[str, Any]) -> str:
    if "error" in vector:
        return f"error: {'; '.join(vector['error'])}"
    if "value" in vector:
        return repr(read_value(vector["value"]))
    return f"type {read_type(vector['type'])}"


def read_vectors(path: Path) -> Iterator[Mapping[str, Any]]:
    yield from json.loads(path.read_text(encoding="utf-8"))


def main(arguments: Sequence[str]) -> int:
    passed = failed = 0
    for argument in arguments:
        for vector in read_vectors(Path(argument)):
            outcome = run(vector)
            if outcome is None:
                passed += 1
                continue
            failed += 1
            expected, got = outcome
            name = f"{vector['section']}/{vector['name']}"
            print(f"{argument}: {name}: {vector['expr']}\n  expected: {expected}\n  got: {got}")
            if name in EXCEPTIONS:
                print(f"  known: {EXCEPTIONS[name]}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
