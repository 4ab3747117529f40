"""A local list survives a power cut between an update and its answer."""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

import httpx
from ocpp.messages import Call

from tests.system.admin import Admin
from tests.system.charge_point import ChargePoint, Payload
from tests.system.server import Server

PATH = "/v1/charge-points/CP/local-list"


class Listed(ChargePoint):
    """A charge point with a local list, which may keep its answer to an update for itself."""

    silent = False

    def has_version(self, version: int) -> None:
        self.will_answer("GetLocalListVersion", {"listVersion": version})
        self.will_answer("GetConfiguration", {"configurationKey": []})
        self.will_answer("SendLocalList", {"status": "Accepted"})

    async def _handle_call(self, msg: Call) -> None:
        if self.silent and msg.action == "SendLocalList":
            self.received.append((msg.action, msg.payload))
            self._commands.put_nowait((msg.action, msg.payload))
        else:
            await super()._handle_call(msg)

    async def next_update(self) -> Payload:
        """The next SendLocalList that comes."""
        action, payload = await self.next_command()
        return payload if action == "SendLocalList" else await self.next_update()


async def test_after_a_kill_no_version_is_given_twice_and_the_whole_list_is_sent(
    new_server: Callable[..., Server],
) -> None:
    server = new_server().start()
    async with Listed(server.ocpp_url, "CP") as charge_point:
        await charge_point.boot()
        charge_point.has_version(0)
        async with Admin(server.admin_url, server.token) as admin:
            await admin.add_tag("A")
            assert (await admin.request("POST", PATH)).status_code == 200
            assert await charge_point.next_update() == an_update(1, "Full", "A")
            await admin.add_tag("B")
            charge_point.has_version(1)
            charge_point.silent = True
            asking = asyncio.create_task(admin.request("POST", PATH))
            assert await charge_point.next_update() == an_update(2, "Differential", "B")
            server.kill()
            with contextlib.suppress(httpx.HTTPError):
                await asking
        server.start()
        await charge_point.connect(f"{server.ocpp_url}/CP")
        charge_point.silent = False
        # It had taken the update.
        charge_point.has_version(2)
        async with Admin(server.admin_url, server.token) as admin:
            before = await admin.get(PATH)
            assert (before["status"], before["lastVersion"]) == ("Updating", 2)
            after = (await admin.request("POST", PATH)).json()
        assert await charge_point.next_update() == an_update(3, "Full", "A", "B")
        assert (after["status"], after["listVersion"], after["entries"]) == ("Synchronized", 3, 2)


def an_update(version: int, update_type: str, *id_tags: str) -> dict[str, Any]:
    """A SendLocalList with these id tags, all accepted."""
    entries = [{"idTag": id_tag, "idTagInfo": {"status": "Accepted"}} for id_tag in id_tags]
    return {
        "listVersion": version,
        "localAuthorizationList": entries,
        "updateType": update_type,
    }
