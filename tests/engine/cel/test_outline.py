"""An expression says what it makes as far as it is written out."""

from engine.cel import (
    STRING,
    Choices,
    Environment,
    Known,
    Listed,
    Mapped,
    Outline,
    Unknown,
    compile,
    outline,
)

ENVIRONMENT = Environment({"a": STRING}, {"limit": 7})


def made(text: str) -> Outline:
    return outline(compile(text, ENVIRONMENT))


def test_maps_lists_and_choices_are_looked_into() -> None:
    assert made("{'x': [a, 1], 'y': a == '' ? 2 : 3}") == Mapped(
        0,
        (
            ("x", 1, False, Listed(6, (Unknown(7, STRING), Known(10, 1)))),
            ("y", 14, False, Choices((Known(29, 2), Known(33, 3)))),
        ),
    )


def test_what_reads_nothing_is_known() -> None:
    assert made("limit * 2") == Known(0, 14)
    assert made("[1, 2].map(x, x + limit)") == Known(0, [8, 9])


def test_what_fails_or_has_other_keys_is_not() -> None:
    assert isinstance(made("limit / 0"), Unknown)
    assert isinstance(made("{a: 1}"), Unknown)
    assert isinstance(made("{'x': 1, 'x': a}"), Unknown)
