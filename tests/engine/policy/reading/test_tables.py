"""Tables of data/ are read into `data.<name>`, with every mistake at its line."""

from engine.policy.files import is_table
from engine.policy.problems import Problem
from engine.policy.reading.tables import read_tables


def read(**files: str) -> tuple[dict[str, object], list[str]]:
    found: list[Problem] = []
    named = {f"data/{name.replace('__', '.')}": text.encode() for name, text in files.items()}
    return read_tables(named, found.append).values, [str(problem) for problem in found]


def test_a_csv_table_is_a_map_from_its_first_column() -> None:
    assert read(vips__csv='idTag,"the name"\nA,"x, ""y"""\n\n007,\n') == (
        {
            "vips": {
                "A": {"idTag": "A", "the name": 'x, "y"'},
                "007": {"idTag": "007", "the name": ""},
            }
        },
        [],
    )


def test_a_yaml_table_is_what_is_written() -> None:
    assert read(vips__yaml="- A\n- 007\n", limits__yml="max: 3\n") == (
        {"vips": ["A", "007"], "limits": {"max": 3}},
        [],
    )


def test_rows_that_do_not_fit_are_named_by_their_line() -> None:
    assert read(t__csv="id,name,id\nA,1,2\nB\nA,1,2\n")[1] == [
        "data/t.csv:1:1: the column `id` is there twice",
        "data/t.csv:3:1: the row has 1 cell, the header 3",
        "data/t.csv:4:1: `A` is already in line 2",
    ]


def test_a_table_without_a_header_is_refused() -> None:
    assert read(t__csv="")[1] == ["data/t.csv:1:1: the first line must name every column"]


def test_text_after_a_closed_quote_is_refused() -> None:
    assert read(t__csv='id\n"a"b\n')[1] == [
        "data/t.csv:2:1: this is not CSV: ',' expected after '\"'"
    ]


def test_two_tables_of_one_name_are_refused() -> None:
    assert read(t__csv="id\n", t__yaml="[]\n")[1] == [
        "data/t.yaml:1:1: `data.t` is already data/t.csv"
    ]


def test_a_name_that_no_expression_can_say_is_refused() -> None:
    (problem,) = read(**{"my-table__csv": "id\n"})[1]
    assert problem == "data/my-table.csv:1:1: `my-table` can't be named in an expression"


def test_a_table_of_several_documents_is_refused() -> None:
    assert read(t__yaml="a: 1\n---\nb: 2\n")[1] == ["data/t.yaml:3:1: a table is one YAML document"]


def test_only_csv_and_yaml_under_data_are_tables() -> None:
    names = ["data/a.csv", "data/a.yaml", "data/a.json", "a.csv", "other/data/a.csv"]
    assert [name for name in names if is_table(name)] == ["data/a.csv", "data/a.yaml"]
