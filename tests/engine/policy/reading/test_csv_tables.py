"""CSV tables have the types that their first line names, and every bad cell has its place."""

from datetime import UTC, datetime, timedelta

from engine.cel import type_of_value
from engine.policy.problems import Problem
from engine.policy.reading.csv_tables import Table, read_csv
from tests.engine.policy.building import a_policy, a_set, a_start, problems, start, status


def read(text: str) -> tuple[Table, list[str]]:
    found: list[Problem] = []
    table = read_csv("t.csv", text.encode(), found.append)
    return table, [
        f"{p.line}:{p.column}: {p.message}" + (f" ({p.hint})" if p.hint else "") for p in found
    ]


def test_each_type_of_column_has_values_of_its_own() -> None:
    header = "id,n:int,x:double,on:bool,since:timestamp,for:duration,tags:list,note:string?"
    row = "A, 42 ,1.5,true,2026-01-31T12:00:00+01:00,1h30m, a; b ,"
    assert read(f"{header}\n{row}\n") == (
        Table(
            {
                "A": {
                    "id": "A",
                    "n": 42,
                    "x": 1.5,
                    "on": True,
                    "since": datetime(2026, 1, 31, 11, tzinfo=UTC),
                    "for": timedelta(minutes=90),
                    "tags": ["a", "b"],
                    "note": None,
                }
            },
            read(f"{header}\n{row}\n")[0].type,
        ),
        [],
    )


def test_an_empty_cell_is_null_only_where_the_header_says_so() -> None:
    (rows, _), found = read("id,n:int?,s,l:list,m:int\nA,,,,\n")
    assert rows == {"A": {"id": "A", "n": None, "s": "", "l": [], "m": None}}
    assert found == ["2:6: `m` must be of type int, not empty (`m:int?` in line 1 makes it null)"]


def test_a_bad_cell_is_told_at_its_place() -> None:
    text = 'id,"the name, and more",n:int\nA,"x,\n""y""",1.0\nB,,x\nC,"a,b",\n'
    assert read(text)[1] == [
        "3:8: `n` must be of type int, not `1.0` (a whole number, such as `42`)",
        "4:4: `n` must be of type int, not `x` (a whole number, such as `42`)",
        "5:9: `n` must be of type int, not empty (`n:int?` in line 1 makes it null)",
    ]


def test_cells_are_read_strictly() -> None:
    header = "id,a:int,b:bool,c:timestamp,d:duration,e:double"
    assert read(f"{header}\nA,9223372036854775808,yes,2026-01-31,90,1_000\n")[1] == [
        "2:3: `a` must be of type int, not `9223372036854775808` (a whole number, such as `42`)",
        "2:23: `b` must be of type bool, not `yes` (`true` or `false`)",
        "2:27: `c` must be of type timestamp, not `2026-01-31` (such as `2026-01-31T12:00:00Z`)",
        "2:38: `d` must be of type duration, not `90` (such as `1h30m`)",
        "2:41: `e` must be of type double, not `1_000` (a number, such as `1.5`)",
    ]


def test_a_type_that_there_is_not_is_told_at_its_place() -> None:
    kinds = "string, int, double, bool, timestamp, duration, list"
    assert read("id,n:itn,m:date\nA,1,2\n")[1] == [
        "1:4: `itn` is not a type of a column (did you mean `int`?)",
        f"1:10: `date` is not a type of a column (one of {kinds})",
    ]


def test_a_key_has_a_type_that_keys_can_have() -> None:
    hint = "it is the key of its row: string, int or bool, and never empty"
    assert read("id:double\n1\n")[1] == [f"1:1: the first column can't be `double` ({hint})"]
    assert read("id:int?\n1\n")[1] == [f"1:1: the first column can't be `int?` ({hint})"]
    assert read("id:int\n1\n01\n") == (
        Table({1: {"id": 1}}, read("id:int\n1\n")[0].type),
        ["3:1: `01` is already in line 2"],
    )


def test_a_table_without_types_has_the_type_of_its_values() -> None:
    (rows, type_), _ = read("id,level\nA,gold\nB,\n")
    found = type_of_value(rows)
    assert (type_, type_ and type_.definition is not None) == (found, True)


LIMITS = (
    "connector:int,amps:int?,until:timestamp\n1,16,2026-02-01T00:00:00Z\n2,,2026-01-01T00:00:00Z"
)


def on_limits(condition: str) -> str:
    item = f"- {{ condition: '{condition}', response: {{ idTagInfo: {{ status: Blocked }} }} }}"
    return a_policy(item)


def test_expressions_are_checked_with_the_types_of_columns() -> None:
    row = "data.limits[request.connectorId]"
    assert problems(on_limits(f"{row}.amps > 10 && {row}.until < now"), limits_csv=LIMITS) == []
    assert problems(on_limits(f'{row}.amps == "16"'), limits_csv=LIMITS) == [
        "5:21: no matching overload: int or null and string are never equal"
        " (convert one of them: `string(…)` or `int(…)`)"
    ]
    assert problems(on_limits("data.limits[request.idTag].amps > 1"), limits_csv=LIMITS) == [
        "5:21: no matching overload: map(int, map(string, dyn)) has no index string"
    ]
    assert problems(on_limits(f"{row}.amp == 1"), limits_csv=LIMITS) == [
        "5:54: this map has no field `amp` (did you mean `amps`?)"
    ]


def test_rows_are_found_by_keys_of_their_type() -> None:
    row = "data.limits[request.connectorId]"
    policies = a_set(on_limits(f"{row}.amps != null && {row}.until > now"), limits_csv=LIMITS)
    assert status(start(policies)) == "Blocked"
    assert start(policies, request=a_start(2)).source == "default"


def test_text_of_another_encoding_is_told_at_its_place() -> None:
    found: list[Problem] = []
    text = "\N{BYTE ORDER MARK}id,name\r\nA,Zoë\r\nB,J".encode()
    assert read_csv("t.csv", text + b"\xfcrgen\r\n", found.append) == Table({}, None)
    message, hint = "the file is not UTF-8 text", "Excel writes it as `CSV UTF-8`"
    assert found == [Problem(file="t.csv", line=3, column=4, message=message, hint=hint)]
