"""A small central system on a real socket: the peer of simulated charge points in tests."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC
from typing import Any

from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response

from engine.simulator import ChargePoint, Tally, answer
from protocol import payloads
from protocol.actions import Role, actions
from protocol.errors import ErrorCode
from protocol.events import CallCompleted, CallReceived
from protocol.frames import CallError
from protocol.session import Session
from protocol.types import Message, MessageId, Timestamp

Answer = Callable[[dict[str, Any]], dict[str, Any] | ErrorCode]

ANSWERS: dict[str, dict[str, Any]] = {
    "Authorize": {"idTagInfo": {"status": "Accepted"}},
    "BootNotification": {
        "status": "Accepted",
        "currentTime": "2026-01-31T12:00:00.000Z",
        "interval": 300,
    },
    "DataTransfer": {"status": "Accepted"},
    "Heartbeat": {"currentTime": "2026-01-31T12:00:00.000Z"},
    "SignCertificate": {"status": "Accepted"},
    "StartTransaction": {"transactionId": 7, "idTagInfo": {"status": "Accepted"}},
}


class CentralSystem:
    """Accepts everything, or what `answers` says; notes what it receives."""

    def __init__(self) -> None:
        self.url = ""
        self.answers: dict[str, Answer] = {}
        self.received: list[tuple[str, dict[str, Any]]] = []
        self.paths: list[str] = []
        self.authorizations: list[str | None] = []
        self.refuse_with: int | None = None
        self._arrived = asyncio.Condition()
        self._session: Session | None = None
        self._socket: ServerConnection | None = None
        self._results: dict[str, asyncio.Future[Message]] = {}

    async def command(self, action: str, **payload: Any) -> dict[str, Any]:
        """Send a command to the charge point and return its answer."""
        assert self._session is not None
        message_id = MessageId(f"{action}-{len(self._results)}"[:36])
        self._results[message_id] = asyncio.get_running_loop().create_future()
        request = payloads.convert(actions[action].request, payload, unknown_fields=False)
        self._session.call(message_id, request, 0, 1)
        assert self._socket is not None
        for text in self._session.to_send():
            await self._socket.send(text)
        return payloads.to_builtins(await self._results[message_id])

    async def seen(self, action: str, **fields: Any) -> dict[str, Any]:
        """Wait for a request of this action with these fields; each is found once."""
        async with self._arrived:
            while True:
                for index, (name, payload) in enumerate(self.received):
                    if name == action and fields.items() <= payload.items():
                        del self.received[index]
                        return payload
                await self._arrived.wait()

    async def hang_up(self) -> None:
        """Close the connection."""
        assert self._socket is not None
        await self._socket.close(1012, "test")

    def statuses(self, connector_id: int) -> list[str]:
        """The statuses a connector has reported, in order."""
        return [
            payload["status"]
            for name, payload in self.received
            if name == "StatusNotification" and payload["connectorId"] == connector_id
        ]

    async def _serve(self, socket: ServerConnection) -> None:
        session = Session(Role.CentralSystem)
        self._socket, self._session = socket, session
        async for text in socket:
            event = session.receive(str(text), 0)
            match event:
                case CallReceived():
                    await self._handle(session, event)
                case CallCompleted(message_id, _, confirmation):
                    self._results[message_id].set_result(confirmation)
            for frame in session.to_send():
                await socket.send(frame)

    async def _handle(self, session: Session, call: CallReceived) -> None:
        payload = payloads.to_builtins(call.request)
        asked = self.answers.get(call.action.name)
        confirmation = ANSWERS.get(call.action.name, {}) if asked is None else asked(payload)
        if isinstance(confirmation, ErrorCode):
            session.answer(call.message_id, CallError(call.message_id, confirmation, "no"))
        else:
            message = payloads.convert(call.action.confirmation, confirmation)
            session.answer(call.message_id, message)
        async with self._arrived:
            self.received.append((call.action.name, payload))
            self._arrived.notify_all()

    def _admit(self, connection: ServerConnection, request: Request) -> Response | None:
        self.paths.append(request.path)
        self.authorizations.append(request.headers.get("Authorization"))
        if self.refuse_with is None:
            return None
        return connection.respond(self.refuse_with, "no")


@asynccontextmanager
async def central_system() -> AsyncIterator[CentralSystem]:
    """Run a central system on a free port."""
    system = CentralSystem()
    async with serve(
        system._serve,
        "127.0.0.1",
        0,
        subprotocols=["ocpp1.6"],  # type: ignore[list-item]
        process_request=system._admit,
    ) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        system.url = f"ws://127.0.0.1:{port}/ocpp"
        yield system


@asynccontextmanager
async def booted(
    system: CentralSystem, tally: Tally | None = None, **options: Any
) -> AsyncIterator[ChargePoint]:
    """A charge point that has booted; what it said until then is forgotten. It lives fast."""
    charge_point = a_charge_point(system, tally, **options)
    async with asyncio.timeout(20), charge_point.connected():
        await charge_point.boot()
        system.received.clear()
        yield charge_point


def a_charge_point(
    system: CentralSystem, tally: Tally | None = None, **options: Any
) -> ChargePoint:
    """A charge point that will connect to this central system."""
    return ChargePoint(
        "CP1",
        system.url,
        answer=answer,
        observer=Tally() if tally is None else tally,
        **({"speed": 1000.0} | options),
    )


def soon(seconds: float = 3600) -> str:
    """A timestamp in the near future."""
    return str(Timestamp.fromtimestamp(Timestamp.now(UTC).timestamp() + seconds, UTC))
