"""Charge points that never stop charging, and remember which of their calls were answered."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from websockets import ConnectionClosed, InvalidHandshake, Subprotocol, connect

Payload = dict[str, Any]

METER_VALUES_PER_TRANSACTION = 3


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
        self._calls = self._session()
        self._call: tuple[str, Payload] | None = None
        self._message_id = ""
        self._retries = 0
        self._answer: Payload = {}
        self._ticks = 0

    def _time(self) -> str:
        self._ticks += 1
        minutes, seconds = divmod(self._ticks, 60)
        hours, minutes = divmod(minutes, 60)
        return f"2026-01-31T{hours:02}:{minutes:02}:{seconds:02}Z"

    async def _session(self) -> AsyncIterator[tuple[str, Payload]]:
        """The calls to send; each next one is asked for once the last was answered."""
        yield "BootNotification", {"chargePointVendor": "Voltrule", "chargePointModel": "Traffic"}
        while True:
            tag, time = uuid4().hex[:20], self._time()
            start = {"connectorId": 1, "idTag": tag, "meterStart": 0, "timestamp": time}
            yield "StartTransaction", start
            charge = Charge(tag, time, self._answer["transactionId"])
            self.charges.append(charge)
            for number in range(METER_VALUES_PER_TRANSACTION):
                value = str(100 * (number + 1))
                yield (
                    "MeterValues",
                    {
                        "connectorId": 1,
                        "transactionId": charge.transaction_id,
                        "meterValue": [
                            {"timestamp": self._time(), "sampledValue": [{"value": value}]}
                        ],
                    },
                )
                charge.metered.append(value)
            yield (
                "StopTransaction",
                {
                    "transactionId": charge.transaction_id,
                    "meterStop": 400,
                    "timestamp": self._time(),
                },
            )
            charge.stopped = True

    async def run(self, url: str, until: asyncio.Event) -> None:
        """Charge over one connection until it is lost, or `until` is set and nothing is open."""
        with contextlib.suppress(ConnectionClosed, InvalidHandshake, OSError):
            async with connect(
                f"{url}/{self.id}", subprotocols=[Subprotocol("ocpp1.6")], ping_interval=None
            ) as socket:
                while self._call is not None or not until.is_set():
                    if self._call is None:
                        self._call = await anext(self._calls)
                        self._message_id = uuid4().hex
                    elif self._retries % 2:
                        self._message_id = uuid4().hex
                    self._retries += 1
                    await socket.send(json.dumps([2, self._message_id, *self._call]))
                    kind, message_id, *rest = json.loads(await socket.recv())
                    assert (kind, message_id) == (3, self._message_id), (kind, rest, self._call)
                    self._answer = rest[0]
                    self._call = None
                    self._retries = 0
                    self.answered.release()


async def after_answers(answered: asyncio.Semaphore, count: int) -> None:
    """Return once the charge points have got so many answers more."""
    async with asyncio.timeout(60):
        for _ in range(count):
            await answered.acquire()
