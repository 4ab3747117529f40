"""Policies change again and again while charge points send as fast as they can."""

import asyncio
import signal
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial

from tests.system.admin import Admin, Json, document
from tests.system.charge_point import ChargePoint
from tests.system.server import Server

MakeServer = Callable[..., Server]

FLEET = 4
CHANGES = 12
CONNECT = """\
name: connect
action: Connect
rule: { match: [{ id: anyone, response: { status: Accepted } }] }
"""


def tags_of(group: str) -> str:
    """A policy that tells every tag to be of one group."""
    return f"""\
name: tags
action: Authorize
rule:
  match:
    - id: {group}
      response: {{ idTagInfo: {{ status: Accepted, parentIdTag: {group} }} }}
"""


def vendors_of(group: str) -> str:
    """The same word as `tags_of`, in the answer to another action of another file."""
    return f"""\
name: vendors
action: DataTransfer
rule:
  match:
    - id: {group}
      response: {{ status: Accepted, data: {group} }}
"""


class Asking(ChargePoint):
    """A charge point that asks without end, and remembers what it was told."""

    def __init__(self, url: str, charge_point_id: str) -> None:
        super().__init__(url, charge_point_id)
        self.told: list[str] = []
        self._answered = asyncio.Event()

    async def ask_until(self, enough: asyncio.Event) -> None:
        while not enough.is_set():
            info = await self.authorize("CARD")
            assert info["status"] == "Accepted"
            answer = await self.request("DataTransfer", {"vendorId": "com.acme"})
            self.told += [info["parentIdTag"], answer["data"]]
            self._answered.set()

    async def until(self, holds: Callable[[list[str]], bool]) -> None:
        """Wait for answers that are as they should be."""
        async with asyncio.timeout(20):
            while not holds(self.told):
                self._answered.clear()
                await self._answered.wait()


def contains(word: str, told: list[str]) -> bool:
    return word in told


def is_longer(length: int, told: list[str]) -> bool:
    return len(told) > length


@asynccontextmanager
async def asking(server: Server) -> AsyncIterator[list[Asking]]:
    """A fleet that asks until the block ends; then every question has been answered."""
    fleet = [Asking(server.ocpp_url, f"CP-{number}") for number in range(FLEET)]
    enough = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        for charge_point in fleet:
            await charge_point.connect()
            group.create_task(charge_point.ask_until(enough))
        yield fleet
        enough.set()
    for charge_point in fleet:
        await charge_point.disconnect()


def a_server(new_server: MakeServer) -> Server:
    """One whose policies change only when they are told to: no change comes from watching."""
    server = new_server(
        policies={"connect.yaml": CONNECT}, config={"policies": {"quiet_seconds": 3600}}
    )
    write(server, "OLD")
    return server.start()


def write(server: Server, group: str, *, broken: bool = False) -> None:
    """Both files; the mistake is in the second."""
    (server.policies / "tags.yaml").write_text(tags_of(group))
    vendors = vendors_of(group)
    (server.policies / "vendors.yaml").write_text(
        vendors.replace("status: Accepted", "status: Accept") if broken else vendors
    )


async def reload(admin: Admin) -> Json:
    return document(await admin.request("POST", "/v1/policies/reload"))


def said(decision: Json) -> str:
    """The word in the response to either action."""
    response = decision["response"]
    word: str = response.get("data") or response["idTagInfo"]["parentIdTag"]
    return word


async def decisions_of(admin: Admin, count: int) -> list[Json]:
    """All decisions, as soon as they are so many: those of Authorize are written a little later."""
    async with asyncio.timeout(10):
        while True:
            found = [
                *await admin.all("/v1/decisions", action="Authorize", limit=1000),
                *await admin.all("/v1/decisions", action="DataTransfer", limit=1000),
            ]
            if len(found) >= count:
                return found


async def test_each_answer_is_that_of_one_revision_and_none_is_lost(
    new_server: MakeServer,
) -> None:
    server = a_server(new_server)
    async with Admin(server.admin_url, server.token) as admin:
        revisions = {(await admin.get("/v1/policies"))["revision"]: "OLD"}
        async with asking(server) as fleet:
            for group in (f"G{change}" for change in range(1, CHANGES)):
                write(server, group)
                revisions[(await reload(admin))["revision"]] = group
                await fleet[0].until(partial(contains, group))
        told = Counter(word for each in fleet for word in each.told)
        decisions = await decisions_of(admin, told.total())
    assert len(revisions) == CHANGES
    assert Counter(map(said, decisions)) == told
    assert {said(each) for each in decisions if said(each) != revisions[each["revision"]]} == set()


async def test_a_mistake_in_one_file_keeps_the_other_from_going_live(
    new_server: MakeServer,
) -> None:
    server = a_server(new_server)
    async with Admin(server.admin_url, server.token) as admin, asking(server) as fleet:
        write(server, "NEW", broken=True)
        (problem,) = (await reload(admin))["problems"]
        assert (problem["file"], problem["line"]) == ("vendors.yaml", 6)
        for each in fleet:
            await each.until(partial(is_longer, len(each.told) + 20))
    assert {word for each in fleet for word in each.told} == {"OLD"}


async def test_sighup_loads_the_policies_while_charge_points_ask(new_server: MakeServer) -> None:
    server = a_server(new_server)
    async with asking(server) as fleet:
        for each in fleet:
            await each.until(partial(contains, "OLD"))
        write(server, "NEW")
        server.signal(signal.SIGHUP)
        for each in fleet:
            await each.until(partial(contains, "NEW"))
    for each in fleet:
        assert list(dict.fromkeys(each.told)) == ["OLD", "NEW"]
        assert each.told == sorted(each.told, reverse=True)
