"""Charge points that never stop charging, and remember which of their calls were answered."""

import asyncio
import contextlib
import json
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from websockets import ClientConnection, ConnectionClosed, InvalidHandshake, Subprotocol, connect

from tests.system.admin import Json

Payload = dict[str, Any]

METER_VALUES = ("100", "200", "300")
METER_STOP = 400


@dataclass
class Charge:
    """One transaction as its charge point knows it: only what was answered is here."""

    id_tag: str
    started_at: str
    transaction_id: int
    metered: list[str] = field(default_factory=list)
    stopped: bool = False


class ChargePointInTraffic:
    """
    Charges without end: start, meter values, stop, each sent until it is answered.

    A call that a lost connection left unanswered is sent again on the next one, with the same
    message id for even and a new one for odd retries: charge points do either.
    """

    def __init__(self, charge_point_id: str, answered: asyncio.Semaphore) -> None:
        self.id = charge_point_id
        self.charges: list[Charge] = []
        self.answered = answered
        self._seconds = 0
        self._calls = self._session()
        self._call = next(self._calls)
        self._message_id = uuid4().hex
        self._sent = 0

    def _time(self) -> str:
        self._seconds += 1
        minutes, seconds = divmod(self._seconds, 60)
        hours, minutes = divmod(minutes, 60)
        return f"2026-01-31T{hours:02}:{minutes:02}:{seconds:02}Z"

    def _session(self) -> Generator[tuple[str, Payload], Payload, None]:
        """The calls to send; each goes on with the answer to it, and writes it down at once."""
        yield "BootNotification", {"chargePointVendor": "Voltrule", "chargePointModel": "Traffic"}
        while True:
            tag, time = uuid4().hex[:20], self._time()
            start = {"connectorId": 1, "idTag": tag, "meterStart": 0, "timestamp": time}
            answer = yield "StartTransaction", start
            charge = Charge(tag, time, answer["transactionId"])
            self.charges.append(charge)
            for value in METER_VALUES:
                yield "MeterValues", self._meter_values(charge.transaction_id, value)
                charge.metered.append(value)
            stop = {"transactionId": charge.transaction_id, "meterStop": METER_STOP}
            yield "StopTransaction", stop | {"timestamp": self._time()}
            charge.stopped = True

    def _meter_values(self, transaction_id: int, value: str) -> Payload:
        meter_value = {"timestamp": self._time(), "sampledValue": [{"value": value}]}
        return {"connectorId": 1, "transactionId": transaction_id, "meterValue": [meter_value]}

    async def run(self, url: str, rest: asyncio.Event) -> None:
        """Charge over one connection until it is lost, or `rest` is set and nothing unanswered."""
        with contextlib.suppress(ConnectionClosed, InvalidHandshake, OSError):
            async with connect(
                f"{url}/{self.id}", subprotocols=[Subprotocol("ocpp1.6")], ping_interval=None
            ) as socket:
                while self._sent or not rest.is_set():
                    await self._ask(socket)

    async def _ask(self, socket: ClientConnection) -> None:
        if self._sent % 2:
            self._message_id = uuid4().hex
        self._sent += 1
        await socket.send(json.dumps([2, self._message_id, *self._call]))
        kind, message_id, *rest = json.loads(await socket.recv())
        assert (kind, message_id) == (3, self._message_id), (kind, rest, self._call)
        self._call = self._calls.send(rest[0])
        self._message_id = uuid4().hex
        self._sent = 0
        self.answered.release()


async def after_answers(answered: asyncio.Semaphore, count: int) -> None:
    """Return once the charge points have got so many answers more."""
    async with asyncio.timeout(60):
        for _ in range(count):
            await answered.acquire()


async def run_to_rest(url: str, fleet: list[ChargePointInTraffic]) -> None:
    """Let every charge point have its unanswered call answered, and no more."""
    rest = asyncio.Event()
    rest.set()
    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        for charge_point in fleet:
            group.create_task(charge_point.run(url, rest))


def charges(fleet: list[ChargePointInTraffic]) -> list[tuple[object, ...]]:
    """What the API must show of the fleet's transactions, by the names of `key`."""
    return [
        (
            charge.transaction_id,
            charge_point.id,
            charge.id_tag,
            charge.started_at.replace("Z", ".000Z"),
            METER_STOP if charge.stopped else None,
        )
        for charge_point in fleet
        for charge in charge_point.charges
    ]


def key(transaction: Json) -> tuple[object, ...]:
    """What tells a recorded transaction from others, and whether it was stopped."""
    names = ("transactionId", "chargePointId", "idTag", "startedAt", "meterStop")
    return tuple(transaction[name] for name in names)
