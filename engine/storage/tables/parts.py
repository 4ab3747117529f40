"""What the tables are made with."""

from sqlalchemy import BigInteger, Index, Integer, MetaData, text

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    }
)

FREQUENT = ("Heartbeat", "MeterValues", "StatusNotification")
"""Actions of which there are so many that the log is looked through for them without an index."""
SELDOM = f"action NOT IN {FREQUENT}"

# SQLite numbers rows by itself only in a column that is exactly INTEGER.
Sequence = BigInteger().with_variant(Integer(), "sqlite")


def index_where(name: str, *columns: str, where: str) -> Index:
    """An index of few of the rows."""
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


def where_given(name: str, *columns: str, given: str | None = None) -> Index:
    """An index of the rows that have something in `given`, by default its second column."""
    return index_where(name, *columns, where=f"{given or columns[1]} IS NOT NULL")
