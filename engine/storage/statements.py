"""Statements compiled once per database: the writes that are grouped, and the hot reads."""

from collections.abc import Callable, Sequence
from enum import IntEnum, auto
from operator import itemgetter
from typing import Any

import msgspec
from sqlalchemy import Boolean
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.sql import Executable, Select

from engine.storage.columns import Instant, Json

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
    TRANSACTION_STOPPED = auto()
    STOP_UNMATCHED = auto()
    METER_VALUE_RECORDED = auto()
    COMMAND_ISSUED = auto()
    COMMAND_SENT = auto()
    COMMAND_ENDED = auto()
    TOKEN_USED = auto()
    DECISION_MADE = auto()
    MESSAGE_LOGGED = auto()


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
    """One row to write: the parameters of `statement`, in its order."""

    statement: Statement
    row: Row


class Query:
    """A select by bound parameters, given in the order of `parameters`."""

    __slots__ = ("parameters", "select")

    def __init__(self, select: Select[Any], parameters: Sequence[str]) -> None:
        self.select = select
        self.parameters = tuple(parameters)


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
            row[index] = convert(row[index])
        return tuple(row)


def compile_statement(statement: Statement, dialect: Dialect) -> Compiled:
    """The statement as SQL with positional parameters."""
    insert = postgresql.insert if dialect.name == "postgresql" else sqlite.insert
    return Compiled(*_compile(statement.build(insert), statement.parameters, dialect))


def compile_query(query: Query, dialect: Dialect) -> CompiledQuery:
    """The query as SQL with positional parameters."""
    results: list[tuple[int, Convert]] = []
    for index, column in enumerate(query.select.selected_columns):
        # Everything else comes from both drivers as Python has it.
        if not isinstance(column.type, Boolean | Instant | Json):
            continue
        processor = column.type.dialect_impl(dialect).result_processor(dialect, None)
        if processor is not None:
            results.append((index, processor))
    return CompiledQuery(*_compile(query.select, query.parameters, dialect), results)


def _compile(
    clause: Executable, names: Sequence[str], dialect: Dialect
) -> tuple[str, Convert | None, list[tuple[int, Convert]]]:
    compiled: Any = clause.compile(dialect=dialect, column_keys=list(names))  # type: ignore[attr-defined]
    order = list(compiled.positiontup)
    if sorted(order) != sorted(names):
        raise ValueError(f"`{compiled}` has the parameters {order}, not {list(names)}")
    pick = None if order == list(names) else itemgetter(*(names.index(name) for name in order))
    converts = []
    for index, name in enumerate(order):
        processor = compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect)
        if processor is not None and name in compiled.binds:
            converts.append((index, processor))
    return str(compiled), pick, converts
