"""
The connection of a simulated charge point: found, lost and found again.

One `protocol.Session` in the charge point's role per socket; this is its shell.
"""

import asyncio
import base64
import contextlib
import random
import uuid
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any, NamedTuple, assert_never
from urllib.parse import quote

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus, InvalidURI

from engine.errors import EngineError
from engine.simulator.observer import Observer
from protocol import payloads
from protocol.actions import Action, Role
from protocol.events import (
    CallCompleted,
    CallFailed,
    CallReceived,
    CallRefused,
    CallRejected,
    Ignored,
    Repeated,
)
from protocol.session import Session
from protocol.types import Message, MessageId

CALL_TIMEOUT_SECONDS = 30.0
BACKOFF_SECONDS = (1.0, 2.0, 5.0, 10.0, 30.0)
"""Pauses before a reconnect, each with up to half as much again at random."""
SUBPROTOCOL = "ocpp1.6"


class Reply(NamedTuple):
    """The answer to a command, and what the charge point does once it has been sent."""

    confirmation: Message
    then: Callable[[], Coroutine[Any, Any, None]] | None = None


class Unanswered(EngineError):
    """A Call of ours got a CallError, a useless answer, or none."""


class Refused(EngineError):
    """The central system does not let this charge point connect."""


class Link:
    """
    A line to the central system that reconnects by itself.

    Args:
        url: the address without the identity.
        answer: decides what a command is answered.
        background: runs what follows an answer.
    """

    def __init__(
        self,
        url: str,
        identity: str,
        *,
        password: bytes | None,
        answer: Callable[[Action, Message], Reply],
        background: Callable[[Coroutine[Any, Any, None]], object],
        observer: Observer,
    ) -> None:
        self.url = address(url, identity)
        self.identity = identity
        self.password = password
        self._answer = answer
        self._background = background
        self._observer = observer
        self._online = asyncio.Event()
        self._socket: ClientConnection | None = None
        self._session = Session(Role.ChargePoint)
        self._waiting: dict[str, asyncio.Future[Message]] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._closed = False

    async def call(self, request: Message) -> Any:
        """
        Send a request and return its confirmation.

        Raises:
            Unanswered: with the reason.
        """
        await self._online.wait()
        loop = asyncio.get_running_loop()
        message_id = MessageId(str(uuid.uuid4()))
        name = type(request).__name__.removesuffix("Req")
        started = loop.time()
        future: asyncio.Future[Message] = loop.create_future()
        self._waiting[message_id] = future
        self._session.call(message_id, request, started, started + CALL_TIMEOUT_SECONDS)
        self._tell("sent", f"{name}.req", request)
        try:
            await self._flush()
            confirmation = await future
        except Unanswered as failure:
            self._observer.unanswered(self.identity, name, failure.message)
            raise
        finally:
            self._waiting.pop(message_id, None)
        self._observer.answered(self.identity, name, loop.time() - started)
        return confirmation

    async def run(self, *, attempts: int | None) -> None:
        """
        Stay connected until cancelled.

        Args:
            attempts: how often in a row connecting may fail; None for any number of times.

        Raises:
            Refused: if the central system says no, or is not there after so many attempts.
        """
        failures = 0
        while True:
            try:
                async with self._connected():
                    failures = 0
                    await self._read()
                if self._closed:
                    return
                self._observer.note(self.identity, f"connection lost ({self._close_reason()})")
            except (OSError, TimeoutError, InvalidHandshake, InvalidURI) as error:
                failures += 1
                refused = self._refusal(error)
                if refused is not None or failures == attempts:
                    raise refused or Refused(
                        f"can't connect to `{self.url}`: {_reason(error)}",
                        hint="is the central system running, and is this its address?",
                    ) from error
                self._observer.note(self.identity, f"can't connect: {_reason(error)}")
            await asyncio.sleep(_pause(failures))

    async def reconnect(self) -> None:
        """Drop the connection, as a reset does; `run` makes the next one."""
        if self._socket is not None:
            await self._socket.close(1000, "reset")

    async def close(self) -> None:
        """Hang up for good."""
        self._closed = True
        if self._socket is not None:
            await self._socket.close(1000, "done")

    @contextlib.asynccontextmanager
    async def _connected(self) -> AsyncIterator[None]:
        headers = {} if self.password is None else self._authorization(self.password)
        async with connect(
            self.url,
            subprotocols=[SUBPROTOCOL],  # type: ignore[list-item]
            additional_headers=headers,
            compression=None,
            ping_interval=30,
            open_timeout=15,
            close_timeout=2,
        ) as socket:
            self._socket, self._session = socket, Session(Role.ChargePoint)
            self._online.set()
            self._observer.note(self.identity, f"connected to {self.url}")
            try:
                yield
            finally:
                self._online.clear()
                self._abandon()

    def _authorization(self, password: bytes) -> dict[str, str]:
        pair = self.identity.encode() + b":" + password
        return {"Authorization": "Basic " + base64.b64encode(pair).decode()}

    async def _read(self) -> None:
        assert self._socket is not None
        with contextlib.suppress(ConnectionClosed):
            async for text in self._socket:
                if isinstance(text, str):
                    await self._receive(text)

    async def _receive(self, text: str) -> None:
        event = self._session.receive(text, asyncio.get_running_loop().time())
        match event:
            case CallReceived():
                self._obey(event)
            case CallCompleted(message_id, action, confirmation):
                self._tell("received", f"{action.name}.conf", confirmation)
                self._resolve(message_id, confirmation)
            case CallRefused(message_id, _, error):
                self._resolve(message_id, Unanswered(f"{error.code}: {error.description}"))
            case CallFailed(message_id, _, error):
                self._resolve(message_id, Unanswered(f"the answer is not valid OCPP: {error}"))
            case CallRejected(_, code, description):
                self._observer.note(self.identity, f"refused a Call: {code}: {description}")
            case Ignored(reason):
                self._observer.note(self.identity, f"ignored a message: {reason}")
            case Repeated():
                pass
            case _:
                assert_never(event)
        await self._flush()

    def _obey(self, call: CallReceived) -> None:
        self._tell("received", f"{call.action.name}.req", call.request)
        reply = self._answer(call.action, call.request)
        self._session.answer(call.message_id, reply.confirmation)
        self._tell("sent", f"{call.action.name}.conf", reply.confirmation)
        if reply.then is not None:
            self._background(self._afterwards(reply.then))

    async def _afterwards(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        # The answer goes first: §5.17 "the TriggerMessage.conf … is sent before".
        await self._flush()
        await work()

    async def _flush(self) -> None:
        self._set_timer()
        for text in self._session.to_send():
            if self._socket is not None:
                with contextlib.suppress(ConnectionClosed):
                    await self._socket.send(text)

    def _set_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._session.next_deadline is not None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_at(self._session.next_deadline, self._expire)

    def _expire(self) -> None:
        for late in self._session.expire(asyncio.get_running_loop().time()):
            self._resolve(late.message_id, Unanswered("no answer in time"))
        self._background(self._flush())

    def _abandon(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        for lost in self._session.close():
            self._resolve(lost.message_id, Unanswered("the connection was lost"))

    def _resolve(self, message_id: str, outcome: Message | Unanswered) -> None:
        future = self._waiting.get(message_id)
        if future is None or future.done():
            return
        if isinstance(outcome, Unanswered):
            future.set_exception(outcome)
        else:
            future.set_result(outcome)

    def _tell(self, direction: Any, name: str, message: Message) -> None:
        self._observer.message(self.identity, direction, name, payloads.encode(message))

    def _close_reason(self) -> str:
        socket = self._socket
        code, reason = (socket.close_code, socket.close_reason) if socket else (None, None)
        return f"{code} {reason}" if reason else str(code)

    def _refusal(self, error: Exception) -> Refused | None:
        if isinstance(error, InvalidStatus):
            status = error.response.status_code
            return Refused(
                f"`{self.identity}` may not connect: HTTP {status}", hint=_HINTS.get(status)
            )
        if isinstance(error, InvalidURI):
            return Refused(f"`{self.url}` is no WebSocket address", hint="it begins with ws://")
        return None


_HINTS = {
    401: "the central system wants a password: --password",
    403: "the central system's Connect policy forbids it",
    404: "the central system does not know this charge point",
}


def address(url: str, identity: str) -> str:
    """
    Where a charge point connects: the identity is the last part of the path. OCPP-J 1.6 §3.1.1.

    `url` may hold `{chargePointId}`, as `voltrule serve` prints it.
    """
    part = quote(identity, safe="")
    if "{chargePointId}" in url:
        return url.replace("{chargePointId}", part)
    return f"{url.rstrip('/')}/{part}"


def _reason(error: Exception) -> str:
    match error:
        case ConnectionRefusedError():
            return "connection refused"
        case TimeoutError():
            return "no answer"
        case _:
            return str(error)


def _pause(failures: int) -> float:
    pause = BACKOFF_SECONDS[min(failures, len(BACKOFF_SECONDS) - 1)]
    return pause * (1 + random.random() / 2)  # noqa: S311 - jitter, no secret
