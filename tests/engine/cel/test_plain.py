"""Values of expressions are plain Python and text for others."""

import pytest

from engine.cel import EvaluationError, compile, plain_value, text_of


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("[1u, optional.none(), optional.of('a')]", [1, None, "a"]),
        ("{'a': int, 'b': null}", {"a": "int", "b": None}),
        ("1.5", 1.5),
    ],
)
def test_a_value_is_plain_python(expression: str, expected: object) -> None:
    assert plain_value(compile(expression).evaluate({})) == expected


def test_what_has_too_many_parts_or_nests_too_deep_is_an_error() -> None:
    wide: list[object] = [1] * 1000
    with pytest.raises(EvaluationError, match="too many parts"):
        plain_value([wide] * 1000)
    deep: list[object] = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(EvaluationError, match="nests too deep"):
        plain_value(deep)


@pytest.mark.parametrize(("value", "text"), [("a", "a"), (1, "1"), (True, "true"), (1.0, "1")])
def test_a_value_is_text_as_string_has_it(value: object, text: str) -> None:
    assert text_of(value) == text


def test_what_has_no_text_is_an_error() -> None:
    with pytest.raises(EvaluationError) as raised:
        text_of([1])
    assert raised.value.message == "no matching overload: `string` doesn't take (list)"
