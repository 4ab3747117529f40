"""`voltrule serve`: runs the servers, and says what a person needs to know to use them."""

import asyncio
import gc
import sys
from pathlib import Path

import structlog
import uvloop
from rich.console import Console
from rich.markup import escape

from engine import __version__
from engine.app import Started, serve
from engine.config import TelemetrySettings
from engine.configuration import load
from engine.errors import EngineError
from engine.policy import PolicyProblems, read_directory
from engine.strangers import OPEN, how_to_close
from engine.telemetry.logs import configure_logs

STOPPED_AT_ONCE = 130
"""Exit code after a second signal, as shells have it for Ctrl-C."""


def run(config: Path | None) -> int:
    """Serve until a signal; returns the exit code."""
    settings = load(config).settings
    telemetry = settings.telemetry
    configure_logs(telemetry.log_level, telemetry.log_format)
    # What was imported stays: no collection has to stop everyone to look at it.
    gc.freeze()
    try:
        uvloop.run(serve(settings, lambda started: announce(started, telemetry)))
    except PolicyProblems as broken:
        raise EngineError(
            f"the policies can't be used, and no earlier ones are remembered\n\n"
            f"{broken.text(_sources(settings.policies.path))}\n",
            hint=f"mend them (`voltrule check {settings.policies.path}` shows the same), "
            "or name another directory in `policies.path`",
        ) from broken
    except asyncio.CancelledError:
        return STOPPED_AT_ONCE
    except KeyboardInterrupt:
        # Ctrl-C before the servers were up.
        return STOPPED_AT_ONCE
    return 0


def _sources(directory: Path) -> dict[str, bytes]:
    """The policy files, to quote them; none where the directory itself is the problem."""
    try:
        return read_directory(directory)
    except PolicyProblems:
        return {}


def announce(started: Started, telemetry: TelemetrySettings) -> None:
    """Tell people on the console, programs in the log."""
    as_json = telemetry.log_format == "json" or (
        telemetry.log_format == "auto" and not sys.stderr.isatty()
    )
    if as_json:
        _log(started)
    else:
        _print(started, Console(highlight=False, soft_wrap=True))


def _log(started: Started) -> None:
    log = structlog.get_logger()
    log.info(
        "listening",
        version=__version__,
        ocppUrl=started.ocpp_url,
        adminUrl=started.admin_url,
        docsUrl=f"{started.admin_url}/docs",
        policies=str(started.policies),
        revision=started.revision,
    )
    if started.first_token is not None:
        log.warning(
            "first admin token made, shown only now",
            adminToken=started.first_token,
            note="keep it safe; `voltrule token create` makes others",
        )
    if started.open_to_all:
        log.warning("open installation", note=f"{OPEN} {how_to_close(started.policies)}")


def _print(started: Started, console: Console) -> None:
    rows = {
        "charge points": started.ocpp_url,
        "admin API": started.admin_url,
        "API docs": f"{started.admin_url}/docs",
        "policies": f"{started.policies}, revision {_short(started.revision)}",
    }
    console.print(f"\n[bold green]Voltrule {__version__}[/] is running.\n")
    for name, value in rows.items():
        console.print(f"  {name:<15}[bold]{escape(value)}[/]")
    if started.first_token is not None:
        console.print(f"  {'admin token':<15}[bold yellow]{escape(started.first_token)}[/]")
        console.print(f"  {'':<15}shown only now: keep it; `voltrule token create` makes others")
    if started.open_to_all:
        console.print(f"\n  [yellow]{OPEN}[/]\n  {escape(how_to_close(started.policies))}")
    console.print("\n  Ctrl-C stops it.\n")


def _short(revision: str) -> str:
    """Enough of a revision for people."""
    return revision[: len("sha256:") + 12]
