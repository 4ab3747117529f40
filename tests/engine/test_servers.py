import asyncio
import logging
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.frames import Frame, Opcode

from engine.config import OcppSettings
from engine.errors import ConfigError
from engine.servers import Server, bind, ocpp_server


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer each message with itself."""
    await receive()
    await send({"type": "websocket.accept"})
    while (message := await receive())["type"] == "websocket.receive":
        await send({"type": "websocket.send", "text": message["text"]})


async def refuse(scope: Scope, receive: Receive, send: Send) -> None:
    """Refuse each connection with 404."""
    await receive()
    await WebSocket(scope, receive, send).send_denial_response(PlainTextResponse("no", 404))


@asynccontextmanager
async def listening(app: ASGIApp = echo, **settings: Any) -> AsyncIterator[Server]:
    """An OCPP server on a free port."""
    server = ocpp_server(app, bind("ocpp.listen", "127.0.0.1:0"), OcppSettings(**settings), ())
    await server.start()
    try:
        yield server
    finally:
        await server.finish(1)


def test_a_port_in_use_is_told_with_a_way_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(ConfigError) as caught:
            bind("ocpp.listen", address)
    assert str(caught.value) == (
        f"can't listen on `{address}` (`ocpp.listen`): address already in use\n"
        "hint: another program, perhaps another Voltrule, has this port: "
        "stop it, or set VOLTRULE_OCPP__LISTEN to another one"
    )


def test_an_address_of_another_machine_is_told() -> None:
    with pytest.raises(ConfigError, match="this machine has no such address"):
        bind("admin.listen", "192.0.2.1:80")


def test_a_name_that_is_nobody_is_told() -> None:
    with pytest.raises(ConfigError, match=r"can't listen on `nobody\.invalid:1`"):
        bind("admin.listen", "nobody.invalid:1")


def test_an_ipv6_listener_takes_ipv4_too() -> None:
    with bind("ocpp.listen", "[::]:0") as listener:
        assert listener.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY) == 0


async def test_a_server_knows_the_port_it_was_given() -> None:
    async with (
        listening() as server,
        connect(f"ws://{server.address}/CP", ping_interval=None) as client,
    ):
        await client.send("hello")
        assert await client.recv() == "hello"


async def test_a_server_that_stops_accepting_goes_on_serving() -> None:
    async with (
        listening() as server,
        connect(f"ws://{server.address}/CP", ping_interval=None) as client,
    ):
        assert server.accepting
        server.stop_accepting()
        assert not server.accepting
        await client.send("hello")
        assert await client.recv() == "hello"
        with pytest.raises(ConnectionRefusedError):
            await connect(f"ws://{server.address}/CP")


async def test_a_refused_handshake_is_no_error_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    async with listening(refuse) as server:
        with pytest.raises(InvalidStatus) as caught:
            await connect(f"ws://{server.address}/")
    assert caught.value.response.status_code == 404
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


async def test_a_message_over_the_limit_closes_the_connection() -> None:
    async with (
        listening(message_limit_bytes=1024) as server,
        connect(f"ws://{server.address}/CP", ping_interval=None) as client,
    ):
        await client.send("x" * 1025)
        with pytest.raises(ConnectionClosed) as caught:
            await client.recv()
    assert caught.value.rcvd is not None
    assert caught.value.rcvd.code == 1009


class Client:
    """A WebSocket client that answers pings only as long as it likes."""

    def __init__(self, server: Server, *, pongs: int) -> None:
        self.server = server
        self.pongs = pongs
        self.pings = 0

    async def run(self, sends: int = 0, until: int = 1000) -> None:
        """Count pings, answer some; send a message after each of the first pings."""
        host, port = self.server.address.host, self.server.address.port
        reader, writer = await asyncio.open_connection(host, port)
        writer.write(
            b"GET /CP HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        )
        try:
            await reader.readuntil(b"\r\n\r\n")
            while (head := await reader.read(2)) and self.pings < until:
                payload = await reader.readexactly(head[1])
                if head[0] & 15 == Opcode.PING:
                    self.pings += 1
                    if self.pings <= self.pongs:
                        writer.write(Frame(Opcode.PONG, payload).serialize(mask=True))
                    if self.pings <= sends:
                        writer.write(Frame(Opcode.TEXT, b"alive").serialize(mask=True))
        finally:
            writer.close()
            await writer.wait_closed()


async def test_who_answered_pings_and_falls_silent_is_disconnected() -> None:
    async with listening(ping_interval_seconds=0.01, ping_timeout_seconds=0.05) as server:
        client = Client(server, pongs=2)
        async with asyncio.timeout(10):
            await client.run()
    assert client.pings == 3


async def test_who_sends_messages_lives_without_pongs() -> None:
    async with listening(ping_interval_seconds=0.01, ping_timeout_seconds=0.05) as server:
        client = Client(server, pongs=1)
        async with asyncio.timeout(10):
            await client.run(sends=5)
    # The first is answered, the next four get a message instead, the sixth gets nothing.
    assert client.pings == 6


async def test_who_never_answers_pings_is_not_taken_for_dead() -> None:
    async with listening(ping_interval_seconds=0.01, ping_timeout_seconds=0.01) as server:
        client = Client(server, pongs=0)
        async with asyncio.timeout(10):
            await client.run(until=5)
    assert client.pings == 5
