"""Which PostgreSQL server takes our writes now, and a connection to it."""

from urllib.parse import parse_qs, urlsplit

import asyncpg

CONNECT_SECONDS = 5.0
"""For each host that the URL names."""

_GRACE_SECONDS = 5.0
"""The server cancels a statement that takes too long; if it is silent, we stop waiting."""


_UNREACHABLE = (
    OSError,
    TimeoutError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)


class PostgreSQLServer:
    """
    The hosts of a `store.url`; the one that last took us is asked first.

    After a fail-over another host takes writes: `target_session_attrs` is `read-write` unless the
    URL has it. Parameters of the URL are libpq's (`sslmode`, `sslrootcert`, …).
    """

    def __init__(self, url: str) -> None:
        self._urls = _by_host(url)
        named = parse_qs(urlsplit(url).query)
        self._attributes = None if "target_session_attrs" in named else "read-write"
        self._settings = {} if "application_name" in named else {"application_name": "voltrule"}

    async def connect(self, statement_seconds: float | None) -> asyncpg.Connection:
        """
        Connect to the first host that takes writes.

        Args:
            statement_seconds: how long a statement may take; null: as long as it takes.

        Raises:
            OSError, asyncpg.PostgresError, asyncpg.InterfaceError: the reason of the first host.
        """
        failure: Exception | None = None
        for url in self._urls:
            try:
                connection = await self._connect(url, statement_seconds)
            except _UNREACHABLE as error:
                failure = failure or error
            else:
                self._urls = [url, *(other for other in self._urls if other != url)]
                return connection
        assert failure is not None
        raise failure

    async def _connect(self, url: str, statement_seconds: float | None) -> asyncpg.Connection:
        limit = None if statement_seconds is None else statement_seconds + _GRACE_SECONDS
        connection = await asyncpg.connect(
            url,
            timeout=CONNECT_SECONDS,
            command_timeout=limit,
            target_session_attrs=self._attributes,
            server_settings=self._settings,
        )
        if statement_seconds is not None:
            milliseconds = int(statement_seconds * 1000)
            # If the network between us breaks, the server ends what it began for us, and before
            # another connection of ours has waited for it in vain.
            await connection.execute(
                f"SET statement_timeout = {milliseconds}; "
                f"SET idle_in_transaction_session_timeout = {milliseconds // 2}"
            )
        return connection


def _by_host(url: str) -> list[str]:
    """
    A URL for each host: `postgresql://user@one:5432,two:5432/name` has two.

    asyncpg takes the whole list too, but has one time limit for all of them: a first host that
    does not answer would hide the others.

    Raises:
        ValueError: a port is no number.
    """
    parts = urlsplit(url)
    user, at, hosts = parts.netloc.rpartition("@")
    urls = [parts._replace(netloc=f"{user}{at}{host}") for host in hosts.split(",")]
    # Reading a port checks it.
    return [each.geturl() for each in urls if each.port != 0]
