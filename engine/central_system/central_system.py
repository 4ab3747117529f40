"""The central system: accepts charge points, answers them, and sends them commands."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from types import TracebackType
from typing import Self

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, Router
from structlog import get_logger

from engine.central_system.abandoning import keep_abandoning
from engine.central_system.clock import MillisecondClock
from engine.central_system.commands import CommandResult, IssuedCommand, issue
from engine.central_system.connection import (
    AsgiMessage,
    Connection,
    ConnectionInfo,
    Receive,
    Send,
    TextSocket,
)
from engine.central_system.connections import Connections
from engine.central_system.context import Clock, Context
from engine.central_system.facts import facts_now
from engine.central_system.handshake import Admitted, Handshakes
from engine.central_system.local_lists import LocalLists
from engine.central_system.meters import Meters
from engine.central_system.reconciling import match_by_hand
from engine.config import OcppSettings
from engine.errors import StoreUnavailable
from engine.policy.facts import ChargePoint, Facts
from engine.policy.live.host import PolicyHost
from engine.storage import Store, UnmatchedStop
from engine.telemetry.metrics import Metrics
from protocol.timestamps import Timestamp
from protocol.types import Message

log = get_logger()

GOING_AWAY = 1001
PROTOCOL_ERROR = 1002
POLICY_VIOLATION = 1008
TEXT_EXTENSION = "voltrule.text"
"""Where the ASGI scope's `extensions` have the short way for text messages."""
SUPERSEDED = 4000
"""The close code of a connection whose charge point has opened a newer one."""


class _Leaving(Exception):
    """Ends the tasks that are left when the central system is left."""


class CentralSystem:
    """
    All charge points of this process; use it as an async context manager.

    Leaving it shuts it down. `asgi` is the application for the charge points' port.
    """

    def __init__(
        self,
        *,
        store: Store,
        policies: PolicyHost,
        settings: OcppSettings,
        metrics: Metrics,
        mask_id_tags: bool = False,
        clock: Clock | None = None,
    ) -> None:
        self._context = Context(
            store=store,
            policies=policies,
            settings=settings,
            meters=Meters(metrics),
            clock=clock or MillisecondClock(),
            mask_id_tags=mask_id_tags,
        )
        self.local_lists = LocalLists(self._context)
        self._handshakes = Handshakes(self._context)
        self._context.meters.connections.source = self.connections.__len__
        self._context.meters.watch(policies)
        self._context.meters.watch_store(store)
        self.asgi = _Application(self)

    @property
    def connections(self) -> Connections:
        """Who is connected now."""
        return self._context.connections

    async def __aenter__(self) -> Self:
        context = self._context
        await context.group.__aenter__()
        after_seconds = context.settings.abandoned_after_seconds
        if after_seconds is not None:
            context.group.create_task(keep_abandoning(context, after_seconds))
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.shutdown()
        try:
            # Whatever still waits, for a database that hangs for example, waits no longer.
            await self._context.group.__aexit__(_Leaving, _Leaving(), None)
        except* _Leaving:
            pass

    async def command(
        self,
        charge_point_id: str,
        action: str,
        request: Message,
        timeout_seconds: float | None = None,
    ) -> CommandResult:
        """
        Send a command and wait for the confirmation.

        Raises:
            NotFound: nobody knows the charge point.
            NotConnected: it is not connected.
            NotAllowedNow: it is Pending or Rejected.
            CommandRefused, CommandFailed, CommandTimedOut, Disconnected: what became of it.
        """
        issued = await self.issue(charge_point_id, action, request, timeout_seconds)
        return await issued.result()

    async def issue(
        self,
        charge_point_id: str,
        action: str,
        request: Message,
        timeout_seconds: float | None = None,
    ) -> IssuedCommand:
        """
        Send a command as soon as those before it have ended; its result may be awaited or not.

        Raises:
            NotFound, NotConnected, NotAllowedNow: it was not issued.
        """
        if timeout_seconds is None:
            timeout_seconds = self._context.settings.call_timeout_seconds
        return await issue(self._context, charge_point_id, action, request, timeout_seconds)

    def connection(self, charge_point_id: str) -> ConnectionInfo | None:
        """The connection of a charge point, or None when it is not connected."""
        connection = self.connections.get(charge_point_id)
        return None if connection is None else connection.info()

    async def facts(
        self, charge_point_id: str, request: object, names: frozenset[str], now: Timestamp
    ) -> Facts:
        """What is known now that decides on a request of a charge point, connected or not."""
        return await facts_now(self._context, charge_point_id, request, names, now)

    async def refresh(self, charge_point_id: str) -> None:
        """
        Read a charge point's registration again, because an operator has edited it.

        One that was deleted is disconnected; its next handshake is decided anew.
        """
        if self.connections.known(charge_point_id) is None:
            return
        stored = await self._context.store.charge_points.get(charge_point_id)
        live = self.connections.known(charge_point_id)
        if live is None:
            return
        if stored is not None:
            live.charge_point = stored
            return
        live.charge_point = ChargePoint(id=charge_point_id)
        if live.connection is not None:
            live.connection.forgotten = True
            live.connection.close(POLICY_VIOLATION, "the charge point was deleted")

    async def match_stop(self, stop_id: str, transaction_id: int) -> UnmatchedStop:
        """
        Let an unmatched stop end the transaction that an operator names.

        Raises:
            NotFound: there is no such stop.
            Conflict: it has a transaction already, or can't be the stop of that one.
        """
        return await match_by_hand(self._context, stop_id, transaction_id)

    async def shutdown(self) -> None:
        """
        Answer what is in flight, then close every connection with 1001 (going away).

        From here on no handshake is accepted and no further Call is taken on: the charge point
        sends it again where it connects next.
        """
        context = self._context
        if context.closing:
            return
        context.closing = True
        with suppress(TimeoutError):
            async with asyncio.timeout(context.settings.shutdown_seconds):
                await context.idle()
        if context.in_work:
            log.warning("calls left unanswered", calls=context.in_work)
        for connection in context.connections:
            connection.close(GOING_AWAY, "the central system is shutting down")

    async def serve(self, scope: AsgiMessage, receive: Receive, send: Send) -> None:
        """One WebSocket, from its handshake to its end."""
        if self._context.closing:
            await _deny(scope, receive, send, _unavailable("shutting down"))
            return
        try:
            answer = await self._handshakes.answer(scope)
        except StoreUnavailable as error:
            self._context.store_failed(error)
            answer = _unavailable("the store can't be reached")
        if self._context.closing:
            answer = _unavailable("shutting down")
        if isinstance(answer, Response):
            await _deny(scope, receive, send, answer)
        else:
            await self._accept(answer, receive, send, _text_socket(scope))

    async def _accept(
        self, admitted: Admitted, receive: Receive, send: Send, text_socket: TextSocket | None
    ) -> None:
        await receive()
        await send({"type": "websocket.accept", "subprotocol": admitted.subprotocol, "headers": []})
        if not admitted.acceptable:
            # OCPP-J 1.6 §3.1.2: "If none of the subprotocols is acceptable, complete the
            # handshake without Sec-WebSocket-Protocol header and then close".
            log.warning("no acceptable subprotocol", chargePointId=admitted.charge_point.id)
            await send({"type": "websocket.close", "code": PROTOCOL_ERROR, "reason": "use ocpp1.6"})
            return
        connection = self._connect(admitted, receive, send, text_socket)
        try:
            code = await connection.read()
            log.info(
                "charge point disconnected",
                chargePointId=connection.charge_point_id,
                code=code,
                byUs=connection.closed_by_us,
            )
        finally:
            self._disconnect(connection)

    def _connect(
        self, admitted: Admitted, receive: Receive, send: Send, text_socket: TextSocket | None
    ) -> Connection:
        context = self._context
        live = context.connections.live(admitted.charge_point)
        connection = Connection(
            context,
            live,
            receive,
            send,
            generation=context.connections.next_generation(),
            remote_address=admitted.remote_address,
            subprotocol=admitted.subprotocol,
            text_socket=text_socket,
        )
        superseded = context.connections.connected(connection)
        if superseded is not None:
            superseded.close(SUPERSEDED, "the charge point has connected again")
        context.record(
            context.store.charge_points.seen(connection.charge_point_id, connection.connected_at)
        )
        log.info(
            "charge point connected",
            chargePointId=connection.charge_point_id,
            remoteAddress=connection.remote_address,
            again=superseded is not None,
        )
        return connection

    def _disconnect(self, connection: Connection) -> None:
        connection.end()
        context = self._context
        context.meters.disconnect("us" if connection.closed_by_us else "charge point")
        context.connections.disconnected(connection)
        if not connection.forgotten:
            seen = context.store.charge_points.seen(connection.charge_point_id, context.clock())
            context.record(seen)


class _Application:
    """
    Every WebSocket is a charge point's, whatever its path; everything else is told so.

    The bare ASGI callables are handed on: Starlette's WebSocket would check the state of the
    connection again at every message, and its routes know no path with a line break.
    """

    def __init__(self, system: CentralSystem) -> None:
        self._system = system

    async def __call__(self, scope: AsgiMessage, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await self._system.serve(scope, receive, send)
        else:
            await _HTTP(scope, receive, send)


def _text_socket(scope: AsgiMessage) -> TextSocket | None:
    """The server's short way for text messages, where the server is ours."""
    socket: TextSocket | None = (scope.get("extensions") or {}).get(TEXT_EXTENSION)
    return socket


async def _deny(scope: AsgiMessage, receive: Receive, send: Send, response: Response) -> None:
    """Refuse a handshake with an HTTP response."""
    await response(scope, receive, send)


def _unavailable(reason: str) -> Response:
    return PlainTextResponse(f"{reason}, try again\n", 503, headers={"retry-after": "30"})


async def _not_a_websocket(_request: Request) -> Response:
    """RFC 9110 §15.5.22: the server refuses this protocol but takes another."""
    text = "this port speaks OCPP 1.6-J over WebSocket: connect to ws://…/ocpp/{chargePointId}\n"
    headers = {"upgrade": "websocket", "connection": "upgrade"}
    return PlainTextResponse(text, 426, headers=headers)


_HTTP = Router([Route("/{path:path}", _not_a_websocket)])
