"""`voltrule simulate` against `voltrule serve`, each in a process of its own."""

import asyncio
import subprocess
import sys
from uuid import uuid4

from tests.system.admin import Admin
from tests.system.output import Output
from tests.system.server import Server


def simulate(server: Server, *options: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "engine", "simulate", server.ocpp_url, *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
    )


async def test_simulated_charge_points_charge_once_each_and_end_with_0(
    server: Server, admin: Admin, tag: str
) -> None:
    name = f"SIM{uuid4().hex[:6]}"
    process = simulate(server, "--count", "3", "--id", name, "--id-tag", tag)
    output, _ = await asyncio.to_thread(process.communicate, timeout=30)
    assert process.returncode == 0, output
    shown = [each for each in await admin.all("/v1/transactions") if each["idTag"] == tag]
    assert len({each["chargePointId"] for each in shown}) == 3, output
    assert [each["reason"] for each in shown] == ["Local"] * 3


async def test_a_simulated_charge_point_that_stays_obeys_a_remote_start(
    server: Server, admin: Admin, tag: str
) -> None:
    name = f"SIM{uuid4().hex[:6]}"
    process = simulate(server, "--id", name, "--id-tag", tag, "--stay")
    assert process.stdout is not None
    output = Output(process.stdout)
    await asyncio.to_thread(output.wait_for, "stays connected", 30)
    start = {"connectorId": 2, "idTag": tag}
    assert await admin.result(name, "RemoteStartTransaction", start) == {"status": "Accepted"}
    await asyncio.to_thread(output.wait_for, r'"connectorId":2.*"status":"Charging"', 10)
    (running,) = await admin.all("/v1/transactions", chargePointId=name, open="true")
    assert (running["connectorId"], running["idTag"]) == (2, tag)
    process.terminate()
    await asyncio.to_thread(output.wait_for_end, 10)
    process.wait(10)
