"""What expressions mean: the CEL specification, and how facts are read."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import cel
from engine.cel import EvaluationError
from engine.policy.facts import ChargePoint, Tag

NOW = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)
SCOPE: dict[str, object] = {
    "tag": Tag(id_tag="CARD-1", labels={"site": "harbour"}),
    "chargePoint": ChargePoint(id="CP-1", groups=("north", "vip")),
    "nothing": None,
    "now": NOW,
    "x": 5,
    "table": {"a": 1, "b": [1, 2]},
    "vips": ["CARD-1", "CARD-2"],
}


def evaluate(text: str) -> object:
    return cel.compile(text).evaluate(SCOPE)


def error(text: str) -> str:
    with pytest.raises(EvaluationError) as raised:
        evaluate(text)
    return raised.value.message


VALUES = [
    ("tag != null && tag.expiryDate == null", True),
    ("tag == null", False),
    ("nothing == null", True),
    ("tag.idTag in vips", True),
    ("'CARD-9' in vips", False),
    ("'north' in chargePoint.groups", True),
    ("'site' in tag.labels", True),
    ("tag.labels.site", "harbour"),
    ("tag.labels['site']", "harbour"),
    ("has(tag.expiryDate)", False),
    ("has(tag.idTag)", True),
    ("has(tag.labels.site)", True),
    ("has(tag.labels.zone)", False),
    ("has(table.a)", True),
    ("x == 5.0 && x == 5u && x < 5.5", True),
    ("x == '5'", False),
    ("true == 1", False),
    ("[1, 2] == [1, 2.0]", True),
    ("{'a': 1} == table", False),
    ("7 / -2", -3),
    ("-7 % 3", -1),
    ("1.5 * 2.0", 3.0),
    ("'a' + 'b'", "ab"),
    ("[1] + [2]", [1, 2]),
    ("b'a' + b'b'", b"ab"),
    ("now - duration('1h30m')", NOW - timedelta(minutes=90)),
    ("now - timestamp('2026-01-31T11:00:00Z')", timedelta(hours=1)),
    ("now.getHours('Europe/Berlin')", 13),
    ("now.getDayOfWeek()", 6),
    ("string(now)", "2026-01-31T12:00:00Z"),
    ("string(true) + string(5) + string(1.5)", "true51.5"),
    ("int('-12') + int(1.9)", -11),
    ("size('grün') + size(table) + size(vips)", 8),
    ("x > 3 ? 'more' : 'less'", "more"),
    ("vips.filter(v, v.endsWith('1'))", ["CARD-1"]),
    ("vips.map(v, v.size())", [6, 6]),
    ("[1, 2, 3].map(n, n > 1, n * 10)", [20, 30]),
    ("vips.exists_one(v, v == 'CARD-2')", True),
    ("table.map(key, key)", ["a", "b"]),
    ("[1, 2].all(n, [3, 4].exists(m, m == n + 2))", True),
    ("'CARD-1'.lowerAscii()", "card-1"),
    ("'a,b'.split(',')", ["a", "b"]),
    ("['a', 'b'].join('-')", "a-b"),
    ("'VID:123'.matches('^VID:[0-9]+$')", True),
    ("'abc'.substring(1)", "bc"),
    ("'a\\'b'", "a'b"),
    ("r'\\d'", "\\d"),
    ("{'a': {'b': [1]}}", {"a": {"b": [1]}}),
    ("tag", {"idTag": "CARD-1", "status": "Accepted", "labels": {"site": "harbour"}}),
]


@pytest.mark.parametrize(("text", "value"), VALUES)
def test_an_expression_has_this_value(text: str, value: object) -> None:
    found = evaluate(text)
    assert (found, type(found)) == (value, type(value))


ERRORS = [
    ("nothing.status", "null has no field `status`"),
    ("tag.labels.zone", "no such key: `zone`"),
    ("tag.zone", "`Tag` has no field `zone`"),
    ("table['z']", "no such key: `z`"),
    ("vips[5]", "index 5 is out of range: the list has 2 items"),
    ("9223372036854775807 + 1", "overflow in `+`"),
    ("-(-9223372036854775807 - 1)", "overflow in `-`"),
    ("1 / 0", "division by zero"),
    ("1 + 'a'", "no operator `+` for int and string"),
    ("1 + true", "no operator `+` for int and bool"),
    ("1u + 1", "no operator `+` for uint and int"),
    ("tag.expiryDate <= now", "no operator `<=` for null and timestamp"),
    ("!x", "`!` needs a bool, not int"),
    ("x && true", "`&&` needs bool, not int"),
    ("x ? 1 : 2", "`?:` needs a bool, not int"),
    ("x in x", "`in` needs a list or a map, not int"),
    ("unknown", "`unknown` is not known"),
    ("[1 / 0]", "division by zero"),
    ("{'a': 1 / 0}", "division by zero"),
    ("{'a': 1, 'a': 2}", "the key `a` stands twice in one map"),
    ("[1, 'a'].map(n, n + 1)", "no operator `+` for string and int"),
    ("[1, 2].filter(n, n)", "`filter` needs a bool, not int"),
    ("x.map(n, n)", "`map` needs a list or a map, not int"),
    ("int('x')", "`x` can't be read as int"),
    ("timestamp('yesterday')", "`yesterday` is not a timestamp like `2026-01-31T12:00:00Z`"),
    ("'a'.matches('[')", "`[` is not a regular expression (RE2)"),
    ("now.getHours('Mars')", "`Mars` is not a time zone"),
    ("size(5)", "no function `size` for int"),
    ("string(nothing)", "no function `string` for null"),
    ("has(nothing.field)", "null has no fields"),
    ("has(1 / 0)", "`has` needs a field, as in `has(request.reservationId)`"),
]


@pytest.mark.parametrize(("text", "message"), ERRORS)
def test_an_expression_without_a_value_says_why(text: str, message: str) -> None:
    assert error(text) == message


@pytest.mark.parametrize("text", ["1 / 0 == 1 || true", "true || 1 / 0 == 1"])
def test_what_decides_an_alternative_absorbs_an_error_on_either_side(text: str) -> None:
    assert evaluate(text) is True


@pytest.mark.parametrize("text", ["1 / 0 == 1 || false", "false || 1 / 0 == 1"])
def test_an_error_that_nothing_decides_stays_an_error(text: str) -> None:
    assert error(text) == "division by zero"


def test_an_element_that_decides_absorbs_errors_in_the_others() -> None:
    assert evaluate("['a', 1].exists(n, n < 2)") is True
    assert evaluate("['a', 3].all(n, n < 2)") is False
    assert error("['a', 1].all(n, n < 2)") == "no operator `<` for string and int"


def test_an_error_knows_its_place() -> None:
    with pytest.raises(EvaluationError) as raised:
        evaluate("true &&\n  1 / 0 == 1")
    assert (raised.value.line, raised.value.column) == (2, 3)


def test_a_duration_that_would_take_exponential_time_is_refused_at_once() -> None:
    assert "is not a duration" in error(f"duration('{'1' * 60}')")


def test_an_expression_with_too_many_steps_is_an_error_that_nothing_absorbs() -> None:
    costly = cel.compile("big.all(a, big.all(b, a + b >= 0)) || true")
    with pytest.raises(EvaluationError, match="more than 10000 steps"):
        costly.evaluate({"big": list(range(200))})


def test_only_the_names_an_expression_reads_are_asked_for() -> None:
    asked: list[str] = []

    class Watching(dict[str, object]):
        def __missing__(self, name: str) -> object:
            asked.append(name)
            return True

    assert cel.compile("a || b").evaluate(Watching()) is True
    assert asked == ["a"]


def test_the_variable_of_a_macro_hides_a_fact_and_only_inside() -> None:
    assert evaluate("[1, 2].map(x, x) + [x]") == [1, 2, 5]


@given(st.integers(-(2**63), 2**63 - 1), st.integers(-(2**63), 2**63 - 1))
def test_sums_are_those_of_64_bits_or_errors(left: int, right: int) -> None:
    expression = cel.compile("left + right")
    scope = {"left": left, "right": right}
    if -(2**63) <= left + right < 2**63:
        assert expression.evaluate(scope) == left + right
    else:
        with pytest.raises(EvaluationError, match="overflow"):
            expression.evaluate(scope)


_json = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(_json)
def test_a_value_comes_out_as_it_went_in(value: object) -> None:
    assert cel.compile("value").evaluate({"value": value}) == value


@given(_json)
def test_a_value_equals_itself(value: object) -> None:
    assert cel.compile("value == value && !(value != value)").evaluate({"value": value}) is True
