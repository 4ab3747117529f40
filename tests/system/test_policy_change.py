"""A policy file is edited while a charge point is connected, in each way editors and tools do."""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.system.admin import Admin
from tests.system.charge_point import ChargePoint, a_start
from tests.system.server import Server

MakeServer = Callable[..., Server]

CONNECTOR_ONE = """\
name: connector-one-only
action: StartTransaction
rule:
  match:
    - id: one
      condition: request.connectorId == 1
      response: { idTagInfo: { status: Accepted } }
    - id: out-of-service
      explanation: "'connector ' + string(request.connectorId) + ' is out of service'"
      response: { idTagInfo: { status: Blocked } }
"""
CONNECTOR_TWO = CONNECTOR_ONE.replace("connectorId == 1", "connectorId == 2")
BROKEN = CONNECTOR_ONE.replace("connectorId == 1", "conectorId == 1")
CONNECT = """\
name: connect
action: Connect
rule:
  match:
    - id: anyone
      response: { status: Accepted }
"""


def edited_in_place(file: Path, text: str) -> None:
    file.write_text(text)


def renamed_over(file: Path, text: str) -> None:
    """As vim, git and most editors save."""
    new = file.with_name(".new-file~")
    new.write_text(text)
    new.rename(file)


def deleted_and_made_again(file: Path, text: str) -> None:
    file.unlink()
    file.write_text(text)


def swapped_by_symlink(file: Path, text: str) -> None:
    """As Kubernetes updates a ConfigMap: a new directory, and `..data` renamed onto it."""
    directory = file.parent
    made = directory / f"..{os.urandom(4).hex()}"
    made.mkdir()
    (made / file.name).write_text(text)
    (directory / "..data_tmp").symlink_to(made.name)
    (directory / "..data_tmp").rename(directory / "..data")


def mounted(server: Server, name: str) -> None:
    """Lay one policy file out as a ConfigMap mount does: the file is a link through `..data`."""
    file = server.policies / name
    text = file.read_text()
    file.unlink()
    swapped_by_symlink(file, text)
    file.symlink_to(Path("..data") / name)


def a_server(new_server: MakeServer, rules: str = CONNECTOR_ONE) -> Server:
    return new_server(policies={"connect.yaml": CONNECT, "connector.yaml": rules})


async def statuses(charge_point: ChargePoint) -> list[str]:
    """What a start on connector 1 and one on connector 2 are answered."""
    answers = [
        await charge_point.request("StartTransaction", a_start("TAG", connector_id=connector_id))
        for connector_id in (1, 2)
    ]
    return [answer["idTagInfo"]["status"] for answer in answers]


async def until_statuses(charge_point: ChargePoint, wanted: list[str]) -> None:
    async with asyncio.timeout(2):
        while await statuses(charge_point) != wanted:
            pass


async def problems(admin: Admin) -> list[dict[str, Any]]:
    """The problems of the last reload, as soon as there are any."""
    async with asyncio.timeout(2):
        while not (status := await admin.get("/v1/policies"))["problems"]:
            pass
    found: list[dict[str, Any]] = status["problems"]
    return found


async def test_connector_one_is_accepted_and_connector_two_blocked(new_server: MakeServer) -> None:
    server = a_server(new_server).start()
    async with ChargePoint(server.ocpp_url, "CP") as charge_point:
        assert await statuses(charge_point) == ["Accepted", "Blocked"]
    async with Admin(server.admin_url, server.token) as admin:
        decision = await admin.last_decision("CP", "StartTransaction")
        names = ("source", "policy", "rule", "explanation", "errors")
        assert [decision[name] for name in names] == [
            "policy",
            "connector-one-only",
            "out-of-service",
            "connector 2 is out of service",
            [],
        ]
        assert decision["revision"] == (await admin.get("/v1/policies"))["revision"]


@pytest.mark.parametrize(
    "edit", [edited_in_place, renamed_over, deleted_and_made_again, swapped_by_symlink]
)
async def test_an_edit_changes_the_next_answer_on_the_open_connection(
    new_server: MakeServer, edit: Callable[[Path, str], None]
) -> None:
    server = a_server(new_server)
    if edit is swapped_by_symlink:
        mounted(server, "connector.yaml")
    server.start()
    async with ChargePoint(server.ocpp_url, "CP") as charge_point:
        assert await statuses(charge_point) == ["Accepted", "Blocked"]
        edit(server.policies / "connector.yaml", CONNECTOR_TWO)
        await until_statuses(charge_point, ["Blocked", "Accepted"])
        edit(server.policies / "connector.yaml", CONNECTOR_ONE)
        await until_statuses(charge_point, ["Accepted", "Blocked"])


async def test_a_deleted_policy_no_longer_decides(new_server: MakeServer) -> None:
    server = a_server(new_server).start()
    async with ChargePoint(server.ocpp_url, "CP") as charge_point:
        (server.policies / "connector.yaml").unlink()
        await until_statuses(charge_point, ["Invalid", "Invalid"])


async def test_a_broken_edit_changes_no_answer_and_shows_where_the_mistake_is(
    new_server: MakeServer,
) -> None:
    server = a_server(new_server).start()
    async with (
        ChargePoint(server.ocpp_url, "CP") as charge_point,
        Admin(server.admin_url, server.token) as admin,
    ):
        revision = (await admin.get("/v1/policies"))["revision"]
        (server.policies / "connector.yaml").write_text(BROKEN)
        (problem,) = await problems(admin)
        place = [problem[name] for name in ("file", "line", "column", "severity")]
        assert place == ["connector.yaml", 6, 26, "error"]
        assert "conectorId" in problem["message"]
        assert await statuses(charge_point) == ["Accepted", "Blocked"]
        assert (await admin.get("/v1/policies"))["revision"] == revision
        (server.policies / "connector.yaml").write_text(CONNECTOR_TWO)
        await until_statuses(charge_point, ["Blocked", "Accepted"])
        assert (await admin.get("/v1/policies"))["problems"] == []


async def test_the_last_good_policies_survive_a_restart_with_a_broken_directory(
    new_server: MakeServer,
) -> None:
    server = a_server(new_server).start()
    async with Admin(server.admin_url, server.token) as admin:
        (server.policies / "connector.yaml").write_text(BROKEN)
        await problems(admin)
    assert server.stop() == 0
    server.start()
    async with (
        ChargePoint(server.ocpp_url, "CP") as charge_point,
        Admin(server.admin_url, server.token) as admin,
    ):
        assert await statuses(charge_point) == ["Accepted", "Blocked"]
        (problem,) = await problems(admin)
        assert (problem["file"], problem["line"]) == ("connector.yaml", 6)
        (server.policies / "connector.yaml").write_text(CONNECTOR_TWO)
        await until_statuses(charge_point, ["Blocked", "Accepted"])


async def test_a_reload_over_the_api_takes_the_edit_at_once(new_server: MakeServer) -> None:
    server = a_server(new_server).start()
    async with (
        ChargePoint(server.ocpp_url, "CP") as charge_point,
        Admin(server.admin_url, server.token) as admin,
    ):
        (server.policies / "connector.yaml").write_text(CONNECTOR_TWO)
        response = await admin.request("POST", "/v1/policies/reload")
        assert response.status_code == 200, response.text
        assert await statuses(charge_point) == ["Blocked", "Accepted"]
