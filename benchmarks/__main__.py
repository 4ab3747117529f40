"""`make bench`: three servers, the same load, one table."""

import asyncio
import statistics
from typing import Annotated

import typer
import uvloop
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from benchmarks.contenders import Contender, all_running
from benchmarks.load import Measured, connect, measure
from benchmarks.messages import actions

Results = dict[tuple[str, str], list[tuple[Measured, float]]]
"""By action and contender: what was measured in each round, and the processor seconds it took."""

console = Console()
if not console.is_terminal:
    console.width = 120


def main(
    connections: Annotated[int, typer.Option(help="Charge points at once.")] = 50,
    seconds: Annotated[float, typer.Option(help="Length of one measurement.")] = 3.0,
    rounds: Annotated[int, typer.Option(help="Measurements of each kind; the median counts.")] = 3,
    idle: Annotated[int, typer.Option(help="Idle connections for the memory.")] = 2000,
) -> None:
    """Measure Voltrule beside a bare echo and the `ocpp` package."""
    with all_running() as contenders:
        # Memory first: what the speed leaves behind would be used again, and so not be seen.
        console.print(_memory_table(contenders, uvloop.run(_memory(contenders, idle)), idle))
        results = uvloop.run(_speed(contenders, connections, seconds, rounds))
        console.print(_speed_table(contenders, results))


async def _speed(
    contenders: list[Contender], connections: int, seconds: float, rounds: int
) -> Results:
    """Take turns, so that what else the machine does hits all alike."""
    results: Results = {}
    with Progress(console=console, transient=True) as progress:
        bar = progress.add_task("speed", total=(rounds + 1) * len(actions) * len(contenders))
        for number in range(rounds + 1):
            for action, calls in actions.items():
                for contender in contenders:
                    names = [f"BENCH-{number}-{action}-{index}" for index in range(connections)]
                    charge_points = await connect(contender.port, names)
                    cpu = contender.cpu_seconds()
                    # The first round only warms up.
                    length = seconds if number else min(seconds, 0.5)
                    measured = await measure(charge_points, calls, length)
                    if number:
                        entry = (measured, contender.cpu_seconds() - cpu)
                        results.setdefault((action, contender.name), []).append(entry)
                    for charge_point in charge_points:
                        charge_point.close()
                    progress.advance(bar)
    return results


def _speed_table(contenders: list[Contender], results: Results) -> Table:
    table = Table(title="Calls answered; the median of the rounds")
    for column in ("action", "server", "per second", "p50 ms", "p99 ms", "CPU µs each"):
        table.add_column(column, justify="left" if column in ("action", "server") else "right")
    for contender in contenders[:2]:
        table.add_column(f"÷ {contender.name}", justify="right")
    for action in actions:
        rates = {
            contender.name: statistics.median(
                measured.per_second for measured, _ in results[action, contender.name]
            )
            for contender in contenders
        }
        for contender in contenders:
            entries = results[action, contender.name]
            rate = rates[contender.name]
            table.add_row(
                action,
                contender.name,
                f"{rate:,.0f}",
                *(f"{1000 * _median_percentile(entries, percent):.2f}" for percent in (50, 99)),
                f"{1e6 * statistics.median(cpu / len(m.latencies) for m, cpu in entries):.0f}",
                *(f"{rate / rates[other.name]:.2f}" for other in contenders[:2]),
                end_section=contender is contenders[-1],
            )
    return table


def _median_percentile(entries: list[tuple[Measured, float]], percent: float) -> float:
    return statistics.median(measured.percentile(percent) for measured, _ in entries)


async def _memory(contenders: list[Contender], idle: int) -> list[float]:
    """Bytes of one booted connection on which nothing happens."""
    sizes = []
    for contender in contenders:
        for charge_point in await connect(contender.port, [f"WARM-{index}" for index in range(20)]):
            charge_point.close()
        before = contender.memory_bytes()
        names = [f"IDLE-{index}" for index in range(idle)]
        charge_points = await connect(contender.port, names)
        await asyncio.sleep(2)
        sizes.append((contender.memory_bytes() - before) / idle)
        for charge_point in charge_points:
            charge_point.close()
    return sizes


def _memory_table(contenders: list[Contender], sizes: list[float], idle: int) -> Table:
    table = Table(title=f"Memory of an idle connection, over {idle:,}")
    for column in ("server", "KiB each", *(f"÷ {contender.name}" for contender in contenders[:2])):
        table.add_column(column, justify="left" if column == "server" else "right")
    for contender, size in zip(contenders, sizes, strict=True):
        ratios = (f"{size / other:.2f}" if other > 0 else "-" for other in sizes[:2])
        table.add_row(contender.name, f"{size / 1024:.1f}", *ratios)
    return table


if __name__ == "__main__":
    typer.run(main)
