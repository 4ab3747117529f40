"""A charge point that sends exactly the frames a test tells it to."""

import json
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

Payload = dict[str, Any]
Frame = list[Any]


class ChargePoint:
    """One WebSocket client; open it with `async with`."""

    def __init__(self, url: str, charge_point_id: str) -> None:
        self.url = f"{url}/{charge_point_id}"
        self.socket: ClientConnection
        self.subprotocols: list[str] | None = ["ocpp1.6"]
        self.headers: dict[str, str] = {}

    async def __aenter__(self) -> Self:
        offered = None if self.subprotocols is None else [*map(Subprotocol, self.subprotocols)]
        self.socket = await connect(
            self.url,
            subprotocols=offered,
            additional_headers=self.headers,
            ping_interval=None,
            compression=None,
        )
        return self

    async def __aexit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        await self.socket.close()

    async def send(self, *frame: object) -> None:
        """Send a frame, or with one text argument that text as it is."""
        text = frame[0] if isinstance(frame[0], str | bytes) else json.dumps(frame)
        await self.socket.send(text)

    async def receive(self) -> Frame:
        """The next frame."""
        frame: Frame = json.loads(await self.socket.recv())
        return frame

    async def call(self, action: str, payload: Payload, message_id: str | None = None) -> Payload:
        """Send a Call and wait for its CallResult, which must be the next frame."""
        message_id = message_id or str(uuid4())
        await self.send(2, message_id, action, payload)
        frame = await self.receive()
        assert frame[:2] == [3, message_id], frame
        result: Payload = frame[2]
        return result

    async def boot(self, **changes: object) -> Payload:
        """Send a BootNotification."""
        return await self.call("BootNotification", a_boot(**changes))

    async def start(self, **changes: object) -> Payload:
        """Send a StartTransaction."""
        return await self.call("StartTransaction", a_start(**changes))

    async def closed(self) -> tuple[int, str]:
        """Wait for the end of the socket: its close code and reason."""
        await self.socket.wait_closed()
        return self.socket.close_code or 0, self.socket.close_reason or ""


def a_boot(**changes: object) -> Payload:
    """A BootNotification.req."""
    return {"chargePointVendor": "ABB", "chargePointModel": "Terra"} | changes


def a_start(**changes: object) -> Payload:
    """A StartTransaction.req."""
    start = {
        "connectorId": 1,
        "idTag": "TAG",
        "meterStart": 1000,
        "timestamp": "2026-01-31T12:00:00.000Z",
    }
    return start | changes


def a_stop(transaction_id: int, **changes: object) -> Payload:
    """A StopTransaction.req."""
    stop = {
        "transactionId": transaction_id,
        "meterStop": 3000,
        "timestamp": "2026-01-31T13:00:00.000Z",
    }
    return stop | changes


def some_meter_values(**changes: object) -> Payload:
    """A MeterValues.req."""
    sample = {"timestamp": "2026-01-31T12:30:00.000Z", "sampledValue": [{"value": "2000"}]}
    return {"connectorId": 1, "meterValue": [sample]} | changes
