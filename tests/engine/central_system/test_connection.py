"""One socket: whatever comes, whatever crosses, in whatever pieces."""

import asyncio
import json
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from engine.central_system import CommandTimedOut
from protocol.messages import ClearCacheReq
from tests.engine.central_system.charge_point import a_start, some_meter_values
from tests.engine.central_system.running import running, until


@pytest.mark.parametrize(
    "garbage",
    [
        "",
        "garbage",
        "{}",
        "[]",
        "[2]",
        "[9,1]",
        "null",
        '[3,"x",{}]',
        '[4,"x","y","z",{}]',
        b"\xff",
    ],
    ids=repr,
)
async def test_garbage_is_ignored_and_the_next_call_answered(
    tmp_path: Path, garbage: str | bytes
) -> None:
    async with running(tmp_path) as system, system.charge_point() as charge_point:
        await charge_point.send(garbage)
        assert "currentTime" in await charge_point.call("Heartbeat", {})


async def test_a_call_that_breaks_a_rule_gets_the_call_error_of_that_rule(tmp_path: Path) -> None:
    async with running(tmp_path) as system, system.charge_point() as charge_point:
        await charge_point.send(2, "1", "Fly", {})
        assert (await charge_point.receive())[:3] == [4, "1", "NotImplemented"]
        await charge_point.send(2, "2", "Reset", {"type": "Hard"})
        assert (await charge_point.receive())[:3] == [4, "2", "NotSupported"]
        await charge_point.send(2, "3", "Authorize", {})
        assert (await charge_point.receive())[:3] == [4, "3", "ProtocolError"]
    assert b'voltrule_call_errors_total{action="",code="NotImplemented"} 1.0' in (
        system.metrics.exposition()
    )


async def test_a_charge_that_is_written_wrong_is_recorded_to_the_wh(tmp_path: Path) -> None:
    sampled = [{"value": 1.5, "unit": "KWH"}, {"value": "9", "measurand": "Warp", "unit": "%"}]
    values = {"timestamp": "2026-01-31T12:00:00Z", "sampledValue": sampled}
    stop = {"meterStop": "1800", "timestamp": "2026-01-31T13:00:00Z", "reason": "local"}
    async with running(tmp_path) as system, system.charge_point() as charge_point:
        started = await charge_point.call("StartTransaction", a_start(meterStart="1200"))
        id_ = started["transactionId"]
        charged = {"connectorId": 1, "transactionId": str(id_), "meterValue": [values]}
        assert await charge_point.call("MeterValues", charged) == {}
        await charge_point.call("StopTransaction", {"transactionId": str(id_), **stop})
        transaction = await system.store.transactions.get(id_)
        measured = (await system.store.meter_values.list(id_)).items
    assert transaction is not None
    assert (transaction.meter_start, transaction.meter_stop) == (1200, 1800)
    assert [(m.measurand, m.base_number, m.base_unit) for m in measured] == [
        ("Energy.Active.Import.Register", 1500, "Wh"),
        ("Warp", 9, "Percent"),
    ]


async def test_what_was_put_right_is_counted_and_logged(tmp_path: Path) -> None:
    async with running(tmp_path) as system, system.charge_point() as charge_point:
        with capture_logs() as logs:
            await charge_point.call("Authorize", {"idTag": 4711}, "1")
    assert b'voltrule_calls_repaired_total{action="Authorize"} 1.0' in system.metrics.exposition()
    assert [log for log in logs if log["event"] == "call repaired"] == [
        {
            "event": "call repaired",
            "log_level": "info",
            "chargePointId": "CP1",
            "messageId": "1",
            "action": "Authorize",
            "problems": ["`idTag` must be text, not an integer"],
        }
    ]


async def test_a_binary_message_is_read_like_text(tmp_path: Path) -> None:
    async with running(tmp_path) as system, system.charge_point() as charge_point:
        await charge_point.send(b'[2,"1","Heartbeat",{}]')
        assert (await charge_point.receive())[:2] == [3, "1"]


async def test_a_message_over_the_limit_ends_the_connection(tmp_path: Path) -> None:
    async with running(tmp_path, message_limit_bytes=2048) as system:
        async with system.charge_point() as charge_point:
            await charge_point.send(json.dumps([2, "1", "Heartbeat", {"x": "x" * 3000}]))
            assert (await charge_point.closed())[0] == 1009
        async with system.charge_point() as charge_point:
            assert "currentTime" in await charge_point.call("Heartbeat", {})


async def test_a_message_in_fragments_is_one_message(tmp_path: Path) -> None:
    async with running(tmp_path) as system, system.charge_point() as charge_point:
        await charge_point.socket.send(['[2,"1","Heart', 'beat",', "{}]"])
        assert (await charge_point.receive())[:2] == [3, "1"]


async def test_calls_sent_at_once_are_answered_in_order(tmp_path: Path) -> None:
    async with running(tmp_path) as system, system.charge_point() as charge_point:
        for number in range(300):
            await charge_point.send(2, str(number), "MeterValues", some_meter_values())
        answered = [(await charge_point.receive())[1] for _ in range(300)]
    assert answered == [str(number) for number in range(300)]


async def test_a_retried_call_gets_its_answer_again_and_is_handled_once(tmp_path: Path) -> None:
    async with running(tmp_path) as system, system.charge_point() as charge_point:
        first = await charge_point.call("StartTransaction", a_start(), "same")
        second = await charge_point.call("StartTransaction", a_start(), "same")
        await system.store.flush()
        page = await system.store.decisions.list(action="StartTransaction")
    assert second == first
    assert len(page.items) == 1


async def test_a_command_that_waits_delays_no_answer(tmp_path: Path) -> None:
    async with running(tmp_path) as system, system.charge_point() as charge_point:
        command = await system.central_system.issue("CP1", "ClearCache", ClearCacheReq())
        call = await charge_point.receive()
        assert call[2:] == ["ClearCache", {}]
        assert (await charge_point.start())["transactionId"] > 0
        await charge_point.send(3, call[1], {"status": "Accepted"})
        await command.result()


async def test_a_call_that_waits_for_the_disk_delays_no_result(tmp_path: Path) -> None:
    async with running(tmp_path) as system, system.charge_point() as charge_point:
        command = await system.central_system.issue("CP1", "ClearCache", ClearCacheReq())
        call = await charge_point.receive()
        with system.locked_database():
            await charge_point.send(2, "1", "MeterValues", some_meter_values())
            await charge_point.send(3, call[1], {"status": "Accepted"})
            await until(lambda: command.is_ended)
        assert (await charge_point.receive())[:2] == [3, "1"]


async def test_a_late_result_is_ignored(tmp_path: Path) -> None:
    async with running(tmp_path) as system, system.charge_point() as charge_point:
        with pytest.raises(CommandTimedOut):
            await system.central_system.command("CP1", "ClearCache", ClearCacheReq(), 0.01)
        late = await charge_point.receive()
        await charge_point.send(3, late[1], {"status": "Accepted"})
        await charge_point.send(3, late[1], {"status": "Accepted"})
        assert "currentTime" in await charge_point.call("Heartbeat", {})
    assert b"voltrule_messages_ignored_total 2.0" in system.metrics.exposition()


async def test_a_flood_of_calls_is_read_no_faster_than_handled(tmp_path: Path) -> None:
    async with running(tmp_path) as system, system.charge_point() as charge_point:
        with system.locked_database():
            for number in range(500):
                await charge_point.send(2, str(number), "MeterValues", some_meter_values())
            await system.has_calls_in_work("CP1", 65)
            live = system.central_system.connections.known("CP1")
            assert live is not None
            waiting = len(live.waiting or ())
        answered = [(await charge_point.receive())[1] for _ in range(500)]
    assert waiting == 64
    assert answered == [str(number) for number in range(500)]


async def test_what_no_answer_waits_for_is_read_no_faster_than_stored(tmp_path: Path) -> None:
    async with running(tmp_path) as system, system.charge_point() as charge_point:
        with system.locked_database():
            for number in range(8):
                await charge_point.send(2, str(number), "Heartbeat", {"extra": "x" * 200_000})
            answered = [(await charge_point.receive())[1] for _ in range(2)]
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(charge_point.receive(), 0.1)
        answered += [(await charge_point.receive())[1] for _ in range(6)]
    assert answered == [str(number) for number in range(8)]


async def test_the_log_tells_of_some_mistakes_and_not_of_ten_thousand(tmp_path: Path) -> None:
    async with running(tmp_path) as system, system.charge_point() as charge_point:
        with capture_logs() as logs:
            for _ in range(100):
                await charge_point.send("garbage")
                await charge_point.send(2, "i" * 1000, "Fly", {})
                assert (await charge_point.receive())[:3] == [4, "i" * 1000, "FormationViolation"]
    told = [entry for entry in logs if entry["event"] in ("message ignored", "call rejected")]
    assert 10 <= len(told) < 100
    assert max(len(str(entry)) for entry in told) < 600


async def test_numbers_of_any_size_do_not_fill_the_memory(tmp_path: Path) -> None:
    async with running(tmp_path) as system, system.charge_point() as charge_point:
        for number in range(200):
            status = {"errorCode": "NoError", "status": "Available"}
            connector = {"connectorId": 2**40 + number}
            await charge_point.call("StatusNotification", status | connector)
        live = system.central_system.connections.known("CP1")
        assert live is not None
        assert len(live.connectors or ()) == 32
