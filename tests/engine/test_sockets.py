import asyncio
import logging
import socket
from contextlib import suppress

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame, Opcode

from engine import sockets
from engine.servers import Server
from engine.sockets import FRAGMENTS, HANDSHAKE_BYTES, ChargePointSocket
from tests.engine.test_servers import listening

REQUEST = (
    b"GET /CP HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
)


async def answer(server: Server, request: bytes) -> bytes:
    """The status line that a request gets; empty when the connection is closed without one."""
    reader, writer = await asyncio.open_connection(server.address.host, server.address.port)
    try:
        writer.write(request)
        return (await reader.readline()).rstrip()
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


async def a_client(server: Server) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A WebSocket whose frames are written by hand."""
    reader, writer = await asyncio.open_connection(server.address.host, server.address.port)
    writer.write(REQUEST + b"\r\n")
    await reader.readuntil(b"\r\n\r\n")
    return reader, writer


def the_socket(server: Server) -> ChargePointSocket:
    """The one connection there is."""
    (connection,) = server.server_state.connections
    assert isinstance(connection, ChargePointSocket)
    return connection


def frame(opcode: Opcode, data: bytes = b"", *, last: bool = True) -> bytes:
    return Frame(opcode, data, fin=last).serialize(mask=True)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (b"", b"HTTP/1.1 101 Switching Protocols"),
        (b"Connection: keep-alive\r\n", b"HTTP/1.1 101 Switching Protocols"),
        (b"A: " + b"a" * 9000 + b"\r\n", b"HTTP/1.1 400 Bad Request"),
        (b"A: a\r\n" * 200, b"HTTP/1.1 431 Request Header Fields Too Large"),
        (b"A: " + b"a" * HANDSHAKE_BYTES, b"HTTP/1.1 431 Request Header Fields Too Large"),
    ],
)
async def test_every_handshake_gets_its_answer(headers: bytes, status: bytes) -> None:
    async with listening() as server, asyncio.timeout(10):
        assert await answer(server, REQUEST + headers + b"\r\n") == status


@pytest.mark.parametrize("begun", [b"", b"GET /CP HTT", REQUEST])
async def test_a_handshake_that_takes_too_long_is_ended(
    begun: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets, "HANDSHAKE_SECONDS", 0.01)
    async with listening() as server, asyncio.timeout(10):
        assert await answer(server, begun) == b""


async def test_a_websocket_outlives_the_time_of_its_handshake(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sockets, "HANDSHAKE_SECONDS", 0.01)
    async with listening() as server, connect(f"ws://{server.address}/CP") as client:
        await answer(server, b"")
        await client.send("hello")
        assert await client.recv() == "hello"


async def test_text_that_is_no_utf8_closes_the_connection_and_is_no_error_of_ours(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with listening() as server, connect(f"ws://{server.address}/CP") as client:
        await client.send(b"\xff", text=True)
        with pytest.raises(ConnectionClosed) as caught:
            await client.recv()
    assert caught.value.rcvd is not None
    assert caught.value.rcvd.code == 1007
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


async def test_who_sends_much_at_once_gets_all_of_it_answered_in_order() -> None:
    texts = [f"{number}" * (number % 7) for number in range(20_000)] + ["x" * 300_000]
    async with listening() as server, connect(f"ws://{server.address}/CP") as client:
        sending = asyncio.create_task(_send_all(client.transport, texts))
        assert [await client.recv() for _ in texts] == texts
        await sending


async def _send_all(transport: asyncio.Transport, texts: list[str]) -> None:
    transport.write(b"".join(frame(Opcode.TEXT, text.encode()) for text in texts))


async def test_others_have_their_turn_while_one_sends_much() -> None:
    async with listening() as server, connect(f"ws://{server.address}/CP") as other:
        reader, writer = await a_client(server)
        writer.write(frame(Opcode.PING) * 30_000)
        await other.send("hello")
        assert await other.recv() == "hello"
        pongs = len(await reader.read(2 * 30_000)) // 2
        writer.close()
    assert pongs < 20_000


async def test_who_does_not_read_is_not_read_from() -> None:
    async with listening() as server, asyncio.timeout(20):
        with socket.create_connection((server.address.host, server.address.port)) as client:
            client.setblocking(False)
            loop = asyncio.get_running_loop()
            await loop.sock_sendall(client, REQUEST + b"\r\n")
            await loop.sock_recv(client, 1024)
            connection = the_socket(server)
            pings = loop.create_task(
                loop.sock_sendall(client, frame(Opcode.PING, b"a" * 125) * 200_000)
            )
            while connection.writable.is_set() or not connection.read_paused:  # noqa: ASYNC110
                await asyncio.sleep(0)
            assert not pings.done()
            pings.cancel()
    await asyncio.gather(pings, return_exceptions=True)


async def test_empty_fragments_take_no_memory() -> None:
    async with listening() as server:
        reader, writer = await a_client(server)
        writer.write(frame(Opcode.TEXT, b"a", last=False))
        writer.write(frame(Opcode.CONT, last=False) * (3 * FRAGMENTS) + frame(Opcode.PING))
        assert await reader.readexactly(2) == Frame(Opcode.PONG, b"").serialize(mask=False)
        assert len(the_socket(server).frames) <= FRAGMENTS
        writer.write(frame(Opcode.CONT, b"b"))
        assert (await reader.readexactly(4))[2:] == b"ab"
        writer.close()
