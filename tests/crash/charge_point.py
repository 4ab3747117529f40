"""A charge point that charges without end and keeps a journal of what was answered to it."""

import asyncio
import contextlib
import json
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from random import Random
from typing import Any
from uuid import uuid4

from websockets import ClientConnection, ConnectionClosed, InvalidHandshake, Subprotocol, connect

Payload = dict[str, Any]
MeterValue = tuple[str, str]
"""When it was measured, and the energy register as it was sent."""

ANSWER_SECONDS = 10.0
"""Without an answer for so long a charge point connects again, and sends the message again."""

LOST_ANSWERS = 0.02
"""This part of the answers never reaches its charge point: the network breaks before."""


@dataclass
class Charge:
    """One transaction as its charge point knows it: only what was answered is here."""

    connector_id: int
    id_tag: str
    started_at: str
    meter_start: int
    transaction_id: int
    metered: list[MeterValue] = field(default_factory=list)
    meter_stop: int | None = None


class CrashedChargePoint:
    """
    Boots, then charges: status, start, meter values, stop, each sent until it is answered.

    A call without an answer is sent again on the next connection, with the same message id for
    even and a new one for odd retries: charge points do either.
    """

    def __init__(self, charge_point_id: str, seed: object, answered: asyncio.Semaphore) -> None:
        self.id = charge_point_id
        self.charges: list[Charge] = []
        self.connectors: dict[int, str] = {}
        """The last status of each connector that was answered."""
        self.message_ids: set[str] = set()
        """Of all calls that were answered."""
        self.retries = 0
        self.contradictions: list[str] = []
        """Answers that say other than the one that was lost."""
        self._random = Random(f"{seed} {charge_point_id}")
        self._answered = answered
        self._seconds = 0
        self._register = self._random.randrange(1_000_000)
        self._calls = self._session()
        self._call = next(self._calls)
        self._message_id = uuid4().hex
        self._sent = 0
        self._lost: Payload | None = None

    @property
    def energy(self) -> int:
        """Wh of the charges whose stop was answered."""
        stopped = [each for each in self.charges if each.meter_stop is not None]
        return sum((each.meter_stop or 0) - each.meter_start for each in stopped)

    def _time(self) -> str:
        self._seconds += 1
        minutes, seconds = divmod(self._seconds, 60)
        hours, minutes = divmod(minutes, 60)
        days, hours = divmod(hours, 24)
        return f"2026-01-{1 + days:02}T{hours:02}:{minutes:02}:{seconds:02}Z"

    def _session(self) -> Generator[tuple[str, Payload], Payload, None]:
        """The calls to send; each goes on with the answer to it, and writes it down at once."""
        yield "BootNotification", {"chargePointVendor": "Voltrule", "chargePointModel": "Crash"}
        while True:
            connector_id = self._random.choice((1, 2))
            yield from self._status(connector_id, "Preparing")
            charge = yield from self._start(connector_id)
            yield from self._status(connector_id, "Charging")
            for _ in range(self._random.randrange(4)):
                value = self._measure()
                yield "MeterValues", _meter_values(charge, value)
                charge.metered.append(value)
            yield from self._stop(charge)
            yield from self._status(connector_id, "Available")

    def _status(
        self, connector_id: int, status: str
    ) -> Generator[tuple[str, Payload], Payload, None]:
        payload = {"connectorId": connector_id, "errorCode": "NoError", "status": status}
        yield "StatusNotification", payload | {"timestamp": self._time()}
        self.connectors[connector_id] = status

    def _start(self, connector_id: int) -> Generator[tuple[str, Payload], Payload, Charge]:
        tag, time, register = uuid4().hex[:20], self._time(), self._register
        start = {"connectorId": connector_id, "idTag": tag, "meterStart": register}
        answer = yield "StartTransaction", start | {"timestamp": time}
        charge = Charge(connector_id, tag, time, register, answer["transactionId"])
        self.charges.append(charge)
        return charge

    def _stop(self, charge: Charge) -> Generator[tuple[str, Payload], Payload, None]:
        values = [self._measure() for _ in range(self._random.randrange(3))]
        stop: Payload = {"transactionId": charge.transaction_id, "timestamp": self._time()}
        if values:
            stop["transactionData"] = [_meter_value(*value) for value in values]
        register = self._register
        yield "StopTransaction", stop | {"meterStop": register}
        charge.metered += values
        charge.meter_stop = register

    def _measure(self) -> MeterValue:
        self._register += self._random.randrange(1, 500)
        return self._time(), str(self._register)

    async def run(self, url: Callable[[], str], rest: asyncio.Event) -> None:
        """Connect whenever there is no connection, until `rest` is set and nothing unanswered."""
        while self._sent or not rest.is_set():
            with contextlib.suppress(ConnectionClosed, InvalidHandshake, OSError, TimeoutError):
                async with connect(
                    f"{url()}/{self.id}", subprotocols=[Subprotocol("ocpp1.6")], ping_interval=None
                ) as socket:
                    while self._sent or not rest.is_set():
                        await self._ask(socket)
            # As far apart as the network would have them, and not all at once.
            await asyncio.sleep(self._random.uniform(0.02, 0.1))

    async def _ask(self, socket: ClientConnection) -> None:
        if self._sent % 2:
            self._message_id = uuid4().hex
        self.retries += self._sent > 0
        self._sent += 1
        await socket.send(json.dumps([2, self._message_id, *self._call]))
        async with asyncio.timeout(ANSWER_SECONDS):
            kind, message_id, *rest = json.loads(await socket.recv())
        assert (kind, message_id) == (3, self._message_id), (kind, rest, self._call)
        if self._random.random() < LOST_ANSWERS:
            self._lost = rest[0]
            raise ConnectionResetError("the answer got lost")
        self._take(rest[0])

    def _take(self, answer: Payload) -> None:
        action, _ = self._call
        if self._lost is not None and action == "StartTransaction" and self._lost != answer:
            self.contradictions.append(f"{self.id}: {action} got {self._lost}, then {answer}")
        self._lost = None
        self.message_ids.add(self._message_id)
        self._call = self._calls.send(answer)
        self._message_id = uuid4().hex
        self._sent = 0
        self._answered.release()


def _meter_values(charge: Charge, value: MeterValue) -> Payload:
    return {
        "connectorId": charge.connector_id,
        "transactionId": charge.transaction_id,
        "meterValue": [_meter_value(*value)],
    }


def _meter_value(time: str, value: str) -> Payload:
    return {"timestamp": time, "sampledValue": [{"value": value}]}
