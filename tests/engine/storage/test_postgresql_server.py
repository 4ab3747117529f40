"""Which of the servers that the URL names is used, and how."""

import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest

from engine.errors import StoreUnavailable
from engine.storage import Store, postgresql_server
from engine.storage.postgresql_server import PostgreSQLServer
from tests.engine.storage import databases
from tests.engine.storage.builders import a_transaction


def _with(url: str, *, hosts: str | None = None, query: str = "") -> str:
    parts = urlsplit(url)
    host = hosts or parts.netloc.rpartition("@")[2]
    return parts._replace(netloc=f"{parts.username}@{host}", query=query).geturl()


def _host(url: str) -> str:
    return urlsplit(url).netloc.rpartition("@")[2]


@pytest.fixture
def silent_host() -> Iterator[str]:
    """A host that takes connections and never says anything."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        yield f"127.0.0.1:{silent.getsockname()[1]}"


async def test_a_host_that_is_down_or_silent_does_not_hide_the_next(
    clean_postgresql_url: str, silent_host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql_server, "CONNECT_SECONDS", 0.3)
    hosts = f"127.0.0.1:1,{silent_host},{_host(clean_postgresql_url)}"
    store = await Store.open(_with(clean_postgresql_url, hosts=hosts))
    await store.write(store.transactions.started(a_transaction(1)))
    assert await store.transactions.get(1) == a_transaction(1)
    await store.close()


async def test_the_host_that_took_us_is_asked_first(
    clean_postgresql_url: str, silent_host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql_server, "CONNECT_SECONDS", 0.3)
    good = _host(clean_postgresql_url)
    server = PostgreSQLServer(_with(clean_postgresql_url, hosts=f"{silent_host},{good}"))
    await (await server.connect(1)).close()
    assert [_host(url) for url in server._urls] == [good, silent_host]


async def test_without_any_host_the_first_reason_is_told(silent_host: str) -> None:
    with pytest.raises(StoreUnavailable, match=r"Connect call failed \('127\.0\.0\.1', 1\)"):
        await Store.open("postgresql://postgres@127.0.0.1:1,127.0.0.1:2/nowhere")


async def test_a_server_that_takes_no_writes_is_passed_over(clean_postgresql_url: str) -> None:
    name = clean_postgresql_url.rpartition("/")[2]
    await databases.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    try:
        with pytest.raises(StoreUnavailable) as refused:
            await Store.open(clean_postgresql_url)
    finally:
        await databases.execute(f"ALTER DATABASE {name} RESET default_transaction_read_only")
    assert str(refused.value) == (
        "the store takes no writes now\nhint: it is a standby, or somebody made it read-only; "
        "name all servers in `store.url` (host1,host2) to follow a fail-over"
    )


async def test_the_parameters_of_the_url_count(clean_postgresql_url: str) -> None:
    query = "target_session_attrs=any&application_name=mine&work_mem=8MB"
    connection = await PostgreSQLServer(_with(clean_postgresql_url, query=query)).connect(7)
    names = ("application_name", "work_mem", "statement_timeout")
    assert [await connection.fetchval(f"SHOW {name}") for name in names] == ["mine", "8MB", "7s"]
    await connection.close()


async def test_tls_is_used_as_the_url_says(clean_postgresql_url: str, tmp_path: Path) -> None:
    if await databases.value("SHOW ssl") != "on":
        pytest.skip("this server has no TLS")
    server = PostgreSQLServer(_with(clean_postgresql_url, query="sslmode=require"))
    connection = await server.connect(None)
    query = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
    assert await connection.fetchval(query) is True
    await connection.close()
    (tmp_path / "root.crt").touch()
    query = f"sslmode=verify-full&sslrootcert={tmp_path}/root.crt"
    with pytest.raises(StoreUnavailable, match="the store failed: "):
        await Store.open(_with(clean_postgresql_url, query=query))


async def test_a_wrong_database_is_told_by_the_server_itself(clean_postgresql_url: str) -> None:
    with pytest.raises(asyncpg.InvalidCatalogNameError, match='"nowhere" does not exist'):
        await PostgreSQLServer(databases.postgresql_url("nowhere")).connect(None)
