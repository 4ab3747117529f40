"""What all parts share: work in progress, and records that nobody waits for."""

import asyncio
from pathlib import Path

from structlog.testing import capture_logs

from engine.central_system.context import Context
from engine.central_system.meters import Meters
from engine.config import OcppSettings
from protocol.timestamps import Timestamp
from tests.engine.central_system.running import Running, running

TIME = Timestamp.parse("2026-01-31T12:00:00Z")


def a_context(system: Running) -> Context:
    """A context of its own on the store of a running system."""
    return Context(
        store=system.store,
        policies=system.policies,
        settings=OcppSettings(),
        meters=Meters(system.metrics),
        clock=lambda: TIME,
    )


async def test_it_is_idle_when_the_last_call_has_ended(tmp_path: Path) -> None:
    async with running(tmp_path) as system:
        context = a_context(system)
        await context.idle()
        context.work_begins()
        context.work_begins()
        context.work_ends()
        waiting = asyncio.ensure_future(context.idle())
        await asyncio.sleep(0)
        assert not waiting.done()
        context.work_ends()
        await waiting


async def test_a_record_that_fails_is_counted_and_logged_once_a_second(tmp_path: Path) -> None:
    async with running(tmp_path) as system:
        context = a_context(system)
        system.break_store()
        with capture_logs() as logs:
            for _ in range(3):
                write = system.store.messages.logged("CP1", "received", TIME, "text")
                recorded = context.record(write)
                assert recorded is not None
                await asyncio.wait([recorded])
                await asyncio.sleep(0)
    assert [entry["event"] for entry in logs] == ["store failed"]
    assert b"voltrule_store_failures_total 3.0" in system.metrics.exposition()
