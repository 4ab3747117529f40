"""
The tables of `data/`: `data/vips.csv` and `data/sites.yaml` are `data.vips` and `data.sites`.

A YAML table is the value in the file. A CSV table is a map from its first column to its rows, each
a map by the names of the header; every cell is text.
"""

import csv
import io
import re
from collections.abc import Callable

from engine.policy.files import DATA_FOLDER
from engine.policy.problems import Problem
from engine.policy.yaml import yaml_text
from engine.policy.yaml.nodes import plain

_NAME = re.compile(r"[_a-zA-Z][_a-zA-Z0-9]*")


def read_tables(files: dict[str, bytes], report: Callable[[Problem], None]) -> dict[str, object]:
    """All tables by name, as plain values."""
    tables: dict[str, object] = {}
    origin: dict[str, str] = {}
    for file, content in sorted(files.items()):
        name = file.removeprefix(DATA_FOLDER).rpartition(".")[0]
        if not _NAME.fullmatch(name):
            hint = "the name of a table is letters, digits and `_`: `data/my_sites.csv`"
            report(_at(file, 1, 1, f"`{name}` can't be named in an expression", hint))
        elif name in tables:
            report(_at(file, 1, 1, f"`data.{name}` is already {origin[name]}"))
        else:
            origin[name] = file
            tables[name] = (
                _csv(file, content, report)
                if file.lower().endswith(".csv")
                else _yaml(file, content, report)
            )
    return tables


def _yaml(file: str, content: bytes, report: Callable[[Problem], None]) -> object:
    documents = yaml_text.read(file, content, report)
    for second in documents[1:2]:
        report(second.problem("a table is one YAML document"))
    return plain(documents[0]) if documents else {}


def _csv(file: str, content: bytes, report: Callable[[Problem], None]) -> object:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        report(_at(file, line, 1, "the file is not UTF-8 text"))
        return {}
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    table: dict[str, object] = {}
    seen: dict[str, int] = {}
    try:
        header = _header(file, next(rows, []), report)
        for row in rows:
            if not row:
                continue
            if len(row) != len(header):
                cells = "1 cell" if len(row) == 1 else f"{len(row)} cells"
                message = f"the row has {cells}, the header {len(header)}"
                report(_at(file, rows.line_num, 1, message))
            elif row[0] in table:
                message = f"`{row[0]}` is already in line {seen[row[0]]}"
                report(_at(file, rows.line_num, 1, message))
            else:
                seen[row[0]] = rows.line_num
                table[row[0]] = dict(zip(header, row, strict=True))
    except csv.Error as error:
        report(_at(file, rows.line_num, 1, f"this is not CSV: {error}"))
    return table


def _header(file: str, row: list[str], report: Callable[[Problem], None]) -> list[str]:
    names = [name.strip() for name in row]
    if not names or "" in names:
        report(_at(file, 1, 1, "the first line must name every column"))
    for name in {name for name in names if names.count(name) > 1} - {""}:
        report(_at(file, 1, 1, f"the column `{name}` is there twice"))
    return names


def _at(file: str, line: int, column: int, message: str, hint: str | None = None) -> Problem:
    return Problem(file=file, line=line, column=column, message=message, hint=hint)
