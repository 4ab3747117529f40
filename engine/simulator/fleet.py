"""Many simulated charge points at once."""

import asyncio
from collections.abc import Callable, Sequence

import msgspec

from engine.errors import EngineError
from engine.simulator.charge_point import ChargePoint
from engine.simulator.commands import answer
from engine.simulator.link import Unanswered
from engine.simulator.observer import Tally
from engine.simulator.player import play
from engine.simulator.scenario import DEFAULT, Step

RAMP_SECONDS = 0.01
"""Between two charge points' first connections: as a fleet comes, not as an attack."""


class Fleet(msgspec.Struct, frozen=True, kw_only=True):
    """Which charge points there are, and what they do."""

    url: str
    identities: tuple[str, ...]
    steps: Sequence[Step] = DEFAULT
    id_tag: str = "RandomToken"
    connectors: int = 2
    password: bytes | None = None
    stay: bool = False
    speed: float = 1.0


class Outcome(msgspec.Struct, frozen=True):
    """How it ended for one charge point."""

    identity: str
    problem: str | None
    """Why its scenario did not get to its end; None when it did."""


def identities(stem: str, count: int) -> tuple[str, ...]:
    """One charge point is called as asked; of several, each gets a number: `SIM-0001`."""
    if count == 1:
        return (stem,)
    digits = max(4, len(str(count)))
    return tuple(f"{stem}-{number:0{digits}}" for number in range(1, count + 1))


async def run(
    fleet: Fleet, tally: Tally, done: Callable[[Outcome], None] = lambda outcome: None
) -> list[Outcome]:
    """Let all of them go through the scenario; with `stay` this ends only by cancellation."""

    async def one(number: int, identity: str) -> Outcome:
        await asyncio.sleep(number * RAMP_SECONDS)
        outcome = Outcome(identity, await _run(fleet, identity, tally))
        done(outcome)
        return outcome

    return await asyncio.gather(*map(one, range(len(fleet.identities)), fleet.identities))


async def _run(fleet: Fleet, identity: str, tally: Tally) -> str | None:
    charge_point = ChargePoint(
        identity,
        fleet.url,
        answer=answer,
        observer=tally,
        connectors=fleet.connectors,
        password=fleet.password,
        speed=fleet.speed,
    )
    try:
        async with charge_point.connected(attempts=None if fleet.stay else 3):
            await play(charge_point, fleet.steps, fleet.id_tag)
            if fleet.stay:
                tally.note(identity, "stays connected and obeys commands; Ctrl-C ends it")
                await asyncio.Event().wait()
    except Unanswered as failure:
        return f"a Call was not answered: {failure.message}"
    except EngineError as failure:
        return str(failure)
    return None
