"""One WebSocket of a charge point: its reader, its writer and the session between them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeAlias, assert_never

from structlog import get_logger

from engine.central_system import eager, recording
from engine.central_system.command_lane import Command, CommandLane
from engine.central_system.context import Context
from engine.central_system.handling import Handling
from engine.central_system.live_charge_point import LiveChargePoint
from engine.central_system.log_limit import LogLimit
from engine.central_system.start_handling import StartHandling
from engine.central_system.stop_handling import StopHandling
from engine.policy.facts import Fact
from protocol.actions import Role
from protocol.events import (
    CallCompleted,
    CallFailed,
    CallReceived,
    CallRefused,
    CallRejected,
    Event,
    Ignored,
    Repeated,
)
from protocol.messages import StartTransactionReq, StopTransactionReq
from protocol.session import Answer, Session
from protocol.types import Message, MessageId

AsgiMessage: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[AsgiMessage]]
Send: TypeAlias = Callable[[AsgiMessage], Awaitable[None]]


UNSTORED_LIMIT = 262_144
"""Characters of one connection that may wait for the store; then its socket is not read."""

MESSAGE_ID_SHOWN = 255
"""Characters of a message id that are logged and recorded; there is no limit to what is sent."""

_HANDLINGS: Mapping[type[Message], type[Handling]] = {
    StartTransactionReq: StartHandling,
    StopTransactionReq: StopHandling,
}
"""The Calls with a way of their own."""

log = get_logger()


class TextSocket(Protocol):
    """A short way for text messages that our own server offers beside ASGI's."""

    def deliver_to(self, take: Callable[[str], bool]) -> None:
        """Offer each message that arrives to `take`; what it refuses goes ASGI's way."""

    def write_texts(self, texts: Sequence[str]) -> bool:
        """Write messages, if that can be done without waiting."""


class ConnectionInfo(Fact, frozen=True, kw_only=True):
    """A connection as the API shows it."""

    connected_at: datetime
    last_seen_at: datetime
    remote_address: str
    subprotocol: str | None = None


class Connection:
    """
    A socket, from its acceptance to its end.

    Nobody who reads waits for anything but the socket: Calls go to the charge point's lane, and
    while a command waits for its result, Calls are answered. Reading does pause when too many
    Calls wait, when much of it waits for the store, or when the peer does not read what we send:
    memory stays bounded. The writer is no task either; whoever has frames to send sends them,
    unless a sender is already waiting for the socket, which then takes them along.

    Messages come and go by the short way where the server offers one (`TextSocket`), so that
    nearly all of them take no task and no turn of the event loop. What can't goes ASGI's way, and
    makes those after it wait their turn.
    """

    __slots__ = (
        "_commands",
        "_context",
        "_held",
        "_log_limit",
        "_loop",
        "_receive",
        "_send",
        "_text_socket",
        "_unstored",
        "_writer_done",
        "_writing",
        "charge_point_id",
        "closed",
        "closed_by_us",
        "connected_at",
        "forgotten",
        "generation",
        "last_seen",
        "live",
        "remote_address",
        "session",
        "subprotocol",
    )

    def __init__(
        self,
        context: Context,
        live: LiveChargePoint,
        receive: Receive,
        send: Send,
        *,
        generation: int,
        remote_address: str,
        subprotocol: str | None,
        text_socket: TextSocket | None = None,
    ) -> None:
        self._context = context
        self._receive = receive
        self._send = send
        self._text_socket = text_socket
        self._held = False
        self._loop = asyncio.get_running_loop()
        self._commands: CommandLane | None = None
        self._log_limit: LogLimit | None = None
        self._unstored = 0
        self._writing = False
        self._writer_done: asyncio.Event | None = None
        self.live = live
        self.charge_point_id = live.charge_point.id
        self.session = Session(Role.CentralSystem)
        self.closed = False
        self.closed_by_us = False
        # True once an operator has deleted the charge point: its end is no sign of life.
        self.forgotten = False
        self.generation = generation
        self.connected_at = context.clock()
        self.last_seen = self._loop.time()
        self.remote_address = remote_address
        self.subprotocol = subprotocol

    def info(self) -> ConnectionInfo:
        """The connection as the API shows it."""
        silent = timedelta(seconds=self._loop.time() - self.last_seen)
        return ConnectionInfo(
            connected_at=self.connected_at,
            last_seen_at=max(self.connected_at, self._context.clock() - silent),
            remote_address=self.remote_address,
            subprotocol=self.subprotocol,
        )

    async def read(self) -> int:
        """Take in messages until the socket ends; returns its close code."""
        if self._text_socket is not None:
            self._text_socket.deliver_to(self._offered)
        while True:
            message = await self._receive()
            if message["type"] == "websocket.disconnect":
                return int(message.get("code") or 1005)
            # Those that arrive from here on must not overtake it.
            self._held = True
            await self._room()
            self._held = False
            text = message.get("text")
            self.received(_from_binary(message["bytes"]) if text is None else text)

    def _offered(self, text: str) -> bool:
        """Take in a message that has just arrived, unless it must wait for something."""
        if self._held or self._writing or self._unstored > UNSTORED_LIMIT:
            return False
        if self.live.waiting is not None and self.live.is_full:
            return False
        self.received(text)
        return True

    async def _room(self) -> None:
        """Wait until the next message may be taken in."""
        if self._writing:
            await self._written()
        if self._unstored > UNSTORED_LIMIT:
            # Every message is recorded, also those whose answer does not wait for the record.
            await self._context.store.flush()
            self._unstored = 0
        if self.live.is_full:
            await self.live.has_room()

    def received(self, text: str) -> None:
        """Take in one message; none is any longer once this side has begun to close."""
        context = self._context
        if self.closed or context.closing:
            return
        self._unstored += len(text)
        self.last_seen = now = self._loop.time()
        event = self.session.receive(text, now)
        if type(event) is CallReceived:
            if event.repaired:
                self._repaired(event)
            kind = _HANDLINGS.get(type(event.request), Handling)
            context.work_begins()
            self.live.submit(kind(context, self, event, text))
        else:
            self._happened(event, text)
            self.flush()

    def call(self, message_id: str, request: Message, deadline: float, command: Command) -> None:
        """Send a Call when those before it have ended; `command` is told how this one ended."""
        if self._commands is None:
            self._commands = CommandLane(
                self._context, self.session, self.charge_point_id, self.flush
            )
        self._commands.call(message_id, request, deadline, command)

    def answer(self, message_id: MessageId, answer: Answer) -> None:
        """Answer a Call; nothing is sent when the socket is gone."""
        self.session.answer(message_id, answer)
        self.flush()

    def flush(self) -> None:
        """Send what the session has to send."""
        if self._writing:
            return
        frames = self._take_frames()
        socket = self._text_socket
        if socket is None or not socket.write_texts(frames):
            eager.start(self._context.group, self._write(frames))

    def _take_frames(self) -> list[str]:
        frames = self.session.to_send()
        if frames and self._commands is not None:
            self._commands.taken(frames)
        return frames

    def close(self, code: int, reason: str) -> None:
        """Close the socket; what is not answered by now will not be."""
        if not self.closed:
            self.closed_by_us = True
            self.end()
            eager.start(self._context.group, self._close(code, reason))

    def end(self) -> None:
        """The socket is gone, or as good as gone: commands that wait for results end."""
        if self.closed:
            return
        self.closed = True
        abandoned = self.session.close()
        if self._commands is not None:
            self._commands.close(abandoned)

    def _happened(self, event: Event, text: str) -> None:
        """Everything but a Call to handle: results of our Calls, and what needs no handling."""
        match event:
            case CallCompleted() | CallRefused() | CallFailed():
                self._record_received(text, event.message_id, event.action.name)
                assert self._commands is not None
                self._commands.ended(event)
            case CallRejected():
                self._rejected(event, text)
            case Repeated():
                self._context.meters.repeated.inc()
                self._record_received(text, event.message_id, event.action.name)
            case Ignored():
                self._context.meters.ignored.inc()
                if self._may_log():
                    who = self.charge_point_id
                    log.info("message ignored", chargePointId=who, reason=event.reason)
                self._record_received(text)
            case CallReceived():
                raise AssertionError("a Call goes to its handling")
            case _:
                assert_never(event)

    def _repaired(self, event: CallReceived) -> None:
        self._context.meters.repaired(event.action.name)
        if self._may_log():
            log.info(
                "call repaired",
                chargePointId=self.charge_point_id,
                messageId=event.message_id[:MESSAGE_ID_SHOWN],
                action=event.action.name,
                problems=[str(problem) for problem in event.repaired],
            )

    def _rejected(self, event: CallRejected, text: str) -> None:
        action = None if event.action is None else event.action.name
        message_id = event.message_id[:MESSAGE_ID_SHOWN]
        self._context.meters.call_error(action, event.code)
        if self._may_log():
            log.warning(
                "call rejected",
                chargePointId=self.charge_point_id,
                messageId=message_id,
                action=action,
                code=event.code.value,
                description=event.description,
            )
        self._record_received(text, message_id, action)

    def _may_log(self) -> bool:
        if self._log_limit is None:
            self._log_limit = LogLimit(self.last_seen)
        return self._log_limit.allows(self.last_seen)

    def _record_received(
        self, text: str, message_id: str | None = None, action: str | None = None
    ) -> None:
        context = self._context
        context.record(
            recording.received(
                context.store, self.charge_point_id, context.clock(), text, message_id, action
            )
        )

    async def _write(self, frames: list[str]) -> None:
        self._writing = True
        try:
            while frames:
                for text in frames:
                    await self._send({"type": "websocket.send", "text": text})
                frames = self._take_frames()
        except (OSError, RuntimeError):
            # The socket ended meanwhile; the reader learns of it by itself. The charge point
            # asks again for every answer that it didn't get.
            pass
        finally:
            self._writing = False
            if self._writer_done is not None:
                self._writer_done.set()
                self._writer_done = None

    async def _written(self) -> None:
        """Wait until the peer has taken what we sent."""
        if self._writer_done is None:
            self._writer_done = asyncio.Event()
        await self._writer_done.wait()

    async def _close(self, code: int, reason: str) -> None:
        with suppress(OSError, RuntimeError):
            await self._send({"type": "websocket.close", "code": code, "reason": reason})


def _from_binary(data: bytes) -> str:
    """
    The text of a binary message. OCPP-J is text; what a charge point says in binary is read too.

    Bytes that are no UTF-8 make a text that is no JSON, so the session ignores it.
    """
    return data.decode(errors="replace")
