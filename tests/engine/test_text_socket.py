import asyncio
from collections.abc import Callable

import pytest
from starlette.types import Receive, Scope, Send
from websockets.asyncio.client import connect
from websockets.frames import Frame, Opcode

from engine.central_system.central_system import TEXT_EXTENSION
from engine.text_socket import TextSocket
from tests.engine.central_system.running import until
from tests.engine.test_servers import listening
from tests.engine.test_sockets import REQUEST, a_client, frame, the_socket


class Echo:
    """Answers each message by the way it came, and notes which way that was."""

    def __init__(self, takes: Callable[[str], bool] = lambda _: True) -> None:
        self.takes = takes
        self.ways: list[tuple[str, str]] = []
        self.asked, self.may_accept = asyncio.Event(), asyncio.Event()
        self.may_accept.set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        self.asked.set()
        await self.may_accept.wait()
        await send({"type": "websocket.accept"})
        self.socket: TextSocket = scope["extensions"][TEXT_EXTENSION]
        self.socket.deliver_to(self.offered)
        while (message := await receive())["type"] == "websocket.receive":
            self.ways.append(("queue", message.get("text", "binary")))
            await send({**message, "type": "websocket.send"})

    def offered(self, text: str) -> bool:
        """Take a message by the short way."""
        if not self.takes(text):
            return False
        self.ways.append(("short", text))
        return self.socket.write_texts([text])


async def read_frames(reader: asyncio.StreamReader, count: int) -> list[str]:
    """The texts of so many short frames."""
    heads = (await reader.readexactly(2) for _ in range(count))
    return [(await reader.readexactly(head[1])).decode() async for head in heads]


@pytest.mark.parametrize("length", [0, 1, 125, 126, 1000, 65_535, 65_536, 200_000])
async def test_a_text_of_any_length_comes_back(length: int) -> None:
    text = "ä" * (length // 2) + "x" * (length % 2)
    async with listening(Echo()) as server, connect(f"ws://{server.address}/CP") as client:
        await client.send(text)
        assert await client.recv() == text


async def test_a_whole_text_goes_the_short_way_and_all_else_uvicorns() -> None:
    echo = Echo()
    async with listening(echo) as server, connect(f"ws://{server.address}/CP") as client:
        for message in ("whole", ["in ", "parts"], b"bytes", "whole again"):
            await client.send(message)
            await client.recv()
        await (await client.ping())
    assert echo.ways == [
        ("short", "whole"),
        ("queue", "in parts"),
        ("queue", "binary"),
        ("short", "whole again"),
    ]


async def test_a_message_that_is_not_taken_is_not_overtaken() -> None:
    echo = Echo(takes=lambda text: text != "wait")
    async with listening(echo) as server:
        reader, writer = await a_client(server)
        texts = ["first", "wait", "then", "this"]
        writer.write(b"".join(frame(Opcode.TEXT, text.encode()) for text in texts))
        assert await read_frames(reader, 4) == texts
        writer.close()
    assert echo.ways == [("short", "first"), *(("queue", text) for text in texts[1:])]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 140])
async def test_messages_arrive_however_they_are_cut(size: int) -> None:
    texts = ["a", "b" * 130, "", "c" * 30]
    async with listening(Echo()) as server:
        reader, writer = await a_client(server)
        data = b"".join(frame(Opcode.TEXT, text.encode()) for text in texts)
        for start in range(0, len(data), size):
            writer.write(data[start : start + size])
            await writer.drain()
            await asyncio.sleep(0)
        for text in texts:
            answer = Frame(Opcode.TEXT, text.encode()).serialize(mask=False)
            assert await reader.readexactly(len(answer)) == answer
        writer.close()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (Frame(Opcode.TEXT, b"unmasked").serialize(mask=False), 1002),
        (b"\xc1" + frame(Opcode.TEXT, b"reserved bit")[1:], 1002),
        (frame(Opcode.TEXT, b"\xff"), 1007),
        (frame(Opcode.TEXT, b"x", last=False) + frame(Opcode.TEXT, b"no end of it"), 1002),
        (frame(Opcode.TEXT, b"x" * 1025), 1009),
    ],
    ids=["unmasked", "reserved bit", "no UTF-8", "unfinished", "too long"],
)
async def test_what_breaks_a_rule_closes_the_connection(data: bytes, code: int) -> None:
    echo = Echo()
    async with listening(echo, message_limit_bytes=1024) as server:
        reader, writer = await a_client(server)
        writer.write(data + frame(Opcode.TEXT, b"too late"))
        head = await reader.readexactly(4)
        assert (head[0] & 15, int.from_bytes(head[2:])) == (Opcode.CLOSE, code)
        writer.close()
    assert echo.ways == []


async def test_who_does_not_wait_for_the_handshake_is_served_too() -> None:
    # Masked like this, the payload "abcdef" looks like an empty text message.
    head, payload = b"\x81\x86\xe0\xe2\0\0", b"\x81\x80cd\x85\x84"
    echo = Echo()
    echo.may_accept.clear()
    async with listening(echo) as server:
        reader, writer = await asyncio.open_connection(server.address.host, server.address.port)
        writer.write(REQUEST + b"\r\n")
        await echo.asked.wait()
        writer.write(head)
        socket = the_socket(server)
        assert isinstance(socket, TextSocket)
        await until(lambda: socket._early)
        echo.may_accept.set()
        await reader.readuntil(b"\r\n\r\n")
        writer.write(payload + frame(Opcode.TEXT, b"later"))
        assert await read_frames(reader, 2) == ["abcdef", "later"]
        writer.close()
