"""What is written of an exchange can be read back."""

import json
from pathlib import Path

from protocol.messages import ChangeConfigurationReq
from tests.engine.central_system.running import running


async def test_an_unreadable_message_is_recorded_as_it_came(tmp_path: Path) -> None:
    async with running(tmp_path) as system, system.charge_point() as charge_point:
        await charge_point.send("[2,")
        await charge_point.call("Heartbeat", {})
        await system.store.flush()
        page = await system.store.messages.list()
    oldest = page.items[-1]
    assert (oldest.direction, oldest.text, oldest.action) == ("received", "[2,", None)


async def test_a_refused_call_and_its_call_error_are_recorded(tmp_path: Path) -> None:
    async with running(tmp_path, refuse_before_accepted=True) as system:
        async with system.charge_point() as charge_point:
            await charge_point.send(2, "1", "Heartbeat", {})
            answer = await charge_point.receive()
        await system.store.flush()
        page = await system.store.messages.list(action="Heartbeat")
    assert [json.loads(message.text) for message in page.items] == [
        answer,
        [2, "1", "Heartbeat", {}],
    ]


async def test_a_command_and_its_answer_are_recorded_under_its_id(tmp_path: Path) -> None:
    async with running(tmp_path) as system, system.charge_point() as charge_point:
        request = ChangeConfigurationReq(key="HeartbeatInterval", value="60")
        command = await system.central_system.issue("CP1", "ChangeConfiguration", request)
        call = await charge_point.receive()
        await charge_point.send(3, call[1], {"status": "Accepted"})
        await command.result()
        await system.store.flush()
        page = await system.store.messages.list(action="ChangeConfiguration")
    assert [(m.direction, m.message_id, json.loads(m.text)) for m in page.items] == [
        ("received", command.id, [3, command.id, {"status": "Accepted"}]),
        ("sent", command.id, call),
    ]
