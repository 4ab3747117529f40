"""A charge point that has an awkward day, and a meter of its own that knows what it delivered."""

import asyncio
import contextlib
import random
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from websockets import InvalidHandshake

from tests.system.charge_point import ChargePoint, Payload
from tests.system.server import Server

MORNING = datetime(2026, 1, 31, 6, tzinfo=UTC)


class AwkwardChargePoint(ChargePoint):
    """
    Sends each message until it is answered, over as many connections as that takes.

    What happens to it is `sessions`, by name; each takes its energy from the same meter.
    """

    def __init__(
        self, server: Server, charge_point_id: str, seed: int, answered: asyncio.Semaphore
    ) -> None:
        super().__init__(server.ocpp_url, charge_point_id)
        self.server = server
        # Side 2 has delivered more, so that a stop of side 2 fits a start of side 1, too.
        self.meters = {1: 10_000 * seed, 2: 1_000_000 + 10_000 * seed}
        self._first = sum(self.meters.values())
        self.transactions = 0
        self.answered = answered
        self.doubtful: dict[int, Payload] = {}
        """The starts of stops that only an operator can match, by meterStop."""
        self._random = random.Random(seed)
        self._time = MORNING

    @property
    def delivered(self) -> int:
        """Wh, by its own meters."""
        return sum(self.meters.values()) - self._first

    async def surely(self, action: str, payload: Payload) -> Payload:
        """Send a message until it is answered, each time with a message id of its own."""
        while True:
            request = asyncio.ensure_future(self.request(action, payload))
            closed = asyncio.ensure_future(self.socket.wait_closed())
            await asyncio.wait((request, closed), return_when=asyncio.FIRST_COMPLETED)
            if request.done() and request.exception() is None:
                closed.cancel()
                self.answered.release()
                return request.result()
            request.cancel()
            await asyncio.gather(request, closed, return_exceptions=True)
            await self.reconnect()

    async def reconnect(self) -> None:
        """Come back as after a power loss: nobody was told that the old socket is gone."""
        self.socket.transport.abort()
        await self._reading
        connected = False
        while not connected:
            # The server may be killed in the middle of the handshake.
            with contextlib.suppress(OSError, InvalidHandshake):
                await self.connect(f"{self.server.ocpp_url}/{self.id}")
                connected = True

    async def live(self, names: list[str]) -> None:
        """Have these sessions, one after the other."""
        async with self:
            await self.surely(
                "BootNotification", {"chargePointVendor": "V", "chargePointModel": "Awkward"}
            )
            for name in names:
                await getattr(self, name)()

    def time(self) -> str:
        self._time += timedelta(seconds=self._random.randint(1, 300))
        return self._time.strftime("%Y-%m-%dT%H:%M:%SZ")

    def a_start(self, connector: int = 1, **changes: object) -> Payload:
        self.transactions += 1
        start: Payload = {
            "connectorId": connector,
            "idTag": uuid4().hex[:20],
            "meterStart": self.meters[connector],
            "timestamp": self.time(),
        }
        return start | changes

    def a_stop(self, start: Payload, transaction_id: int, **changes: object) -> Payload:
        connector = start["connectorId"]
        self.meters[connector] += self._random.randint(0, 50_000)
        stop: Payload = {
            "transactionId": transaction_id,
            "idTag": start["idTag"],
            "meterStop": self.meters[connector],
            "timestamp": self.time(),
        }
        return stop | changes

    def metered(self, transaction_id: int, connector: int = 1) -> Payload:
        value = {"timestamp": self.time(), "sampledValue": [{"value": "1"}]}
        return {
            "connectorId": connector,
            "transactionId": transaction_id,
            "meterValue": [value],
        }

    async def started(self, start: Payload) -> int:
        transaction_id: int = (await self.surely("StartTransaction", start))["transactionId"]
        return transaction_id

    async def all_well(self) -> None:
        start = self.a_start()
        transaction_id = await self.started(start)
        await self.surely("MeterValues", self.metered(transaction_id))
        await self.surely("StopTransaction", self.a_stop(start, transaction_id))

    async def everything_twice(self) -> None:
        start = self.a_start()
        transaction_id = await self.started(start)
        assert await self.started(start | {"idTag": start["idTag"].upper()}) == transaction_id
        stop = self.a_stop(start, transaction_id)
        for _ in range(2):
            await self.surely("MeterValues", self.metered(transaction_id))
            await self.surely("StopTransaction", stop)
        assert await self.started(start) == transaction_id

    async def power_lost_before_the_answer_came(self) -> None:
        start = self.a_start()
        await self.started(start)
        await self.reconnect()
        await self.surely("StopTransaction", self.a_stop(start, -1))

    async def power_lost_and_asked_again(self) -> None:
        start = self.a_start()
        first = await self.started(start)
        await self.reconnect()
        assert await self.started(start) == first
        await self.surely("StopTransaction", self.a_stop(start, first, reason="PowerLoss"))

    async def a_stop_with_no_id_twice(self) -> None:
        start = self.a_start()
        await self.started(start)
        stop = self.a_stop(start, 0)
        await self.surely("StopTransaction", stop)
        await self.reconnect()
        await self.surely("StopTransaction", stop)

    async def a_stop_with_a_wrong_id(self) -> None:
        start = self.a_start()
        await self.started(start)
        await self.surely("StopTransaction", self.a_stop(start, 2_000_000_000))

    async def a_stop_before_its_start(self) -> None:
        start = self.a_start()
        await self.surely("StopTransaction", self.a_stop(start, -1))
        await self.started(start)

    async def a_clock_that_is_not_set(self) -> None:
        start = self.a_start(timestamp="1970-01-01T00:00:09Z")
        transaction_id = await self.started(start)
        await self.surely("StopTransaction", self.a_stop(start, transaction_id))

    async def a_clock_that_was_set_back(self) -> None:
        start = self.a_start()
        transaction_id = await self.started(start)
        stop = self.a_stop(start, transaction_id, timestamp="2026-01-31T00:00:00Z")
        await self.surely("StopTransaction", stop)

    async def available_before_the_stop(self) -> None:
        start = self.a_start()
        transaction_id = await self.started(start)
        status = {"connectorId": 1, "errorCode": "NoError", "status": "Available"}
        await self.surely("StatusNotification", status | {"timestamp": self.time()})
        await self.surely("StopTransaction", self.a_stop(start, transaction_id))
        await self.surely("MeterValues", self.metered(transaction_id))

    async def two_stops_that_differ(self) -> None:
        start = self.a_start()
        transaction_id = await self.started(start)
        stop = self.a_stop(start, transaction_id)
        await self.surely("StopTransaction", stop)
        await self.surely("StopTransaction", stop | {"meterStop": stop["meterStop"] + 999})

    async def the_same_card_on_both_sides(self) -> None:
        """Two stops without ids: each fits two transactions, so a person must say which."""
        tag = uuid4().hex[:20]
        starts = [self.a_start(connector, idTag=tag) for connector in (1, 2)]
        for start in starts:
            start["transactionId"] = await self.started(start.copy())
        stops = [self.a_stop(start, -1) for start in starts]
        for start, stop in zip(starts, stops, strict=True):
            await self.surely("StopTransaction", stop)
            self.doubtful[stop["meterStop"]] = start


SESSIONS = [
    name
    for name, value in vars(AwkwardChargePoint).items()
    if asyncio.iscoroutinefunction(value) and name not in ("surely", "reconnect", "live", "started")
]
"""All that may happen on such a day."""
