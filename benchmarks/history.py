"""
How fast the history API answers with years of data: `python -m benchmarks.history`.

It makes a database of its own with the real schema, fills it, starts Voltrule on it, asks for
pages of 100 over HTTP with each filter and each pair of filters, prints how long the answers took,
and removes everything again.
"""

import os
import statistics
import time
from collections.abc import Iterable
from enum import StrEnum
from random import Random
from typing import Annotated

import httpx
import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from benchmarks import history_databases as databases
from benchmarks.contenders import voltrule
from benchmarks.history_data import History
from benchmarks.history_queries import Queries, Query

console = Console()
if not console.is_terminal:
    console.width = 120


class Kind(StrEnum):
    """Which database."""

    sqlite = "sqlite"
    postgresql = "postgresql"


class Timing(msgspec.Struct, frozen=True):
    """How long the answers to one query took, in milliseconds, and how many items they had."""

    name: str
    milliseconds: list[float]
    items: int

    def percentile(self, percent: int) -> float:
        """So many percent were faster."""
        return statistics.quantiles(self.milliseconds, n=100, method="inclusive")[percent - 1]


def main(
    database: Annotated[Kind, typer.Option(help="Which database.")] = Kind.sqlite,
    transactions: Annotated[
        int | None, typer.Option(help="By default 100,000 on SQLite, 1,000,000 on PostgreSQL.")
    ] = None,
    requests: Annotated[int, typer.Option(help="Requests of each query.")] = 40,
    budget: Annotated[float, typer.Option(help="Milliseconds that p95 may take.")] = 50,
) -> None:
    """Measure the history API over a large store."""
    count = transactions or (100_000 if database is Kind.sqlite else 1_000_000)
    history = History(count)
    with _bar("filling") as bar:
        task = bar.add_task("meter values", total=history.meter_values)
        made = {Kind.sqlite: databases.sqlite, Kind.postgresql: databases.postgresql}[database]
        with made(history, lambda rows: bar.advance(task, rows)) as url:
            bar.stop()
            gigabytes = databases.size_bytes(url) / 1e9
            load = f"{os.getloadavg()[0]:.1f} on {os.cpu_count()} processors"
            console.print(f"{count:,} transactions, {gigabytes:.1f} GB; load average {load}")
            with voltrule(url) as (_, api):
                slow = _measure_all(api, Queries(history), requests, budget)
    raise typer.Exit(1 if slow else 0)


def _measure_all(api: httpx.Client, queries: Queries, requests: int, budget: float) -> bool:
    documented = _measured(api, queries.documented(), requests)
    pairs = _measured(api, queries.pairs(), max(requests // 2, 10))
    console.print(_table("Each filter, pages of 100", documented, budget))
    pairs = sorted(pairs, key=lambda timing: timing.percentile(95), reverse=True)
    console.print(_table(f"The slowest of {len(pairs)} pairs of filters", pairs[:15], budget))
    return any(timing.percentile(95) > budget for timing in (*documented, *pairs))


def _measured(api: httpx.Client, queries: list[Query], requests: int) -> list[Timing]:
    with _bar("asking") as bar:
        return [_timed(api, query, requests) for query in bar.track(queries)]


def _timed(api: httpx.Client, query: Query, requests: int) -> Timing:
    random = Random(query.name)
    took, items = [], 0
    # The first ones only warm up.
    for number in range(requests + 3):
        path, parameters = query.ask(random)
        if query.second_page:
            cursor = api.get(path, params=parameters).raise_for_status().json()["next"]
            parameters = {**parameters, "cursor": cursor}
        began = time.perf_counter()
        answer = api.get(path, params=parameters).raise_for_status()
        if number >= 3:
            took.append(1000 * (time.perf_counter() - began))
            items += len(answer.json().get("items", [1]))
    return Timing(query.name, took, round(items / requests))


def _bar(name: str) -> Progress:
    return Progress(
        TextColumn(name),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
    )


def _table(title: str, timings: Iterable[Timing], budget: float) -> Table:
    table = Table(title=title)
    table.add_column("query")
    for column in ("items", "p50 ms", "p95 ms", "most ms"):
        table.add_column(column, justify="right")
    for timing in timings:
        p95 = timing.percentile(95)
        table.add_row(
            timing.name,
            str(timing.items),
            f"{timing.percentile(50):.1f}",
            f"{p95:.1f}" if p95 <= budget else f"[bold red]{p95:.1f} !",
            f"{max(timing.milliseconds):.1f}",
        )
    return table


if __name__ == "__main__":
    typer.run(main)
