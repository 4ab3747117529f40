"""
What a reload of 1,000 rules does to answers under load: `python -m benchmarks.reload`.

The same charge points send their Calls without a reload and during one after the other, by turns,
so that what else the machine does hits both alike. No two reloads have a rule in common: nothing
that was compiled before is of use.
"""

import asyncio
import contextlib
import statistics
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from time import perf_counter
from typing import Annotated

import httpx
import typer
import uvloop
from rich.console import Console
from rich.table import Table

from benchmarks.check import policies
from benchmarks.contenders import voltrule
from benchmarks.load import ChargePoint, Measured, connect, measure
from benchmarks.messages import actions

WANTED_RATIO = 2.0
"""DESIGN §8: p99.9 at most doubles."""

console = Console()
if not console.is_terminal:
    console.width = 120


def main(
    connections: Annotated[int, typer.Option(help="Charge points at once.")] = 20,
    seconds: Annotated[float, typer.Option(help="Length of one measurement.")] = 5.0,
    rounds: Annotated[int, typer.Option(help="Measurements of each kind; the median counts.")] = 3,
    kind: Annotated[str, typer.Option(help="Of the rules: see benchmarks/check.py.")] = "simple",
) -> None:
    """Measure answers with and without reloads."""
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "policies"
        path.mkdir()
        _write(path, kind, 0)
        with voltrule(f"sqlite:///{directory}/voltrule.db", path) as (server, api):
            taken: list[float] = []
            reloads = _Reloads(path, kind, api, taken)
            quiet, busy = uvloop.run(_measured(server.port, connections, seconds, rounds, reloads))
    console.print(_table(quiet, busy))
    console.print(f"a reload took {statistics.median(taken):.2f} s, the median of {len(taken)}")
    sys.exit(_ratio(quiet, busy, 99.9) > WANTED_RATIO)


class _Reloads:
    """Reloads one after the other, each of other rules."""

    def __init__(self, path: Path, kind: str, api: httpx.Client, taken: list[float]) -> None:
        self.path = path
        self.kind = kind
        self.api = api
        self.taken = taken
        self.number = 0

    @contextlib.asynccontextmanager
    async def going_on(self) -> AsyncIterator[None]:
        """Reload until the block ends."""
        ends = asyncio.Event()
        task = asyncio.create_task(self._until(ends))
        yield
        ends.set()
        await task

    async def _until(self, ends: asyncio.Event) -> None:
        while not ends.is_set():
            self.number += 1
            _write(self.path, self.kind, self.number)
            begin = perf_counter()
            answer = await asyncio.to_thread(self.api.post, "/v1/policies/reload", timeout=60)
            self.taken.append(perf_counter() - begin)
            answer.raise_for_status()


async def _measured(
    port: int, connections: int, seconds: float, rounds: int, reloads: _Reloads
) -> tuple[list[Measured], list[Measured]]:
    charge_points = await connect(port, [f"BENCH-{index}" for index in range(connections)])
    quiet, busy = [], []
    await _one(charge_points, 0.5)
    for _ in range(rounds):
        quiet.append(await _one(charge_points, seconds))
        async with reloads.going_on():
            busy.append(await _one(charge_points, seconds))
    return quiet, busy


async def _one(charge_points: list[ChargePoint], seconds: float) -> Measured:
    return await measure(charge_points, actions["MeterValues"], seconds)


def _write(path: Path, kind: str, number: int) -> None:
    """The rules with other names in them; what they do stays the same."""
    for name, content in policies(kind).items():
        text = content.decode().replace("CARD-", f"CARD-{number}-").replace("fleet ", f"f{number} ")
        (path / name).write_text(text.replace("FLEET-", f"FLEET-{number}-"), encoding="utf-8")


def _ratio(quiet: list[Measured], busy: list[Measured], percent: float) -> float:
    one, other = (_percentile(each, percent) for each in (quiet, busy))
    return other / one


def _percentile(measured: list[Measured], percent: float) -> float:
    return statistics.median(each.percentile(percent) for each in measured)


def _table(quiet: list[Measured], busy: list[Measured]) -> Table:
    table = Table(title="MeterValues answered; the median of the rounds")
    table.add_column("")
    for column in ("per second", "p50 ms", "p99 ms", "p99.9 ms", "longest ms"):
        table.add_column(column, justify="right")
    percents = (50, 99, 99.9, 100)
    for name, measured in (("without", quiet), ("with reloads", busy)):
        rate = statistics.median(each.per_second for each in measured)
        shown = [f"{1000 * _percentile(measured, percent):.2f}" for percent in percents]
        table.add_row(name, f"{rate:,.0f}", *shown)
    table.add_row("ratio", "", *(f"{_ratio(quiet, busy, percent):.2f}" for percent in percents))
    return table


if __name__ == "__main__":
    typer.run(main)
