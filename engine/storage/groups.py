"""A group of calls in the order in which a database runs it."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy.engine import Dialect

from engine.storage.database import Call
from engine.storage.statements import (
    Compiled,
    CompiledQuery,
    Query,
    Row,
    Statement,
    compile_query,
    compile_statement,
)

Batch = tuple[str, Sequence[Sequence[Any]]]
"""One statement's SQL, and the driver's parameters of each of its rows."""


class Sql:
    """The SQL of statements and queries, compiled when first used."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._statements: dict[Statement, Compiled] = {}
        self._queries: dict[Query, CompiledQuery] = {}

    def query(self, query: Query) -> CompiledQuery:
        """The query in this dialect."""
        compiled = self._queries.get(query)
        if compiled is None:
            compiled = self._queries[query] = compile_query(query, self._dialect)
        return compiled

    def batches(self, calls: Iterable[Call]) -> list[Batch]:
        """The rows of a group by statement, in the order of `Step`, then as they were written."""
        rows: dict[Statement, list[Row]] = {}
        for call in calls:
            for write in call:
                known = rows.get(write.statement)
                if known is None:
                    rows[write.statement] = [write.row]
                else:
                    known.append(write.row)
        ordered = sorted(rows, key=lambda statement: statement.step)
        return [self._batch(self._statement(statement), rows[statement]) for statement in ordered]

    def _batch(self, compiled: Compiled, rows: list[Row]) -> Batch:
        return compiled.sql, compiled.parameters_of(rows)

    def _statement(self, statement: Statement) -> Compiled:
        compiled = self._statements.get(statement)
        if compiled is None:
            compiled = self._statements[statement] = compile_statement(statement, self._dialect)
        return compiled


def cleaned(batches: Iterable[Batch]) -> list[Batch]:
    """
    The rows without what a database can't hold in text.

    JSON may carry NUL and lone surrogates. PostgreSQL refuses both, SQLite the latter; a record
    with a mark in the place of one is better than none.
    """
    return [(sql, [[clean_text(value) for value in row] for row in rows]) for sql, rows in batches]


def clean_text(value: Any) -> Any:
    """Text without NUL and lone surrogates; any other value as it is."""
    if not isinstance(value, str):
        return value
    return value.replace("\0", "\ufffd").encode(errors="replace").decode()
