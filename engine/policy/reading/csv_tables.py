"""A CSV table: a map from its first column to its rows, each a map by the names of the header."""

import csv
import io
import re
from collections.abc import Callable
from typing import NamedTuple

from engine.cel import Type, map_of, map_type
from engine.policy.problems import Problem
from engine.policy.reading.columns import CellError, Column

_SEPARATOR = re.compile("[;\t|]")
"""What other programs write between cells: Excel a `;` where `,` is the decimal point."""
_LINE_END = re.compile(r"\r\n|\r|\n")


class Table(NamedTuple):
    """The rows by key, and the type they have by the header; None where that can't be read."""

    rows: dict[object, object]
    type: Type | None


def read_csv(file: str, content: bytes, report: Callable[[Problem], None]) -> Table:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = error.object[: error.start].decode()
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        message, hint = "the file is not UTF-8 text", "Excel writes it as `CSV UTF-8`"
        report(Problem(file=file, line=line, column=column, message=message, hint=hint))
        return Table({}, None)
    return _Reader(file, text, report).read()


class _Reader:
    def __init__(self, file: str, text: str, report: Callable[[Problem], None]) -> None:
        self.file = file
        self.lines = _LINE_END.split(text)
        self.rows = csv.reader(io.StringIO(text, newline=""), strict=True)
        self.report = report
        self.line = 1
        """Where the row begins that is read."""

    def read(self) -> Table:
        table: dict[object, object] = {}
        try:
            columns = self._header(next(self.rows, []))
            if columns:
                self._read_rows(columns, table)
        except csv.Error as error:
            self._report(self.rows.line_num, 1, f"this is not CSV: {error}")
            return Table(table, None)
        if not columns or None in columns:
            return Table(table, None)
        row = map_type({column.name: column.type for column in columns if column is not None})
        key = columns[0].type if columns[0] is not None else None
        keyed = dict.fromkeys(table, row)
        return Table(table, map_type(keyed) if keyed or key is None else map_of(key, row))

    def _read_rows(self, columns: list[Column | None], table: dict[object, object]) -> None:
        seen: dict[object, int] = {}
        while True:
            self.line = self.rows.line_num + 1
            cells = next(self.rows, None)
            if cells is None:
                return
            if not cells:
                continue
            if len(cells) != len(columns):
                found = "1 cell" if len(cells) == 1 else f"{len(cells)} cells"
                self._report(self.line, 1, f"the row has {found}, the header {len(columns)}")
                continue
            row = {
                column.name: self._cell(column, index, cells[index])
                for index, column in enumerate(columns)
                if column is not None
            }
            key = next(iter(row.values()), None)
            if key in seen:
                message = f"`{cells[0]}` is already in line {seen[key]}"
                self._report(self.line, 1, message)
            elif key is not None:
                seen[key] = self.line
                table[key] = row

    def _header(self, cells: list[str]) -> list[Column | None]:
        if len(cells) == 1 and (other := _SEPARATOR.search(cells[0])):
            shown = "a tab" if other[0] == "\t" else f"`{other[0]}`"
            message = f"the columns are separated by {shown}, not by `,`"
            self._report(1, other.start() + 1, message, "save it as CSV with commas")
            return []
        columns = [self._column(index, cell) for index, cell in enumerate(cells)]
        names = [column.name for column in columns if column is not None]
        if not columns or "" in names:
            self._report(1, 1, "the first line must name every column")
        for name in {name for name in names if names.count(name) > 1} - {""}:
            self._report(1, 1, f"the column `{name}` is there twice")
        return columns

    def _column(self, index: int, cell: str) -> Column | None:
        try:
            return Column.of(cell, is_key=index == 0)
        except CellError as wrong:
            self._report_cell(index, wrong)
            return None

    def _cell(self, column: Column, index: int, text: str) -> object:
        try:
            return column.read(text)
        except CellError as wrong:
            self._report_cell(index, wrong)
            return None

    def _report_cell(self, index: int, wrong: CellError) -> None:
        line, column = self._place(index)
        self._report(line, column, wrong.message, wrong.hint)

    def _place(self, index: int) -> tuple[int, int]:
        """Line and column of a cell of the row: commas and line breaks in quotes are text."""
        quoted = False
        for number, line in enumerate(self.lines[self.line - 1 :], self.line):
            for column, character in enumerate(line, 1):
                if index == 0:
                    return number, column
                quoted ^= character == '"'
                index -= character == "," and not quoted
            if not quoted or index == 0:
                return number, len(line) + 1
        return self.line, 1

    def _report(self, line: int, column: int, message: str, hint: str | None = None) -> None:
        self.report(Problem(file=self.file, line=line, column=column, message=message, hint=hint))
