"""A run: a server under load, killed and started again so many times."""

import asyncio
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tests.crash.charge_point import CrashedChargePoint
from tests.crash.comparison import Comparison, compare
from tests.system.admin import Admin
from tests.system.server import Server

LONGEST_LIFE_SECONDS = 1.5
AT_START = 0.15
"""This part of the kills comes while the server starts."""
STARTING_SECONDS = 1.5
REST_SECONDS = 120

Report = Callable[[str], None]


@dataclass
class Run:
    """What is run against what, and how far it is."""

    directory: Path
    store_url: str
    kills: int
    seed: int
    charge_points: int = 20
    report: Report = print
    module: str = "engine"
    """What is run as `voltrule`."""
    answered: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))

    def __post_init__(self) -> None:
        self._random = Random(self.seed)
        # A server comes back where it was; this port is none that the system gives to others.
        port = _free_port(self._random)
        self.server = Server(
            self.directory,
            module=self.module,
            config={
                "store": {"url": self.store_url},
                "ocpp": {"listen": f"127.0.0.1:{port}"},
            },
        )
        self._url = f"ws://127.0.0.1:{port}/ocpp"
        self.fleet = [
            CrashedChargePoint(f"CRASH-{number}", self.seed, self.answered)
            for number in range(self.charge_points)
        ]

    async def run(self) -> Comparison:
        """Kill the server so many times, let it all come to rest, and compare."""
        rest = asyncio.Event()
        try:
            async with asyncio.TaskGroup() as group:
                for charge_point in self.fleet:
                    group.create_task(charge_point.run(lambda: self._url, rest))
                for number in range(1, self.kills + 1):
                    self.report(f"kill {number}/{self.kills}: {await self._live_and_die()}")
                await asyncio.to_thread(self.server.start)
                rest.set()
            async with Admin(self.server.admin_url, self.server.token) as admin:
                result = await compare(admin, self.fleet)
            code = await asyncio.to_thread(self.server.stop)
            if code:
                result.wrong.append(f"the server ended with exit code {code}")
            return result
        finally:
            self.server.close()

    async def _live_and_die(self) -> str:
        """One life of the server; what is to say of it."""
        before = _answers(self.fleet)
        if self._random.random() < AT_START:
            seconds = self._random.uniform(0, STARTING_SECONDS)
            self.server.launch()
            when = "after its launch"
        else:
            seconds = self._random.uniform(0, LONGEST_LIFE_SECONDS)
            await asyncio.to_thread(self.server.start)
            # The load is there when the first answer is.
            await self._first_answer()
            when = "under load"
        began = time.monotonic()
        await asyncio.sleep(seconds)
        await asyncio.to_thread(self.server.kill)
        count = _answers(self.fleet)
        lived = time.monotonic() - began
        return f"{lived:.2f} s {when}, {count - before:,} answers, {count:,} in all"

    async def _first_answer(self) -> None:
        async with asyncio.timeout(REST_SECONDS):
            while not self.answered.locked():
                await self.answered.acquire()
            await self.answered.acquire()


def _answers(fleet: Sequence[CrashedChargePoint]) -> int:
    return sum(len(each.message_ids) for each in fleet)


def _free_port(random: Random) -> int:
    while True:
        port = random.randrange(20_000, 32_000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
