"""`voltrule simulate`: what simulated charge points do, shown to people."""

import sys
from datetime import UTC, datetime
from pathlib import Path

import typer
import uvloop
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from engine import simulator
from engine.simulator import Fleet, Outcome, Tally
from engine.simulator.observer import Direction
from engine.simulator.scenario import Boot, Charge

FAILED = 1
"""Exit code: something was not answered, or not as expected."""

_ARROWS: dict[Direction, str] = {"sent": "→", "received": "←"}


def run(
    url: str,
    *,
    count: int,
    scenario_file: Path | None,
    identity: str,
    id_tag: str,
    password: str | None,
    connectors: int,
    connector: int,
    stay: bool,
    speed: float,
) -> int:
    """Simulate, and return the exit code."""
    fleet = Fleet(
        url=url,
        identities=simulator.identities(identity, count),
        steps=(
            (Boot(), Charge(connector_id=connector))
            if scenario_file is None
            else simulator.load(scenario_file)
        ),
        id_tag=id_tag,
        connectors=connectors,
        password=None if password is None else password.encode(),
        stay=stay,
        speed=speed,
    )
    console = Console(highlight=False, soft_wrap=True)
    tally = Tally()
    try:
        outcomes = uvloop.run(_watched(fleet, tally, console))
    except KeyboardInterrupt:
        outcomes = []
    if count > 1:
        _print_summary(outcomes, tally, console)
    else:
        for outcome in outcomes:
            if outcome.problem is not None:
                typer.echo(f"voltrule: {outcome.problem}", err=True)
    failed = bool(tally.failures) or any(outcome.problem for outcome in outcomes)
    return FAILED if failed else 0


async def _watched(fleet: Fleet, tally: Tally, console: Console) -> list[Outcome]:
    if len(fleet.identities) == 1:
        _show_each(tally, console)
        return await simulator.run(fleet, tally)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, disable=not sys.stdout.isatty()) as progress:
        task = progress.add_task("charge points done", total=len(fleet.identities))
        return await simulator.run(fleet, tally, lambda _: progress.advance(task))


def _show_each(tally: Tally, console: Console) -> None:
    """One line for each message and note of the only charge point."""

    def message(identity: str, direction: Direction, name: str, payload: bytes) -> None:
        ours = (direction == "sent") == name.endswith(".req")
        style = "cyan" if ours else "magenta"
        line = f"{_now()} {_ARROWS[direction]} [{style}]{name:<34}[/] {escape(payload.decode())}"
        console.print(line)

    def note(identity: str, text: str) -> None:
        console.print(f"{_now()} [dim]· {escape(text)}[/]")

    tally.watch = message
    tally.remark = note


def _print_summary(outcomes: list[Outcome], tally: Tally, console: Console) -> None:
    table = Table(title="Simulated charge points", show_header=False)
    table.add_column(style="bold")
    table.add_column(justify="right")
    finished = sum(outcome.problem is None for outcome in outcomes)
    rows = {
        "finished": f"{finished} of {len(outcomes)}",
        "calls answered": f"{len(tally.seconds)} of {tally.calls}",
        "commands obeyed": str(tally.commands),
        "median answer": f"{tally.percentile(0.5) * 1000:.1f} ms",
        "99% answered within": f"{tally.percentile(0.99) * 1000:.1f} ms",
    }
    for name, value in rows.items():
        table.add_row(name, value)
    console.print(table)
    for text, times in sorted(tally.failures.items(), key=lambda item: -item[1])[:10]:
        console.print(f"[red]{times} times[/] {escape(text)}")
    for outcome in [outcome for outcome in outcomes if outcome.problem][:10]:
        console.print(f"[red]{escape(outcome.identity)}[/] {escape(outcome.problem or '')}")


def _now() -> str:
    return f"{datetime.now(UTC).astimezone():%H:%M:%S.%f}"[:-3]
