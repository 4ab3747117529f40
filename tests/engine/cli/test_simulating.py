import asyncio
from pathlib import Path

import pytest

from tests.engine.cli.running import voltrule
from tests.engine.simulator.central_system import CentralSystem, central_system


async def simulate(monkeypatch: pytest.MonkeyPatch, system: CentralSystem, *options: str) -> int:
    """Run the command on a thread of its own, as it has an event loop of its own."""
    arguments = ("simulate", system.url, "--speed", "1000", *options)
    return await asyncio.to_thread(voltrule, monkeypatch, *arguments)


async def test_one_charge_point_shows_each_message(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async with central_system() as system:
        assert await simulate(monkeypatch, system, "--id", "ESP32") == 0
    printed = capsys.readouterr().out
    assert system.paths == ["/ocpp/ESP32"]
    assert '→ BootNotification.req               {"chargePointVendor":"Voltrule"' in printed
    assert '← StartTransaction.conf              {"idTagInfo":{"status":"Accepted"}' in printed


async def test_many_charge_points_show_a_summary(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async with central_system() as system:
        assert await simulate(monkeypatch, system, "--count", "3") == 0
    printed = capsys.readouterr().out
    assert sorted(system.paths) == ["/ocpp/SIM-0001", "/ocpp/SIM-0002", "/ocpp/SIM-0003"]
    assert "3 of 3" in printed
    assert "42 of 42" in printed


async def test_an_expectation_that_is_not_met_is_exit_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    scenario = tmp_path / "scenario.yaml"
    scenario.write_text("steps: [{Authorize: {}, expect: {idTagInfo: {status: Blocked}}}]")
    async with central_system() as system:
        assert await simulate(monkeypatch, system, "--scenario", str(scenario)) == 1
    assert "`idTagInfo.status` is 'Accepted', not 'Blocked'" in capsys.readouterr().err


async def test_a_refused_charge_point_is_exit_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async with central_system() as system:
        system.refuse_with = 401
        assert await simulate(monkeypatch, system, "--count", "2") == 1
    assert "0 of 2" in capsys.readouterr().out
