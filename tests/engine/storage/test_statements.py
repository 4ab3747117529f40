import pytest
from sqlalchemy import Column, Integer, MetaData, Table, Text, bindparam, select, update
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

from engine.storage.columns import Instant, Json
from engine.storage.statements import Query, Statement, Step, compile_query, compile_statement
from tests.engine.storage.builders import NOON

TABLE = Table(
    "things",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("name", Text),
    Column("at", Instant),
    Column("data", Json),
)
SQLITE = SQLiteDialect_pysqlite()
POSTGRESQL = PGDialect_asyncpg()  # type: ignore[no-untyped-call]
INSERT = Statement(Step.EXCHANGED, ["at", "id", "data"], lambda insert: insert(TABLE))


def test_an_insert_has_the_columns_of_its_parameters() -> None:
    assert compile_statement(INSERT, SQLITE).sql == (
        "INSERT INTO things (id, at, data) VALUES (?, ?, ?)"
    )


def test_parameters_are_put_in_the_order_of_the_sql_and_the_types_of_the_driver() -> None:
    compiled = compile_statement(INSERT, SQLITE)
    parameters = compiled.parameters((NOON, 7, '{"a":1}'))
    assert list(parameters) == [7, "2026-01-31T12:00:00.000000Z", '{"a":1}']
    assert list(compiled.parameters((None, 7, "{}"))) == [7, None, "{}"]


def test_postgresql_takes_moments_as_they_are() -> None:
    compiled = compile_statement(INSERT, POSTGRESQL)
    assert "VALUES ($1" in compiled.sql
    assert list(compiled.parameters((NOON, 7, None))) == [7, NOON, None]


def test_an_update_names_its_key_by_another_word_than_the_column() -> None:
    statement = Statement(
        Step.COMMAND_SENT,
        ["thing", "name"],
        lambda _: update(TABLE).where(TABLE.c.id == bindparam("thing")),
    )
    compiled = compile_statement(statement, SQLITE)
    assert compiled.sql == "UPDATE things SET name=? WHERE things.id = ?"
    assert list(compiled.parameters((7, "x"))) == ["x", 7]


def test_parameters_that_are_not_those_of_the_statement_are_a_bug() -> None:
    statement = Statement(Step.COMMAND_SENT, ["name", "other"], lambda insert: insert(TABLE))
    with pytest.raises(ValueError, match="has the parameters"):
        compile_statement(statement, SQLITE)


def test_a_query_gives_rows_in_the_types_of_python() -> None:
    query = Query(select(TABLE).where(TABLE.c.id == bindparam("thing")), ["thing"])
    compiled = compile_query(query, SQLITE)
    values = (7, "x", "2026-01-31T12:00:00.000000Z", '{"a":1}')
    assert compiled.row(values) == (7, "x", NOON, {"a": 1})
