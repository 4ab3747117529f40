"""Commands go out one at a time, and how each ended is known and recorded."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.central_system import (
    CommandFailed,
    CommandRefused,
    CommandTimedOut,
    NotAllowedNow,
    NotConnected,
)
from engine.errors import NotFound
from protocol.messages import (
    ChangeConfigurationReq,
    ClearCacheConf,
    ClearCacheReq,
    ClearCacheStatus,
    GetDiagnosticsReq,
    RemoteStartTransactionReq,
    RemoteStopTransactionReq,
)
from protocol.types import Message
from tests.engine.central_system.charge_point import ChargePoint
from tests.engine.central_system.running import Running, running, until

BOOT = """
name: boot
action: BootNotification
rule:
  match:
    - { id: always, response: { status: STATUS, interval: 60 } }
"""


async def issued_and_answered(
    system: Running, charge_point: ChargePoint, request: Message, *answer: object
) -> Any:
    """Issue a command, answer it with a frame, and give back what came of it."""
    action = type(request).__name__.removesuffix("Req")
    command = await system.central_system.issue("CP1", action, request)
    call = await charge_point.receive()
    await charge_point.send(answer[0], call[1], *answer[1:])
    return await command.result()


async def test_a_command_gets_the_confirmation(tmp_path: Path) -> None:
    async with running(tmp_path) as system, system.charge_point() as charge_point:
        answer = {"status": "Rejected"}
        result = await issued_and_answered(system, charge_point, ClearCacheReq(), 3, answer)
        page = await system.store.commands.list()
    assert result.confirmation == ClearCacheConf(status=ClearCacheStatus.Rejected)
    record = page.items[0]
    assert (record.id, record.status, record.result) == (result.id, "completed", answer)
    assert record.completed_at is not None


async def test_a_call_error_of_the_charge_point_is_a_refusal(tmp_path: Path) -> None:
    async with running(tmp_path) as system, system.charge_point() as charge_point:
        error = ("NotSupported", "no cache", {"a": 1})
        with pytest.raises(CommandRefused) as refused:
            await issued_and_answered(system, charge_point, ClearCacheReq(), 4, *error)
        page = await system.store.commands.list()
    caught = refused.value
    assert (caught.code, caught.description, caught.details) == error
    assert caught.command_id == page.items[0].id
    assert page.items[0].error == {
        "code": "NotSupported",
        "description": "no cache",
        "details": {"a": 1},
    }


async def test_a_confirmation_that_is_not_ocpp_is_a_failure(tmp_path: Path) -> None:
    async with running(tmp_path) as system, system.charge_point() as charge_point:
        with pytest.raises(CommandFailed) as failed:
            await issued_and_answered(system, charge_point, ClearCacheReq(), 3, {"status": "Yes"})
        page = await system.store.commands.list()
    assert [problem.path for problem in failed.value.problems] == ["status"]
    assert page.items[0].status == "failed"


async def test_no_answer_in_time_is_a_time_out_and_the_next_command_goes_out(
    tmp_path: Path,
) -> None:
    async with running(tmp_path) as system, system.charge_point() as charge_point:
        with pytest.raises(CommandTimedOut, match="did not answer `ClearCache` in time"):
            await system.central_system.command("CP1", "ClearCache", ClearCacheReq(), 0.01)
        await charge_point.receive()
        answer = {"status": "Accepted"}
        result = await issued_and_answered(system, charge_point, ClearCacheReq(), 3, answer)
        page = await system.store.commands.list()
    assert result.confirmation.status == "Accepted"
    assert [command.status for command in page.items] == ["completed", "timedOut"]


async def test_a_caller_that_gives_up_does_not_take_the_command_back(tmp_path: Path) -> None:
    async with running(tmp_path) as system, system.charge_point() as charge_point:
        command = await system.central_system.issue("CP1", "ClearCache", ClearCacheReq())
        waiting = asyncio.ensure_future(command.result())
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.wait([waiting])
        call = await charge_point.receive()
        await charge_point.send(3, call[1], {"status": "Accepted"})
        assert (await command.result()).id == command.id


async def test_unknown_and_unconnected_charge_points_are_told_apart(tmp_path: Path) -> None:
    async with running(tmp_path) as system:
        async with system.charge_point() as charge_point:
            await charge_point.boot()
        await until(lambda: system.central_system.connection("CP1") is None)
        with pytest.raises(NotFound, match="there is no charge point `CP2`"):
            await system.central_system.command("CP2", "ClearCache", ClearCacheReq())
        with pytest.raises(NotConnected, match="`CP1` is not connected"):
            await system.central_system.command("CP1", "ClearCache", ClearCacheReq())


@pytest.mark.parametrize(
    ("status", "request_", "allowed"),
    [
        ("Pending", lambda: ClearCacheReq(), True),
        ("Pending", lambda: RemoteStartTransactionReq(id_tag="TAG"), False),
        ("Pending", lambda: RemoteStopTransactionReq(transaction_id=1), False),
        ("Rejected", lambda: ClearCacheReq(), False),
    ],
)
async def test_what_is_not_accepted_gets_few_commands(
    tmp_path: Path, status: str, request_: Callable[[], Message], allowed: bool
) -> None:
    request = request_()
    action = type(request).__name__.removesuffix("Req")
    policies = {"boot.yaml": BOOT.replace("STATUS", status)}
    async with running(tmp_path, policies) as system, system.charge_point() as charge_point:
        await charge_point.boot()
        if allowed:
            await system.central_system.issue("CP1", action, request)
        else:
            with pytest.raises(NotAllowedNow, match=f"is {status}"):
                await system.central_system.issue("CP1", action, request)


async def test_a_remote_start_lets_its_unknown_tag_in(tmp_path: Path) -> None:
    async with running(tmp_path) as system, system.charge_point() as charge_point:
        request = RemoteStartTransactionReq(id_tag="RandomToken", connector_id=1)
        await issued_and_answered(system, charge_point, request, 3, {"status": "Accepted"})
        known = await charge_point.start(idTag="RANDOMTOKEN")
        other = await charge_point.start(idTag="OTHER")
    assert known["idTagInfo"] == {"status": "Accepted"}
    assert other["idTagInfo"] == {"status": "Invalid"}


async def test_a_rejected_remote_start_lets_nobody_in(tmp_path: Path) -> None:
    async with running(tmp_path) as system, system.charge_point() as charge_point:
        request = RemoteStartTransactionReq(id_tag="RandomToken")
        await issued_and_answered(system, charge_point, request, 3, {"status": "Rejected"})
        start = await charge_point.start(idTag="RandomToken")
    assert start["idTagInfo"] == {"status": "Invalid"}


async def test_secrets_of_commands_are_not_recorded(tmp_path: Path) -> None:
    async with running(tmp_path) as system, system.charge_point() as charge_point:
        key = ChangeConfigurationReq(key="AuthorizationKey", value="536563726574")
        await issued_and_answered(system, charge_point, key, 3, {"status": "Accepted"})
        upload = GetDiagnosticsReq(location="ftp://me:Secret@example.com/x")
        await issued_and_answered(system, charge_point, upload, 3, {})
        await system.store.flush()
        commands = (await system.store.commands.list()).items
        messages = (await system.store.messages.list()).items
    recorded = [*map(repr, commands), *map(repr, messages)]
    assert len(recorded) == 6
    assert not [text for text in recorded if "536563726574" in text or "Secret" in text]
