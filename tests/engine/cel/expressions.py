"""Hypothesis strategies that make expressions of a wanted type, with the variables they read."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from engine.cel.checking.types import (
    BOOL,
    BYTES,
    DOUBLE,
    DURATION,
    INT,
    STRING,
    TIMESTAMP,
    UINT,
    Type,
    list_of,
    map_of,
)
from engine.cel.values.numbers import Uint

VARIABLES: dict[str, tuple[Type, Any]] = {
    "b": (BOOL, True),
    "i": (INT, 7),
    "j": (INT, -3),
    "u": (UINT, Uint(9)),
    "d": (DOUBLE, 2.5),
    "s": (STRING, "Straße 1"),
    "e": (STRING, ""),
    "y": (BYTES, b"ab\xff"),
    "t": (TIMESTAMP, datetime(2024, 2, 29, 23, 59, 59, tzinfo=UTC)),
    "p": (DURATION, timedelta(hours=1, milliseconds=5)),
    "l": (list_of(INT), [3, 1, 2, 1]),
    "ls": (list_of(STRING), ["x", "yy", ""]),
    "m": (map_of(STRING, INT), {"a": 1, "b": 0}),
    "n": (map_of(INT, STRING), {1: "one", -2: "two"}),
}
INTS = st.sampled_from(
    ["0", "1", "-1", "2", "7", "9223372036854775807", "-9223372036854775808", "9007199254740993"]
)
UINTS = st.sampled_from(["0u", "1u", "7u", "18446744073709551615u"])
DOUBLES = st.sampled_from(["0.0", "-0.0", "1.0", "1.5", "-2.5", "1e308", "9007199254740992.0"])
STRINGS = st.sampled_from(
    [
        "''", "'a'", "'x'", "'Straße 1'", "'\\U0001F600b'", "'12'", "'true'", "'1e3'",
        "'NaN'", "'1h30m'", "'2024-01-31T00:00:00+01:00'", "'YWI='", "'a|b'", "'%s'",
    ]
)  # fmt: skip
BYTES_TEXTS = st.sampled_from(["b''", "b'a'", "b'\\xff'", "b'ab'"])
TIMES = st.sampled_from(
    ["timestamp('2024-02-29T23:59:59Z')", "timestamp('1969-12-31T23:00:00.5-01:00')"]
)
SPANS = st.sampled_from(["duration('90s')", "duration('-1h0.001s')", "duration('0s')"])
ZONES = st.sampled_from(["'UTC'", "'Europe/Berlin'", "'-09:30'", "'Asia/Kathmandu'"])
_LITERALS = {
    "bool": st.sampled_from(["true", "false"]),
    "int": INTS,
    "uint": UINTS,
    "double": DOUBLES,
    "string": STRINGS,
    "bytes": BYTES_TEXTS,
    "timestamp": TIMES,
    "duration": SPANS,
    "ints": st.sampled_from(["[]", "[1, 2]", "[7]"]),
    "strings": st.sampled_from(["['a', 'x']", "['']"]),
    "map": st.sampled_from(["{'a': 1}", "{}", "{'b': 2, 'a': 0}"]),
    "map_int": st.sampled_from(["{1: 'one'}", "{0: ''}"]),
    "optional": st.sampled_from(["optional.of(5)", "optional.of(0)"]),
}
_NAMES = {
    "bool": ["b"], "int": ["i", "j"], "uint": ["u"], "double": ["d"], "string": ["s", "e"],
    "bytes": ["y"], "timestamp": ["t"], "duration": ["p"], "ints": ["l"], "strings": ["ls"],
    "map": ["m"], "map_int": ["n"], "optional": ["optional.of(i)"],
}  # fmt: skip
_PLACE = re.compile(r"\$(\w+)")
# What makes a value of a type: `$kind` is replaced by an expression of that kind.
_FORMS: dict[str, list[str]] = {
    "bool": [
        "($bool && $bool)", "($bool || $bool)", "!$bool", "($int == $int)",
        "($string == $string)", "($double == $double)", "($ints == $ints)",
        "($map == $map)", "($map != $map)", "($bytes == $bytes)", "($uint != $uint)",
        "($int < $int)", "($uint <= $uint)", "($double > $double)", "($string < $string)",
        "($bytes >= $bytes)", "($timestamp < $timestamp)", "($duration <= $duration)",
        "($timestamp == $timestamp)", "($int < $double)", "($uint > $int)",
        "($double >= $uint)", "(dyn($int) == $double)", "(dyn($uint) == $int)",
        "(dyn($double) == $uint)", "(dyn($int) == $string)", "(dyn($bool) == $int)",
        "($int in $ints)", "($string in $strings)", "($string in $map)",
        "($int in $map_int)", "(dyn($double) in $ints)", "(dyn($bool) in $ints)",
        "has($map.a)", "$string.startsWith($string)", "$string.endsWith($string)",
        "$string.contains($string)", "$string.matches('^[a-z]+$')",
        "$ints.all(v, v > $int)", "$ints.exists(v, v == $int)",
        "$ints.exists(v, $int / v > 0)", "$ints.all(v, $int % v == 0)",
        "$ints.exists_one(v, v >= $int)", "$strings.exists(w, w == $string)",
        "$map.exists(k, k == $string)", "$map.all(k, $map[k] > 0)",
        "($bool ? $bool : $bool)", "bool($string)", "(dyn($bool) && $bool)",
        "(dyn($int) > $int)", "(dyn($string) < dyn($int))", "(type($int) == int)",
        "$string.matches($string)", "$optional.hasValue()", "($optional == $optional)",
        "has({'a': $int}.b)", "[$int, $uint, $double].exists(x, x == $int)",
        "[dyn($int), $string, $bool].exists_one(x, x == $string)", "($uint in [1u, 7u])",
        "({1: $int, 'a': $int, true: $int} == {true: $int, 'a': $int, 1: $int})",
        "({1: 1, 2u: 2}[dyn($double)] == 1)", "math.isNaN($double)", "math.isInf($double)",
        "(type($double) == type($uint))", "($bool ? $int / $int == 1 : $bool)",
        "(($bool ? dyn($int) : dyn($string)) == $int)", "($ints[$int] / $int == 1 || $bool)",
        "($int / $int == 1 && $bool ? $bool : $bool)", "$ints.all(at, v, v >= at)",
        "$map.exists(k, v, k == $string && v > $int)", "($double in [1.0, 2.5, $double])",
        "[$ints, $ints].exists(each, each.size() > $int)", "(duration($string) > $duration)",
        "(string($int) in $map)", "($bytes in [b'a', $bytes])", "(dyn($ints) == [1.0, 2u])",
    ],
    "int": [
        "($int + $int)", "($int - $int)", "($int * $int)", "($int / $int)",
        "($int % $int)", "-($int)", "size($string)", "$ints.size()", "size($map)",
        "$ints[$int]", "$map[$string]", "$map.a", "int($double)", "int($uint)",
        "int($string)", "int($timestamp)", "($bool ? $int : $int)", "size($bytes)",
        "$timestamp.getFullYear()", "$timestamp.getHours($zone)", "$timestamp.getMonth()",
        "$timestamp.getDayOfWeek($zone)", "$timestamp.getDayOfYear($zone)",
        "$timestamp.getMilliseconds()", "$duration.getMinutes()", "$duration.getSeconds()",
        "(dyn($int) + $int)", "$string.indexOf($string)", "$string.lastIndexOf($string)",
        "$duration.getHours()", "$timestamp.getDate()", "cel.bind(z, $int, z * z)",
        "$optional.orValue($int)", "$optional.value()", "$ints[?$int].orValue($int)",
        "$map[?$string].orValue($int)", "$map.?a.orValue($int)", "math.abs($int)",
        "math.greatest($int, $int, $int)", "math.least($ints)", "math.sign($int)",
        "math.bitAnd($int, $int)", "math.bitXor($int, $int)", "math.bitNot($int)",
        "math.bitShiftLeft($int, $int)", "math.bitShiftRight($int, $int)",
        "{$string: $int, 'k': $int}[$string]", "$timestamp.getMinutes($zone)",
        "$timestamp.getDayOfMonth($zone)", "$timestamp.getSeconds()", "$ints.map(q, q / $int)[0]",
        "$duration.getMilliseconds()", "($bool ? $int : $int / $int)", "size($map_int)",
        "[$int, $int][$int]", "cel.bind(z, $ints, z.size() + z[0])", "int(dyn($double))",
        "$ints.transformList(at, v, v * at).size()", "[[$int], $ints][$int][$int]",
        "$string.indexOf($string, $int)", "$string.lastIndexOf($string, $int)",
    ],
    "uint": ["($uint + $uint)", "($uint - $uint)", "($uint * $uint)", "($uint / $uint)",
             "($uint % $uint)", "uint($int)", "uint($double)",
             "uint($string)", "math.bitOr($uint, $uint)", "math.greatest($uint, $uint)",
             "math.bitShiftRight($uint, $int)", "math.bitNot($uint)", "[$uint, $uint][$int]",
             "(dyn($uint) + $uint)", "($bool ? $uint : $uint)", "math.abs($uint)"],
    "double": ["($double + $double)", "($double - $double)", "($double * $double)",
               "($double / $double)", "-($double)", "double($int)", "double($uint)",
               "double($string)", "math.ceil($double)", "math.floor($double)",
               "math.round($double)", "math.trunc($double)", "math.sign($double)",
               "math.abs($double)", "math.least($double, $double)", "(dyn($double) * $double)"],
    "string": ["($string + $string)", "string($int)", "string($uint)", "string($bool)",
               "$map_int[$int]", "string($bytes)", "($bool ? $string : $string)",
               "string($timestamp)", "$string.charAt($int)", "$string.substring($int)",
               "$string.substring($int, $int)", "$string.lowerAscii()",
               "$string.upperAscii()", "$string.replace($string, $string)",
               "$string.trim()", "$strings.join($string)", "$strings[$int]",
               "strings.quote($string)", "$string.replace($string, $string, $int)",
               "$string.split($string, $int).join('-')",
               "string(double($int))", "string($duration)", "'%s|%d'.format([$string, $int])",
               "'%.3f'.format([$double])", "'%e %x %b'.format([$double, $int, $uint])",
               "'%s'.format([$ints])", "'%s %s'.format([$timestamp, $duration])",
               "$string.format([$int])", "base64.encode($bytes)", "cel.bind(z, $string, z + z)",
               "[$string, $string].map(w, w + w).join()", "(dyn($string) + $string)"],
    "bytes": ["($bytes + $bytes)", "bytes($string)", "base64.decode($string)"],
    "timestamp": ["($timestamp + $duration)", "($timestamp - $duration)",
                  "timestamp($int)", "timestamp(string($timestamp))", "timestamp($string)",
                  "[$timestamp, $timestamp][$int]"],
    "duration": ["($timestamp - $timestamp)", "($duration + $duration)",
                 "($duration - $duration)", "duration($string)"],
    "ints": ["($ints + $ints)", "[$int, $int]", "$ints.map(v, v + $int)",
             "$ints.filter(v, v > $int)", "$ints.map(v, v > 1, v * 2)",
             "$strings.map(w, size(w))"],
    "strings": ["$string.split($string)", "($strings + [$string])",
                "$strings.filter(w, w != $string)"],
    "map": ["{'a': $int, 'c': $int}", "{$string: $int}"],
    "map_int": ["{$int: $string}", "{$int: $string, $int: $string}"],
    "optional": ["optional.of($int)", "optional.ofNonZeroValue($int)", "$ints[?$int]",
                 "$map[?$string]", "$map.?a", "$optional.or($optional)",
                 "$optional.optMap(o, o + $int)", "$optional.optFlatMap(o, optional.of(o * 2))",
                 "($bool ? $optional : optional.none())"],
}  # fmt: skip


# What cel-python gets wrong, or has not.
_NOT_IN_CEL_PYTHON = (
    "dyn(", "string($", "$ints[", "$strings[", "$map_int", "has(", "$timestamp", "$duration",
    "bool($", "int($", "uint", "double", "bytes", "Ascii", "trim", "replace", "substring",
    "charAt", "ndexOf", "split", "join", "bind", "type(", "exists_one", "$map ", "v > 1, v * 2",
    "/ v", "% v", "{$string", "{'a'", "contains", "%", "optional", "?", "$int /", "math.",
    "base64", "matches($", "v, ", "$string.format", "strings.", "[$", "({1", "k, v", "at, v",
    "$ints, $",
)  # fmt: skip
_CORE_FORMS = {
    kind: [form for form in forms if not any(part in form for part in _NOT_IN_CEL_PYTHON)]
    for kind, forms in _FORMS.items()
}


def _fill(form: str, depth: int, core: bool) -> st.SearchStrategy[str]:
    """A form with its places filled in by expressions, one level less deep."""
    texts = _PLACE.split(form)
    filled = [
        st.just(text)
        if not at % 2
        else ZONES
        if text == "zone"
        else expressions(text, depth - 1, core=core)
        for at, text in enumerate(texts)
    ]
    return st.tuples(*filled).map("".join)


_made: dict[tuple[str, int, bool], st.SearchStrategy[str]] = {}


def expressions(kind: str, depth: int = 3, *, core: bool = False) -> st.SearchStrategy[str]:
    """Expressions that are of a kind, or fail; `core`: only what cel-python does right."""
    key = (kind, depth, core)
    if key not in _made:
        simple = _LITERALS[kind] | st.sampled_from(_NAMES[kind])
        forms = (_CORE_FORMS if core else _FORMS)[kind]
        if depth <= 0 or not forms:
            _made[key] = simple
        else:
            filled = st.sampled_from(forms).flatmap(lambda form: _fill(form, depth, core))
            _made[key] = st.one_of(simple, filled, filled)
    return _made[key]
