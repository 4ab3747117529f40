"""Every function has an example, and the example is true."""

import pytest

from engine.cel import EvaluationError, compile
from engine.cel.functions.library import LIBRARY
from engine.cel.functions.table import Function


@pytest.mark.parametrize("row", LIBRARY.rows, ids=lambda row: row.name)
def test_the_example_of_a_function_is_true(row: Function) -> None:
    assert row.name.rpartition(".")[2] in row.example
    assert compile(row.example).evaluate({}) is True


@pytest.mark.parametrize("row", LIBRARY.rows, ids=lambda row: row.name)
def test_a_function_says_what_it_does_in_a_sentence(row: Function) -> None:
    assert row.doc[0].isupper() or row.doc[0] in "-`"
    assert row.doc.endswith(".")


@pytest.mark.parametrize(
    "text",
    [
        "!sameIdTag(null, null) && !sameIdTag('a', null)",
        "!timestamp('2026-01-31T06:00:00Z').between('22:00', '06:00')",
        "timestamp('2026-01-31T05:59:59Z').between('22:00', '06:00')",
        "timestamp('2026-01-31T23:59:59Z').between('22:00', '24:00')",
        "timestamp('2026-07-01T04:30:00Z').between('06:00', '07:00', 'Europe/Berlin')",
        "timestamp('2026-01-31T23:30:00Z').dayOfWeek('Europe/Berlin') == 'Sunday'",
        "compareVersions('1.0.0-rc.1', '1.0.0') == -1",
        "compareVersions('1.0.0-alpha.2', '1.0.0-alpha.10') == -1",
        "compareVersions('v2.1', '2.1.0') == 0",
        "compareVersions('1.2.3.4', '1.2.3') == 1",
        "bucket('CP1', 1) == 0",
        "cidr('::ffff:10.1.2.3', '10.0.0.0/8') && !cidr('fe80::1', '10.0.0.0/8')",
        "glob('abc', '*') && glob('abc', 'a?c') && !glob('abc', 'a?') && glob('', '*')",
        "glob('a*c', 'a*c') && !glob('ab', 'b*')",
    ],
)
def test_functions_of_charging_mean_what_they_say(text: str) -> None:
    assert compile(text).evaluate({}) is True


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("timestamp('2026-01-31T06:00:00Z').between('22', '06:00')",
         "`22` is not a time of day, such as `22:00`"),
        ("compareVersions('latest', '1.0')", "`latest` is not a version, such as `1.10.2`"),
        ("base64.decode('aYWI=')", "`aYWI=` is not base64"),
        ("[1.0, 0.0 / 0.0].sort()", "NaN has no place in an order"),
        ("[null].sort()", "no matching overload: null has no order"),
        ("bucket('a', 0)", "`bucket` needs a number of buckets of 1 or more"),
        ("cidr('10.1.2', '10.0.0.0/8')", "`10.1.2` is not an IP address"),
        ("cidr('10.1.2.3', '10.0.0.0/64')",
         "`10.0.0.0/64` is not a network, such as `10.0.0.0/8`"),
    ],
)  # fmt: skip
def test_functions_say_what_is_wrong(text: str, message: str) -> None:
    with pytest.raises(EvaluationError) as caught:
        compile(text).evaluate({})
    assert str(caught.value) == message


@pytest.mark.parametrize(
    "text",
    [
        "string(math.sign(-0.0)) == '0'",
        "math.greatest([1, 2u, 1.5, 0.0 / 0.0]) == 2",
        "type(math.greatest([1.0, 1u])) == double && type(math.least([1u, 1.0])) == uint",
        "[1, 1u, 2].distinct() == [1, 2] && [1, true].distinct().size() == 2",
        "sets.contains([1u, 2.0], [2, 1]) && !sets.contains([1], [dyn(true)])",
        "[2.5, -1.0, 0.0].sort() == [-1.0, 0.0, 2.5]",
        "[timestamp(2), timestamp(1)].sort()[0] == timestamp(1)",
        "[duration('1ns'), duration('-1ns')].sort()[0] == duration('-1ns')",
        "{1: 'a', 0: 'b'}[dyn(1.0)] == 'a' && !(dyn(true) in {1: 'a'}) && !(dyn(1) in {true: 1})",
        "glob('a.c', 'a.c') && !glob('abc', 'a.c') && glob('a\\nb', 'a*') && glob('é', '?')",
    ],
)
def test_functions_mean_what_the_specification_says(text: str) -> None:
    assert compile(text).evaluate({}) is True
