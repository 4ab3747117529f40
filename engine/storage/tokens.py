"""API tokens, known by their digests only."""

from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from engine.errors import Conflict, NotFound
from engine.storage.database import Database
from engine.storage.records import TokenRecord
from engine.storage.statements import Query, Row, Statement, Step, Write
from engine.storage.tables import tokens as table

_BY_HASH = Query(select(table).where(table.c.digest == bindparam("token")), ["token"])
_LIST = Query(select(table).order_by(table.c.name), [])
_USED = Statement(
    Step.TOKEN_USED,
    ["token", "last_used_at"],
    lambda _: update(table).where(table.c.name == bindparam("token")),
)


class Tokens:
    """The tokens that open the admin API."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, *, name: str, scope: str, digest: str, time: datetime) -> TokenRecord:
        """
        Keep a new token.

        Raises:
            Conflict: there is one of that name or digest.
        """
        record = TokenRecord(name=name, scope=scope, digest=digest, created_at=time)

        def work(connection: Connection) -> None:
            if connection.execute(select(table.c.name).where(table.c.name == name)).first():
                raise Conflict(f"there is a token `{name}` already", hint="choose another name")
            connection.execute(
                insert(table).values(name=name, scope=scope, digest=digest, created_at=time)
            )

        await self._database.transact(work)
        return record

    async def by_hash(self, digest: str) -> TokenRecord | None:
        """The token with that digest."""
        rows = await self._database.fetch(_BY_HASH, digest)
        return _token(rows[0]) if rows else None

    def used(self, name: str, time: datetime) -> Write:
        """The token was shown by a client."""
        return Write(_USED, (name, time))

    async def list(self) -> tuple[TokenRecord, ...]:
        """All tokens in the order of their names."""
        return tuple(_token(row) for row in await self._database.fetch(_LIST))

    async def delete(self, name: str) -> None:
        """
        Revoke a token.

        Raises:
            NotFound: there is no token of that name.
        """

        def work(connection: Connection) -> None:
            if not connection.execute(delete(table).where(table.c.name == name)).rowcount:
                raise NotFound(f"there is no token `{name}`")

        await self._database.transact(work)


def _token(row: Row) -> TokenRecord:
    name, scope, digest, created_at, last_used_at = row
    return TokenRecord(
        name=name, scope=scope, digest=digest, created_at=created_at, last_used_at=last_used_at
    )
