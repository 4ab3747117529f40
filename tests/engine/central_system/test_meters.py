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


FAILING = """
name: NAME
action: [Heartbeat, Connect]
mode: MODE
on_error: default
rule:
  match: [{ id: site, condition: chargePoint.labels.site == 'x', output: "{}" }]
effects: [{ id: told, event: { name: told, message: "${ chargePoint.labels.site }" } }]
"""


def errors(system: Running) -> list[str]:
    """The lines of the metric."""
    lines = system.metrics.exposition().decode().splitlines()
    return sorted(line for line in lines if line.startswith("voltrule_policy_errors_total{"))


async def test_errors_are_counted_by_policy_and_item_until_they_are_gone(tmp_path: Path) -> None:
    policy = FAILING.replace("[Heartbeat, Connect]", "Heartbeat").replace("MODE", "enforce")
    shadow = policy.replace("enforce", "shadow").replace("NAME", "b")
    files = {"a.yaml": policy.replace("NAME", "a"), "b.yaml": shadow}
    async with running(tmp_path, files) as system, system.charge_point() as charge_point:
        for _ in range(2):
            await charge_point.call("Heartbeat", {})
        assert errors(system) == [
            f'voltrule_policy_errors_total{{policy="{name}",rule="{rule}"}} 2.0'
            for name in ("a", "b")
            for rule in ("", "site")
        ]
        system.write_policy(shadow, "b.yaml")
        (system.policies.path / "a.yaml").unlink()
        await system.policies.reload()
        assert [line.split("{")[1] for line in errors(system)] == [
            'policy="b",rule=""} 2.0',
            'policy="b",rule="site"} 2.0',
        ]


async def test_errors_of_a_handshake_are_counted_and_shown(tmp_path: Path) -> None:
    policy = FAILING.replace("[Heartbeat, Connect]", "Connect").replace("MODE", "enforce")
    policy = policy.replace('"{}"', "\"{'status': 'Accepted'}\"")
    async with running(tmp_path, {"a.yaml": policy}) as system, system.charge_point():
        (shown,) = system.policies.status().policies
    assert (shown.errors, shown.last_error_at is not None) == (2, True)
    assert shown.last_error == "NAME: effect `told`: a.yaml:8:57: no such key: `site`"
