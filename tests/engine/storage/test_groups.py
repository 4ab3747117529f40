import pytest
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

from engine.storage.charge_points import ChargePoints
from engine.storage.database import Database
from engine.storage.groups import Sql, clean_text, cleaned
from engine.storage.messages import Messages
from engine.storage.transactions import Transactions
from tests.engine.storage.builders import NOON, a_transaction, minutes

NO_DATABASE: Database = None  # type: ignore[assignment] # writes are made without one


def test_a_group_runs_by_statement_in_the_stated_order_and_rows_as_they_were_written() -> None:
    transactions, messages = Transactions(NO_DATABASE), Messages(NO_DATABASE)
    charge_points = ChargePoints(NO_DATABASE)
    stop = transactions.stopped(1, stopped_at=minutes(1), meter_stop=5)
    start = transactions.started(a_transaction(1))
    first, second = (messages.logged("A", "sent", NOON, text) for text in "12")
    seen = charge_points.seen("A", NOON)
    batches = Sql(SQLiteDialect_pysqlite()).batches([(first, stop), (second, start, seen)])
    assert [(sql.split("(")[0].split(" SET")[0], len(rows)) for sql, rows in batches] == [
        ("INSERT INTO charge_points ", 1),
        ("INSERT INTO transactions ", 1),
        ("UPDATE transactions", 1),
        ("INSERT INTO exchanges ", 2),
    ]
    assert [row[5] for row in batches[-1][1]] == ["1", "2"]


@pytest.mark.parametrize(
    ("value", "clean"),
    [("a\0b", "a\ufffdb"), ("\ud800", "?"), ("käse 🧀", "käse 🧀"), (7, 7), (None, None)],
)
def test_text_is_cleaned_of_what_a_database_cannot_hold(value: object, clean: object) -> None:
    assert clean_text(value) == clean
    assert cleaned([("sql", [(value, 1)])]) == [("sql", [[clean, 1]])]
