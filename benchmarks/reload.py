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
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from time import perf_counter
from typing import Annotated, NamedTuple

import httpx
import typer
import uvloop
from rich.console import Console
from rich.table import Table

from benchmarks.check import policies
from benchmarks.contenders import voltrule
from benchmarks.load import ChargePoint, Measured, connect, measure
from benchmarks.messages import actions

VERSIONS = 30
WANTED_RATIO = 2.0
"""DESIGN §8: p99.9 at most doubles."""

console = Console()
if not console.is_terminal:
    console.width = 120


def main(
    connections: Annotated[int, typer.Option(help="Charge points at once.")] = 20,
    seconds: Annotated[float, typer.Option(help="Length of one measurement.")] = 5.0,
    pause: Annotated[float, typer.Option(help="Seconds between two Calls.")] = 0.02,
    rounds: Annotated[int, typer.Option(help="Measurements of each kind; the median counts.")] = 3,
    kind: Annotated[str, typer.Option(help="Of the rules: see benchmarks/check.py.")] = "simple",
) -> None:
    """Measure answers with and without reloads."""
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "policies"
        path.mkdir()
        _write(path, _rules(kind, 0))
        with voltrule(f"sqlite:///{directory}/voltrule.db", path) as (server, api):
            reloads = _Reloads(path, kind, api)
            load = _Load(connections, seconds, pause)
            quiet, busy = uvloop.run(_measured(server.port, load, rounds, reloads))
    console.print(_table(quiet, busy))
    took = statistics.median(reloads.taken)
    console.print(f"a reload took {took:.2f} s, the median of {len(reloads.taken)}")
    sys.exit(_ratio(quiet, busy, 99.9) > WANTED_RATIO)


class _Load(NamedTuple):
    connections: int
    seconds: float
    pause: float


class _Reloads:
    """Reloads one after the other, each of other rules."""

    def __init__(self, path: Path, kind: str, api: httpx.Client) -> None:
        self.path = path
        self.api = api
        self.taken: list[float] = []
        # Made beforehand: what measures must not be busy with anything else.
        self.versions = [_rules(kind, number) for number in range(1, VERSIONS)]

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
            await asyncio.to_thread(self._one)

    def _one(self) -> None:
        files = self.versions[len(self.taken) % len(self.versions)]
        _write(self.path, files)
        begin = perf_counter()
        self.api.post("/v1/policies/reload", timeout=60).raise_for_status()
        self.taken.append(perf_counter() - begin)


async def _measured(
    port: int, load: _Load, rounds: int, reloads: _Reloads
) -> tuple[list[Measured], list[Measured]]:
    charge_points = await connect(port, [f"BENCH-{each}" for each in range(load.connections)])
    quiet, busy = [], []
    for _ in range(rounds):
        quiet.append(await _one(charge_points, load))
        async with reloads.going_on():
            busy.append(await _one(charge_points, load))
    return quiet, busy


async def _one(charge_points: list[ChargePoint], load: _Load) -> Measured:
    return await measure(charge_points, actions["MeterValues"], load.seconds, load.pause)


def _rules(kind: str, number: int) -> dict[str, bytes]:
    """The rules with other names in them; what they do stays the same."""
    files = {}
    for name, content in policies(kind).items():
        text = content.replace(b"CARD-", b"CARD-%d-" % number).replace(b"fleet ", b"f%d " % number)
        files[name] = text.replace(b"FLEET-", b"FLEET-%d-" % number)
    return files


def _write(path: Path, files: Mapping[str, bytes]) -> None:
    for name, content in files.items():
        (path / name).write_bytes(content)


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
