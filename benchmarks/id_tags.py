"""
How fast id tags are found among many: `python -m benchmarks.id_tags`.

It imports CSV files of rising length into a database of its own, looks tags up as the central
system does, asks for pages as the API does, prints how long each took, and removes everything.
A lookup takes constant time if its figures are the same for all lengths.
"""

import asyncio
import contextlib
import io
import os
import statistics
import tempfile
import time
import tracemalloc
from collections.abc import Awaitable, Callable, Iterable, Iterator
from datetime import UTC, datetime
from enum import StrEnum
from random import Random
from typing import Annotated
from urllib.parse import urlsplit

import asyncpg
import typer
from msgspec import UNSET
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from engine.api.id_tag_files.importing import Import
from engine.policy.facts import Tag
from engine.storage import IdTagFilter, Store, upgrade
from engine.storage.id_tag_cache import KNOWN, UNKNOWN, IdTagCache

SERVER = os.environ.get("VOLTRULE_TEST_POSTGRESQL", "postgresql://postgres@127.0.0.1:5432/postgres")
GROUPS, SITES = 1_000, 200
_STATUSES = ("Accepted",) * 49 + ("Blocked",)

console = Console()
if not console.is_terminal:
    console.width = 120

Figures = dict[str, list[float]]
"""By what was done: how long it took each time, in microseconds."""


class Kind(StrEnum):
    """Which database."""

    sqlite = "sqlite"
    postgresql = "postgresql"


def main(
    database: Annotated[Kind, typer.Option(help="Which database.")] = Kind.sqlite,
    tags: Annotated[
        list[int] | None,
        typer.Option(help="How many; may be given several times. By default 10,000 and 1,000,000."),
    ] = None,
    lookups: Annotated[int, typer.Option(help="Lookups of each kind.")] = 20_000,
) -> None:
    """Measure the lookup of id tags, and lists of them."""
    measured = {}
    with Progress(console=console, transient=True) as bars:
        for count in sorted(tags or (10_000, 1_000_000)):
            with _url(database) as url:
                measured[count] = asyncio.run(_measure(url, count, lookups, bars))
    console.print(_table(f"Id tags on {database}: microseconds", measured))
    console.print(
        f"memory of a full cache, {KNOWN:,} tags and {UNKNOWN:,} unknown: {_cache_size()}"
    )


@contextlib.contextmanager
def _url(kind: Kind) -> Iterator[str]:
    """A database of its own, removed in the end."""
    if kind is Kind.sqlite:
        with tempfile.TemporaryDirectory(prefix="voltrule-id-tags-") as directory:
            yield f"sqlite:///{directory}/voltrule.db"
        return
    name = f"voltrule_id_tags_{os.getpid()}"
    asyncio.run(_execute(f"CREATE DATABASE {name}"))
    try:
        yield urlsplit(SERVER)._replace(path=f"/{name}").geturl()
    finally:
        asyncio.run(_execute(f"DROP DATABASE {name} WITH (FORCE)"))


async def _execute(statement: str, url: str = SERVER) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(statement)
    await connection.close()


async def _measure(url: str, count: int, lookups: int, bars: Progress) -> Figures:
    await upgrade(url)
    store = await Store.open(url)
    figures = {"import, per tag": [1e6 * await _filled(store, count, bars) / count]}
    if url.startswith("postgresql"):
        # The server does that by itself as a table grows, within a minute.
        await _execute("VACUUM ANALYZE", url)
    figures |= await _lookups(store, count, lookups, bars)
    figures |= await _lists(store, count, bars)
    await store.close()
    return figures


async def _filled(store: Store, count: int, bars: Progress) -> float:
    """Import so many tags; gives how many seconds that took."""
    bar = bars.add_task(f"importing {count:,}", total=count)
    importing = Import(store, writing=lambda tags: bars.advance(bar, tags))
    began = time.perf_counter()
    await importing.run(_file(count), datetime.now(UTC))
    return time.perf_counter() - began


def _file(count: int) -> io.BytesIO:
    random = Random(count)
    lines = ["idTag,status,expiryDate,parentIdTag,label:site\n"]
    for number in range(count):
        year = random.randrange(2020, 2040)
        lines.append(
            f"{_name(number)},{random.choice(_STATUSES)},{year}-01-01T00:00:00Z,"
            f"FLEET-{random.randrange(GROUPS)},Site {random.randrange(SITES)}\n"
        )
    return io.BytesIO("".join(lines).encode())


def _name(number: int) -> str:
    """A text like a card's number: those of a fleet are not beside each other."""
    return f"{number * 2_654_435_761 % 2**32:08X}-{number % 100:02}"


async def _lookups(store: Store, count: int, lookups: int, bars: Progress) -> Figures:
    random = Random(1)
    known = [_name(random.randrange(count)).lower() for _ in range(lookups)]
    unknown = [f"unknown-{random.randrange(10**9)}" for _ in range(lookups)]
    found = await _timed(store, known, bars, f"known among {count:,}")
    missed = await _timed(store, unknown, bars, f"unknown among {count:,}")
    return {
        "a known tag, from the database": found[0],
        "a known tag, from memory": found[1],
        "an unknown tag, from the database": missed[0],
        "an unknown tag, from memory": missed[1],
    }


async def _timed(
    store: Store, names: Iterable[str], bars: Progress, title: str
) -> tuple[list[float], list[float]]:
    """How long each lookup takes the first time, and again right after it."""
    first, again = [], []
    for name in bars.track(list(names), description=title):
        in_memory = store.id_tags.cached(name) is not UNSET
        began = time.perf_counter()
        await store.id_tags.get(name)
        between = time.perf_counter()
        store.id_tags.cached(name)
        again.append(1e6 * (time.perf_counter() - between))
        if not in_memory:
            first.append(1e6 * (between - began))
    return first, again


async def _lists(store: Store, count: int, bars: Progress) -> Figures:
    random, now = Random(2), datetime.now(UTC)
    asked: dict[str, Callable[[], IdTagFilter]] = {
        "a page": IdTagFilter,
        "a page by status": lambda: IdTagFilter(status="Blocked"),
        "a page by group": lambda: IdTagFilter(parent_id_tag=f"fleet-{random.randrange(GROUPS)}"),
        "a page by label": lambda: IdTagFilter(labels={"site": f"Site {random.randrange(SITES)}"}),
        "a page by beginning": lambda: IdTagFilter(prefix=_name(random.randrange(count))[:3]),
        "a page of the expired": lambda: IdTagFilter(expired_at=now),
    }
    return {
        name: [
            await _seconds(store.id_tags.list(wanted()))
            for _ in bars.track(range(40), description=f"{name} of {count:,}")
        ]
        for name, wanted in asked.items()
    }


async def _seconds(work: Awaitable[object]) -> float:
    began = time.perf_counter()
    await work
    return 1e6 * (time.perf_counter() - began)


def _cache_size() -> str:
    """What the cache takes when it is full of tags with a label each."""
    tracemalloc.start()
    cache = IdTagCache(time.monotonic)
    for number in range(KNOWN):
        name, expires = _name(number), datetime(2030, 1, 1, tzinfo=UTC)
        labels = {"site": f"Site {number}"}
        tag = Tag(id_tag=name, expiry_date=expires, parent_id_tag=f"FLEET-{number}", labels=labels)
        cache.remember(name.lower(), tag, edits=0)
    for number in range(UNKNOWN):
        cache.remember(f"unknown-{number}", None, edits=0)
    size = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    return f"{size / 2**20:.0f} MiB"


def _table(title: str, measured: dict[int, Figures]) -> Table:
    table = Table(title=title)
    table.add_column("what")
    for count in measured:
        table.add_column(f"{count:,}: p50", justify="right")
        table.add_column("p95", justify="right")
    for name in next(iter(measured.values())):
        cells = []
        for figures in measured.values():
            times = figures[name]
            cells.append(f"{statistics.median(times):,.1f}")
            cells.append(f"{_p95(times):,.1f}")
        table.add_row(name, *cells)
    return table


def _p95(times: list[float]) -> float:
    if len(times) == 1:
        return times[0]
    return statistics.quantiles(times, n=100, method="inclusive")[94]


if __name__ == "__main__":
    typer.run(main)
