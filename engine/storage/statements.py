"""Statements compiled once per database: the writes that are grouped, and the hot reads."""

from collections.abc import Callable, Sequence
from enum import IntEnum, auto
from operator import itemgetter
from typing import Any

import msgspec
from sqlalchemy import literal_column
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.sql import CompoundSelect, Executable, Select

from engine.storage.columns import read_as, written_as

Row = tuple[Any, ...]
Convert = Callable[[Any], Any]


class Step(IntEnum):
    """
    The order in which the statements of one group run.

    What makes a row comes before what changes it. Inside one statement the rows keep the order
    in which they were written.
    """

    CHARGE_POINT_SEEN = auto()
    CHARGE_POINT_BOOTED = auto()
    CHARGE_POINT_FIRMWARE_STATUS = auto()
    CHARGE_POINT_DIAGNOSTICS_STATUS = auto()
    CONNECTOR_STATUS = auto()
    TRANSACTION_STARTED = auto()
    TRANSACTION_ABANDONED = auto()
    METER_VALUES_RECORDED = auto()
    # After the meter values: it notes how far they go.
    TRANSACTION_STOPPED = auto()
    STOP_UNMATCHED = auto()
    STOP_MATCHED = auto()
    RESERVATION_MADE = auto()
    RESERVATION_ENDED = auto()
    FAULT_REPORTED = auto()
    FAULTS_FORGOTTEN = auto()
    COMMAND_ISSUED = auto()
    COMMAND_SENT = auto()
    COMMAND_ENDED = auto()
    TOKEN_USED = auto()
    EXCHANGED = auto()
    PROBED = auto()


class Statement:
    """
    A statement that writes one row, given its parameters in the order of `parameters`.

    `build` gets the `insert` of the database's dialect, because `ON CONFLICT` is not in the
    common one. It must not use a parameter twice.
    """

    __slots__ = ("build", "parameters", "step")

    def __init__(
        self, step: Step, parameters: Sequence[str], build: Callable[[Any], Executable]
    ) -> None:
        self.step = step
        self.parameters = tuple(parameters)
        self.build = build


class Write(msgspec.Struct, frozen=True, gc=False):
    """One row to write: the parameters of `statement`, in its order; JSON as encoded text."""

    statement: Statement
    row: Row


class Query:
    """A select, or a union of some, by bound parameters, in the order of `parameters`."""

    __slots__ = ("parameters", "select")

    def __init__(
        self, select: Select[Any] | CompoundSelect[Any], parameters: Sequence[str]
    ) -> None:
        self.select = select
        self.parameters = tuple(parameters)


def at_most(select: Select[Any], count: int) -> Select[Any]:
    """
    The first rows of a select for a `Query`.

    The dialects make parameters of a plain limit, and SQLite's of the offset that was not given.
    """
    return select.limit(literal_column(str(count))).offset(literal_column("0"))


class Compiled:
    """SQL of one database's dialect, and what turns our parameters into the driver's."""

    __slots__ = ("_converts", "_pick", "sql")

    def __init__(self, sql: str, pick: Convert | None, converts: list[tuple[int, Convert]]) -> None:
        self.sql = sql
        self._pick = pick
        self._converts = converts

    def parameters(self, row: Row) -> Sequence[Any]:
        """The driver's parameters of one row."""
        if self._pick is not None:
            row = self._pick(row)
        if not self._converts:
            return row
        parameters = list(row)
        for index, convert in self._converts:
            if parameters[index] is not None:
                parameters[index] = convert(parameters[index])
        return parameters

    def parameters_of(self, rows: list[Row]) -> Sequence[Row]:
        """The same of many rows, column by column: that takes no call per row."""
        if self._pick is not None:
            rows = list(map(self._pick, rows))
        if not self._converts:
            return rows
        columns: list[Sequence[Any]] = list(zip(*rows, strict=True))
        for index, convert in self._converts:
            values = columns[index]
            columns[index] = [None if value is None else convert(value) for value in values]
        return list(zip(*columns, strict=True))


class CompiledQuery(Compiled):
    """A compiled select, and what turns the driver's values into ours."""

    __slots__ = ("_results",)

    def __init__(
        self,
        sql: str,
        pick: Convert | None,
        converts: list[tuple[int, Convert]],
        results: list[tuple[int, Convert]],
    ) -> None:
        super().__init__(sql, pick, converts)
        self._results = results

    def row(self, values: Sequence[Any]) -> Row:
        """One row of the result, in Python's types."""
        row = list(values)
        for index, convert in self._results:
            if row[index] is not None:
                row[index] = convert(row[index])
        return tuple(row)


def compile_statement(statement: Statement, dialect: Dialect) -> Compiled:
    """The statement as SQL with positional parameters."""
    insert = postgresql.insert if dialect.name == "postgresql" else sqlite.insert
    return Compiled(*_compile(statement.build(insert), statement.parameters, dialect))


def compile_query(query: Query, dialect: Dialect) -> CompiledQuery:
    """The query as SQL with positional parameters."""
    types = [column.type for column in query.select.selected_columns]
    return CompiledQuery(
        *_compile(query.select, query.parameters, dialect),
        _converts([read_as(type_, dialect) for type_ in types]),
    )


def _compile(
    clause: Executable, names: Sequence[str], dialect: Dialect
) -> tuple[str, Convert | None, list[tuple[int, Convert]]]:
    compiled: Any = clause.compile(dialect=dialect, column_keys=list(names))  # type: ignore[attr-defined]
    order = list(compiled.positiontup)
    if sorted(order) != sorted(names):
        raise ValueError(f"`{compiled}` has the parameters {order}, not {list(names)}")
    pick = None if order == list(names) else itemgetter(*(names.index(name) for name in order))
    writes = [written_as(compiled.binds[name].type, dialect) for name in order]
    return str(compiled), pick, _converts(writes)


def _converts(converts: Sequence[Convert | None]) -> list[tuple[int, Convert]]:
    return [(index, convert) for index, convert in enumerate(converts) if convert is not None]
