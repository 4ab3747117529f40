"""A charge point under the test's control: the PyPI `ocpp` client, a peer we did not write."""

import asyncio
import contextlib
import re
from collections import defaultdict, deque
from datetime import UTC, datetime
from typing import Any, Self

from ocpp.charge_point import camel_to_snake_case, serialize_as_dict, snake_to_camel_case
from ocpp.messages import Call
from ocpp.v16 import ChargePoint as OcppChargePoint
from ocpp.v16 import call, call_result
from websockets import ClientConnection, ConnectionClosed, Subprotocol, connect

Payload = dict[str, Any]

ANSWER_SECONDS = 10
TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d[^\"]*")
OUR_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def now() -> str:
    """The time as charge points write it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class ChargePoint(OcppChargePoint):
    """
    A charge point that sends the calls and gives the answers a test tells it to.

    Payloads are the specification's JSON on both sides; between test and socket the `ocpp`
    package makes its own types of them and validates all four against the official schemas.
    """

    def __init__(self, url: str, charge_point_id: str) -> None:
        super().__init__(charge_point_id, None, response_timeout=ANSWER_SECONDS)  # type: ignore[no-untyped-call]
        self.url = f"{url}/{charge_point_id}"
        self.received: list[tuple[str, Payload]] = []
        """The commands that came, in order: action and payload."""
        self.frames: list[str] = []
        """Every frame of every connection, `>` sent and `<` received."""
        self._answers: dict[str, deque[Payload | Exception]] = defaultdict(deque)
        self._commands: asyncio.Queue[tuple[str, Payload]] = asyncio.Queue()

    async def __aenter__(self) -> Self:
        await self.connect()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.disconnect()

    async def connect(self, url: str | None = None) -> None:
        """Open the WebSocket, as after power came or the network returned."""
        self.socket: ClientConnection = await connect(
            url or self.url, subprotocols=[Subprotocol("ocpp1.6")], ping_interval=None
        )
        self._connection = self
        self._reading = asyncio.create_task(self._read())

    async def disconnect(self) -> None:
        """Close the WebSocket politely."""
        await self.socket.close()
        await self._reading

    async def lose_power(self) -> None:
        """Vanish without a close frame."""
        self.socket.transport.abort()
        await self._reading

    async def _read(self) -> None:
        with contextlib.suppress(ConnectionClosed):
            await self.start()  # type: ignore[no-untyped-call]

    async def recv(self) -> str:
        """One frame from the server, which must write timestamps in the one form it promises."""
        frame = await self.socket.recv()
        assert isinstance(frame, str)
        self.frames.append(f"< {frame}")
        for timestamp in TIMESTAMP.findall(frame):
            assert OUR_TIMESTAMP.fullmatch(timestamp), f"a timestamp of ours is {timestamp}"
        return frame

    async def send(self, frame: str) -> None:
        self.frames.append(f"> {frame}")
        await self.socket.send(frame)

    async def request(self, action: str, payload: Payload, **options: Any) -> Payload:
        """
        Send a Call and return the payload of its CallResult.

        Raises:
            ocpp.exceptions.OCPPError: it was a CallError.
        """
        request = getattr(call, action)(**camel_to_snake_case(payload))  # type: ignore[no-untyped-call]
        answer = await self.call(request, suppress=False, **options)  # type: ignore[no-untyped-call]
        return _json(answer)

    def will_answer(self, action: str, *answers: Payload | Exception) -> None:
        """Answer the next commands of this action so; the last answer stays for all later ones."""
        self._answers[action].clear()
        self._answers[action].extend(answers)
        self.route_map[action] = {"_on_action": self._answer_to(action)}

    def _answer_to(self, action: str) -> Any:
        def answer(**_: object) -> Any:
            answers = self._answers[action]
            given = answers.popleft() if len(answers) > 1 else answers[0]
            if isinstance(given, Exception):
                raise given
            return getattr(call_result, action)(**camel_to_snake_case(given))  # type: ignore[no-untyped-call]

        return answer

    async def _handle_call(self, msg: Call) -> None:
        self.received.append((msg.action, msg.payload))
        self._commands.put_nowait((msg.action, msg.payload))
        await super()._handle_call(msg)  # type: ignore[no-untyped-call]

    async def next_command(self) -> tuple[str, Payload]:
        """The next command that comes or came and was not yet asked for."""
        async with asyncio.timeout(ANSWER_SECONDS):
            return await self._commands.get()

    async def boot(self, **changes: Any) -> Payload:
        payload = {
            "chargePointVendor": "Voltrule",
            "chargePointModel": "Test",
            "chargePointSerialNumber": "SN-1",
            "firmwareVersion": "1.0.0",
        }
        return await self.request("BootNotification", payload | changes)

    async def status(self, connector_id: int, status: str, **changes: Any) -> None:
        payload = {"connectorId": connector_id, "errorCode": "NoError", "status": status}
        answer = await self.request("StatusNotification", payload | {"timestamp": now()} | changes)
        assert answer == {}

    async def authorize(self, id_tag: str) -> Payload:
        answer = await self.request("Authorize", {"idTag": id_tag})
        info: Payload = answer["idTagInfo"]
        return info

    async def start_transaction(self, id_tag: str, connector_id: int = 1, **changes: Any) -> int:
        """Report an accepted start and return its transaction id."""
        answer = await self.request(
            "StartTransaction", a_start(id_tag, connector_id=connector_id) | changes
        )
        assert answer["idTagInfo"]["status"] == "Accepted", answer
        transaction_id: int = answer["transactionId"]
        return transaction_id

    async def stop_transaction(self, transaction_id: int, **changes: Any) -> Payload:
        payload = {"transactionId": transaction_id, "meterStop": 2500, "timestamp": now()}
        return await self.request("StopTransaction", payload | changes)

    async def meter(self, transaction_id: int | None, *values: str, connector_id: int = 1) -> None:
        payload: Payload = {
            "connectorId": connector_id,
            "meterValue": [
                {"timestamp": now(), "sampledValue": [{"value": value} for value in values]}
            ],
        }
        if transaction_id is not None:
            payload["transactionId"] = transaction_id
        assert await self.request("MeterValues", payload) == {}


def a_start(id_tag: str, *, connector_id: int = 1, **changes: Any) -> Payload:
    """A StartTransaction.req as a charge point sends it just now."""
    payload = {
        "connectorId": connector_id,
        "idTag": id_tag,
        "meterStart": 1000,
        "timestamp": now(),
    }
    return payload | changes


def _json(answer: Any) -> Payload:
    payload = snake_to_camel_case(serialize_as_dict(answer))  # type: ignore[no-untyped-call]
    return {key: value for key, value in payload.items() if value is not None}
