"""What the central system counts can be scraped."""

from pathlib import Path

import pytest

from tests.engine.central_system.running import Running, running


def value(system: Running, metric: str) -> float:
    """The value of one line of the exposition."""
    lines = system.metrics.exposition().decode().splitlines()
    return next(float(line.split()[-1]) for line in lines if line.startswith(metric + " "))


async def test_commits_and_what_waits_for_them_are_counted(tmp_path: Path) -> None:
    async with running(tmp_path) as system, system.charge_point() as charge_point:
        await charge_point.start()
        assert value(system, "voltrule_store_commit_seconds_count") >= 1
        assert value(system, "voltrule_store_queued") == 0


async def test_calls_decisions_and_connections_are_counted(tmp_path: Path) -> None:
    async with running(tmp_path) as system, system.charge_point() as charge_point:
        await charge_point.call("Heartbeat", {})
        await charge_point.start()
        assert value(system, "voltrule_connections") == 1
        assert value(system, 'voltrule_handshakes_total{status="Accepted"}') == 1
        assert value(system, 'voltrule_calls_total{action="Heartbeat"}') == 1
        assert value(system, 'voltrule_call_seconds_count{action="StartTransaction"}') == 1
        decisions = 'voltrule_decisions_total{action="Heartbeat",source="default"}'
        assert value(system, decisions) == 1


async def test_a_broken_policy_directory_shows(tmp_path: Path) -> None:
    async with running(tmp_path) as system:
        assert value(system, "voltrule_policy_problems") == 1  # there are no policies
        system.write_policy("name: 1\nnonsense: true\n")
        await system.policies.reload()
        assert value(system, "voltrule_policy_problems") > 1
        assert value(system, "voltrule_policy_loads_total") == 1


async def test_a_reload_is_counted(tmp_path: Path) -> None:
    async with running(tmp_path) as system:
        system.write_policy("name: a\naction: Heartbeat\nrule: { match: [] }\n")
        await system.policies.reload()
        problems = value(system, "voltrule_policy_problems")
        assert value(system, "voltrule_policy_loads_total") == (1 if problems else 2)


async def test_every_attempt_to_load_the_directory_is_counted(tmp_path: Path) -> None:
    async with running(tmp_path) as system:
        name = "voltrule_policy_reload"
        last = f"{name}_last_success_timestamp_seconds"
        system.write_policy("name: 1\nnonsense: true\n")
        await system.policies.reload()
        success = system.policies.status().last_success_at
        assert success is not None
        assert [
            value(system, f"{name}_attempts_total"),
            value(system, f"{name}_failures_total"),
        ] == [
            2,
            1,
        ]
        assert value(system, last) == pytest.approx(success.timestamp())


async def test_the_live_revision_is_shown_alone(tmp_path: Path) -> None:
    async with running(tmp_path) as system:
        system.write_policy("name: a\naction: Heartbeat\nrule: { match: [{ response: {} }] }\n")
        await system.policies.reload()
        lines = system.metrics.exposition().decode().splitlines()
        revision = system.policies.current.revision
        assert [line for line in lines if line.startswith("voltrule_policy_revision_info")] == [
            f'voltrule_policy_revision_info{{revision="{revision}",source="directory"}} 1.0'
        ]
