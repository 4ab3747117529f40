import asyncio

from engine.simulator import Fleet, Outcome, Tally, identities, run
from engine.simulator.scenario import Boot, Charge
from protocol.errors import ErrorCode
from tests.engine.simulator.central_system import central_system


def test_one_is_called_as_asked_and_many_are_numbered() -> None:
    assert identities("CP", 1) == ("CP",)
    assert identities("CP", 3) == ("CP-0001", "CP-0002", "CP-0003")
    assert identities("CP", 12345)[-1] == "CP-12345"


async def test_many_charge_points_charge_at_once() -> None:
    tally, done = Tally(), list[Outcome]()
    steps = (Boot(), Charge(meter_values=1, every_seconds=0))
    async with central_system() as system:
        fleet = Fleet(url=system.url, identities=identities("CP", 5), steps=steps)
        outcomes = await run(fleet, tally, done.append)
    assert outcomes == [Outcome(identity, None) for identity in fleet.identities]
    assert sorted(done, key=lambda outcome: outcome.identity) == outcomes
    assert tally.failures == {}
    assert tally.calls == len(tally.seconds) == 5 * 12


async def test_a_call_that_fails_ends_the_scenario_and_is_told() -> None:
    async with central_system() as system:
        system.answers["Authorize"] = lambda _: ErrorCode.InternalError
        (outcome,) = await run(Fleet(url=system.url, identities=("CP",)), Tally())
    assert outcome == Outcome("CP", "a Call was not answered: InternalError: no")


async def test_who_is_not_let_in_is_told() -> None:
    async with central_system() as system:
        system.refuse_with = 404
        (outcome,) = await run(Fleet(url=system.url, identities=("CP",)), Tally())
    assert outcome.problem is not None
    assert outcome.problem.startswith("`CP` may not connect: HTTP 404")


async def test_who_stays_obeys_until_cancelled() -> None:
    async with central_system() as system:
        fleet = Fleet(url=system.url, identities=("CP",), steps=(Boot(),), stay=True)
        running = asyncio.ensure_future(run(fleet, Tally()))
        await system.seen("StatusNotification", connectorId=2)
        assert await system.command("ClearCache") == {"status": "Accepted"}
        running.cancel()
        await asyncio.wait([running])
