"""
The tables of `data/`: `data/vips.csv` and `data/sites.yaml` are `data.vips` and `data.sites`.

A YAML table is the value in the file; a CSV table has the types that its first line names.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

from engine.cel import Constants, Type, map_type, type_of_value
from engine.policy.files import table_name
from engine.policy.problems import Problem
from engine.policy.reading.csv_tables import Table, read_csv
from engine.policy.yaml import yaml_text
from engine.policy.yaml.nodes import plain

_NAME = re.compile(r"[_a-zA-Z][_a-zA-Z0-9]*")


class Tables(NamedTuple):
    """All tables by name, as plain values, and their types."""

    values: dict[str, object]
    types: dict[str, Type]

    def constants(self) -> Constants:
        """What expressions name: `data`."""
        return Constants({"data": self.values}, {"data": map_type(self.types)})


def read_tables(files: dict[str, bytes], report: Callable[[Problem], None]) -> Tables:
    tables = Tables({}, {})
    origin: dict[str, str] = {}
    for file, content in sorted(files.items()):
        name = table_name(file)
        if not _NAME.fullmatch(name):
            hint = "the name of a table is letters, digits and `_`: `data/my_sites.csv`"
            report(_at(file, f"`{name}` can't be named in an expression", hint))
        elif name in origin:
            report(_at(file, f"`data.{name}` is already {origin[name]}"))
        else:
            origin[name] = file
            read = read_csv if file.lower().endswith(".csv") else _yaml
            value, type_ = read(file, content, report)
            tables.values[name] = value
            tables.types[name] = type_ or type_of_value(value)
    return tables


def _yaml(
    file: str, content: bytes, report: Callable[[Problem], None]
) -> Table | tuple[object, None]:
    documents = yaml_text.read(file, content, report)
    for second in documents[1:2]:
        report(second.problem("a table is one YAML document"))
    return (plain(documents[0]) if documents else {}), None


def _at(file: str, message: str, hint: str | None = None) -> Problem:
    return Problem(file=file, line=1, column=1, message=message, hint=hint)
