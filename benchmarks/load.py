"""The load: charge points that each send their next Call as soon as the last is answered."""

import asyncio
import struct
from collections.abc import Iterator
from functools import partial
from time import perf_counter
from typing import cast

import msgspec

from benchmarks.messages import BOOT, Calls, start_transactions

TEXT = 0x81
PING = 0x89
PONG = 0x8A


class Measured(msgspec.Struct):
    """What one server did with one kind of Call."""

    seconds: float
    latencies: list[float]
    """Seconds from a Call to its answer, sorted."""

    @property
    def per_second(self) -> float:
        """Calls answered in a second, over all connections."""
        return len(self.latencies) / self.seconds

    def percentile(self, percent: float) -> float:
        """Seconds within which `percent` of the Calls were answered."""
        return self.latencies[
            min(int(len(self.latencies) * percent / 100), len(self.latencies) - 1)
        ]


class ChargePoint(asyncio.Protocol):
    """
    A WebSocket client that does no more than a load needs.

    A client of a library would cost as much as the servers that it measures. Frames are masked
    with the key 0, so that the payload stands in them as it is (RFC 6455 §5.3).
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.finished: asyncio.Future[None] | None = None
        self.answer = ""
        self._buffer = b""
        self._open = False
        self._calls: Iterator[str] = iter(())
        self._until = 0.0
        self._pause = 0.0
        self._sent_at = 0.0
        self._latencies: list[float] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the WebSocket."""
        self._transport = cast(asyncio.Transport, transport)
        self._transport.write(
            f"GET /ocpp/{self.name} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: ocpp1.6\r\n\r\n".encode()
        )

    def connection_lost(self, exc: Exception | None) -> None:
        """Fail whoever waits: a benchmark's server must not hang up."""
        for waiting in (self.ready, self.finished):
            if waiting is not None and not waiting.done():
                waiting.set_exception(ConnectionError(f"{self.name} was disconnected: {exc}"))

    def data_received(self, data: bytes) -> None:
        """Read frames, and send the next Call for each answer."""
        self._buffer += data
        if not self._open:
            head, found, rest = self._buffer.partition(b"\r\n\r\n")
            if not found:
                return
            if not head.startswith(b"HTTP/1.1 101"):
                self.ready.set_exception(ConnectionError(head.decode()))
                return
            self._buffer, self._open = rest, True
            self.ready.set_result(None)
        while (frame := self._frame()) is not None:
            opcode, payload = frame
            if opcode == TEXT:
                self._answered(payload)
            elif opcode == PING:
                self._transport.write(bytes((PONG, 0x80 | len(payload))) + bytes(4) + payload)

    def _frame(self) -> tuple[int, bytes] | None:
        buffer = self._buffer
        if len(buffer) < 2:
            return None
        length, start = buffer[1], 2
        if length == 126:
            length, start = int.from_bytes(buffer[2:4], "big"), 4
        if len(buffer) < start + length:
            return None
        self._buffer = buffer[start + length :]
        return buffer[0], buffer[start : start + length]

    def _answered(self, payload: bytes) -> None:
        now = perf_counter()
        self._latencies.append(now - self._sent_at)
        if now + self._pause < self._until:
            self._send_after_pause()
        elif self.finished is not None and not self.finished.done():
            self.answer = payload.decode()
            self.finished.set_result(None)

    def _send_after_pause(self) -> None:
        if self._pause:
            asyncio.get_running_loop().call_later(self._pause, self._send_next)
        else:
            self._send_next()

    def _send_next(self) -> None:
        payload = next(self._calls).encode()
        length = len(payload)
        if length < 126:
            head = bytes((TEXT, 0x80 | length)) + bytes(4)
        else:
            head = struct.pack("!BBH4x", TEXT, 0x80 | 126, length)
        self._sent_at = perf_counter()
        self._transport.write(head + payload)

    async def send(self, calls: Iterator[str], seconds: float = 0, pause: float = 0) -> list[float]:
        """Send Calls for that long, one at the least; give the latencies."""
        self._calls, self._latencies, self._pause = calls, [], pause
        self._until = perf_counter() + seconds
        self.finished = asyncio.get_running_loop().create_future()
        self._send_next()
        await self.finished
        return self._latencies

    def close(self) -> None:
        """Hang up."""
        self.finished = None
        self._transport.close()


async def connect(port: int, names: list[str], at_once: int = 50) -> list[ChargePoint]:
    """Connect charge points of these names and boot each."""
    loop = asyncio.get_running_loop()
    charge_points: list[ChargePoint] = []
    for first in range(0, len(names), at_once):
        batch = []
        for name in names[first : first + at_once]:
            _, charge_point = await loop.create_connection(
                partial(ChargePoint, name), "127.0.0.1", port
            )
            batch.append(charge_point)
        await asyncio.gather(*(charge_point.ready for charge_point in batch))
        await asyncio.gather(*(charge_point.send(iter([BOOT])) for charge_point in batch))
        charge_points += batch
    return charge_points


async def measure(
    charge_points: list[ChargePoint], calls: Calls, seconds: float, pause: float = 0
) -> Measured:
    """Let all of them send these Calls for that long, with a pause behind each answer."""
    transactions = [await _transaction_id(charge_point) for charge_point in charge_points]
    begin = perf_counter()
    latencies = await asyncio.gather(
        *(
            charge_point.send(calls(number, transactions[number]), seconds, pause)
            for number, charge_point in enumerate(charge_points)
        )
    )
    return Measured(perf_counter() - begin, sorted(value for part in latencies for value in part))


async def _transaction_id(charge_point: ChargePoint) -> int:
    """Start a transaction; an echo knows none, so there any number will do."""
    await charge_point.send(start_transactions(0, 0))
    answer = msgspec.json.decode(charge_point.answer)
    return int(answer[2]["transactionId"]) if answer[0] == 3 else 1
