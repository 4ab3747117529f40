"""Local lists brought to charge points: to the simulator's, and to ones that behave oddly."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from engine import simulator
from engine.central_system import (
    Disconnected,
    LocalListRefused,
    LocalListUnsupported,
    NotAllowedNow,
    NotConnected,
    Synchronized,
)
from engine.errors import Conflict
from engine.policy.facts import Tag
from engine.storage import IdTagFilter
from protocol.messages import SendLocalListReq, UpdateType
from protocol.timestamps import Timestamp
from tests.engine.central_system.charge_point import ChargePoint, Payload
from tests.engine.central_system.running import Running, running

TIME = Timestamp.parse("2026-01-31T12:00:00Z")


class Listed(ChargePoint):
    """
    A charge point with a local list, which it takes as the specification says.

    `odd` answers in its stead: it is given the action and the payload, and None lets the list.
    """

    def __init__(self, url: str, *, send_length: int = 3, length: int = 10) -> None:
        super().__init__(url, "CP1")
        self.version = 0
        self.tags: dict[str, Payload] = {}
        self.limits = {
            "LocalAuthListEnabled": "true",
            "LocalAuthListMaxLength": str(length),
            "SendLocalListMaxLength": str(send_length),
        }
        self.sent: list[tuple[int, str, list[str]]] = []
        self.actions: list[str] = []
        self.odd: Callable[[str, Payload], Any] = lambda _action, _payload: None

    async def obey(self) -> None:
        """Answer commands until the connection ends."""
        async for text in self.socket:
            _, message_id, action, payload = json.loads(text)
            self.actions.append(action)
            answer = self.odd(action, payload)
            if answer is None:
                answer = self._answer(action, payload)
            if isinstance(answer, str):
                await self.send(4, message_id, answer, "", {})
            else:
                await self.send(3, message_id, answer)

    def _answer(self, action: str, payload: Payload) -> Payload:
        match action:
            case "GetLocalListVersion":
                return {"listVersion": self.version}
            case "GetConfiguration":
                known = [
                    {"key": key, "value": self.limits[key], "readonly": True}
                    for key in payload["key"]
                    if key in self.limits
                ]
                return {"configurationKey": known}
            case _:
                return {"status": self._update(payload)}

    def _update(self, payload: Payload) -> str:
        version, entries = payload["listVersion"], payload.get("localAuthorizationList", [])
        self.sent.append((version, payload["updateType"], [entry["idTag"] for entry in entries]))
        if payload["updateType"] == "Full":
            self.tags = {}
        elif version <= self.version:
            return "VersionMismatch"
        for entry in entries:
            self.tags.pop(entry["idTag"], None)
            if "idTagInfo" in entry:
                self.tags[entry["idTag"]] = entry["idTagInfo"]
        self.version = version
        return "Accepted"


@asynccontextmanager
async def a_site(folder: Path, *tags: Tag, **limits: int) -> AsyncIterator[tuple[Running, Listed]]:
    """A central system with these id tags, and a connected charge point that obeys."""
    async with running(folder) as system:
        for tag in tags:
            await system.store.id_tags.put(tag, time=TIME)
        async with connected(Listed(system.url, **limits)) as peer:
            yield system, peer


@asynccontextmanager
async def connected(peer: Listed) -> AsyncIterator[Listed]:
    """The charge point, connected and obeying."""
    async with peer:
        obeying = asyncio.create_task(peer.obey())
        try:
            yield peer
        finally:
            obeying.cancel()
            await asyncio.gather(obeying, return_exceptions=True)


def some_tags(names: str, **fields: Any) -> list[Tag]:
    return [Tag(id_tag=name, **fields) for name in names]


async def synchronize(system: Running, **options: Any) -> Synchronized:
    return await system.central_system.local_lists.synchronize("CP1", **options)


async def test_a_first_list_is_full_and_goes_on_in_differential_updates(tmp_path: Path) -> None:
    async with a_site(tmp_path, *some_tags("ABCDE"), send_length=2) as (system, peer):
        done = await synchronize(system)
    assert peer.sent == [
        (1, "Full", ["A", "B"]),
        (2, "Differential", ["C", "D"]),
        (3, "Differential", ["E"]),
    ]
    assert (done.record.status, done.record.acknowledged_version) == ("Synchronized", 3)
    assert (done.record.entries, done.record.version) == (5, 3)
    assert [update.status for update in done.updates] == ["Accepted"] * 3


async def test_expiry_date_group_and_the_parents_status_are_in_the_list(tmp_path: Path) -> None:
    expires = Timestamp.parse("2999-01-01T00:00:00Z")
    tags = [
        Tag(id_tag="A", expiry_date=expires, parent_id_tag="Fleet"),
        Tag(id_tag="B", parent_id_tag="G"),
        Tag(id_tag="G", status="Blocked"),
    ]
    async with a_site(tmp_path, *tags) as (system, peer):
        await synchronize(system)
    assert peer.tags == {
        "A": {
            "status": "Accepted",
            "expiryDate": "2999-01-01T00:00:00.000Z",
            "parentIdTag": "Fleet",
        },
        "B": {"status": "Blocked", "parentIdTag": "G"},
        "G": {"status": "Blocked"},
    }


async def test_later_only_what_has_changed_is_sent(tmp_path: Path) -> None:
    async with a_site(tmp_path, *some_tags("ABC")) as (system, peer):
        await synchronize(system)
        await system.store.id_tags.delete("A")
        await system.store.id_tags.put(Tag(id_tag="B", status="Blocked"), time=TIME)
        done = await synchronize(system)
        unchanged = await synchronize(system)
    assert peer.sent[1:] == [(2, "Differential", ["A", "B"])]
    assert peer.tags == {"B": {"status": "Blocked"}, "C": {"status": "Accepted"}}
    assert (done.record.entries, unchanged.updates) == (2, ())


async def test_a_full_update_can_be_asked_for(tmp_path: Path) -> None:
    async with a_site(tmp_path, *some_tags("AB")) as (system, peer):
        await synchronize(system)
        await synchronize(system, update_type="Full")
    assert peer.sent[1:] == [(2, "Full", ["A", "B"])]


async def test_a_differential_update_needs_a_version_that_is_known(tmp_path: Path) -> None:
    async with a_site(tmp_path, *some_tags("A")) as (system, peer):
        peer.version = 7
        with pytest.raises(Conflict) as refused:
            await synchronize(system, update_type="Differential")
    assert str(refused.value) == (
        "nobody knows what version 7 of the list of `CP1` is\n"
        "hint: leave out `updateType`: then a Full update is sent"
    )
    assert peer.sent == []


async def test_the_selection_is_kept_for_the_next_time(tmp_path: Path) -> None:
    tags = [*some_tags("A"), *some_tags("BC", parent_id_tag="Fleet", labels={"site": "Bonn"})]
    async with a_site(tmp_path, *tags) as (system, peer):
        await synchronize(system, selector=IdTagFilter(parent_id_tag="fleet"))
        await system.store.id_tags.put(Tag(id_tag="C", parent_id_tag="Fleet"), time=TIME)
        await synchronize(system)
        again = await synchronize(system, selector=IdTagFilter(labels={"site": "Bonn"}))
    assert [sent[2] for sent in peer.sent] == [["B", "C"], ["C"]]
    assert list(peer.tags) == ["B"]
    assert again.record.selector == IdTagFilter(labels={"site": "Bonn"})


async def test_versions_go_on_above_what_the_charge_point_has(tmp_path: Path) -> None:
    async with a_site(tmp_path, *some_tags("A")) as (system, peer):
        peer.version = 41
        await synchronize(system)
        # It was replaced by another one, whose list is empty: versions are not given twice.
        peer.version, peer.tags = 0, {}
        await synchronize(system)
    assert peer.sent == [(42, "Full", ["A"]), (43, "Full", ["A"])]


@pytest.mark.parametrize("nonsense", [2**31 - 2, 2**31 - 1, 2**40])
async def test_a_nonsense_version_uses_up_no_versions(tmp_path: Path, nonsense: int) -> None:
    async with a_site(tmp_path, *some_tags("A")) as (system, peer):
        await synchronize(system)
        peer.version = nonsense
        await synchronize(system)
        await synchronize(system, update_type="Full")
    assert peer.sent == [(1, "Full", ["A"]), (2, "Full", ["A"]), (3, "Full", ["A"])]


@pytest.mark.parametrize("status", ["Failed", "VersionMismatch", "NotSupported"])
async def test_a_differential_update_that_is_not_taken_is_repeated_as_full(
    tmp_path: Path, status: str
) -> None:
    async with a_site(tmp_path, *some_tags("ABC")) as (system, peer):
        await synchronize(system)
        await system.store.id_tags.delete("A")
        peer.odd = lambda _, payload: (
            {"status": status} if payload.get("updateType") == "Differential" else None
        )
        done = await synchronize(system)
    assert peer.sent[1:] == [(3, "Full", ["B", "C"])]
    assert [(each.list_version, each.status) for each in done.updates] == [
        (2, status),
        (3, "Accepted"),
    ]
    assert (done.record.status, done.record.entries) == ("Synchronized", 2)


async def test_a_full_update_that_fails_is_told_and_kept(tmp_path: Path) -> None:
    async with a_site(tmp_path, *some_tags("AB")) as (system, peer):
        peer.odd = lambda action, _: {"status": "Failed"} if action == "SendLocalList" else None
        with pytest.raises(LocalListRefused) as refused:
            await synchronize(system)
        record = await system.store.local_lists.get("CP1")
    assert str(refused.value) == (
        "`CP1` answered Failed to a Full update of 2 id tags\n"
        "hint: select fewer id tags, or look into the charge point's own log"
    )
    assert (record.status, record.version, record.acknowledged_version) == ("Refused", 1, None)
    assert record.last_update is not None
    assert (record.last_update.status, record.last_update.entries) == ("Failed", 2)


UNSUPPORTED = [
    ("GetLocalListVersion", {"listVersion": -1}, "its list has version -1"),
    ("GetLocalListVersion", "NotSupported", "it answered GetLocalListVersion with NotSupported"),
    (
        "GetLocalListVersion",
        "NotImplemented",
        "it answered GetLocalListVersion with NotImplemented",
    ),
    (
        "SendLocalList",
        {"status": "NotSupported"},
        "it answered SendLocalList with NotSupported",
    ),
]


@pytest.mark.parametrize(("action", "answer", "why"), UNSUPPORTED)
async def test_a_charge_point_without_lists_is_told_of(
    tmp_path: Path, action: str, answer: object, why: str
) -> None:
    async with a_site(tmp_path, *some_tags("A")) as (system, peer):
        peer.odd = lambda asked, _: answer if asked == action else None
        with pytest.raises(LocalListUnsupported) as refused:
            await synchronize(system)
    assert refused.value.message == f"`CP1` has no local authorization list: {why}"


async def test_more_tags_than_the_charge_point_holds_are_not_sent(tmp_path: Path) -> None:
    async with a_site(tmp_path, *some_tags("ABCD"), length=3) as (system, peer):
        with pytest.raises(LocalListRefused) as refused:
            await synchronize(system)
    assert refused.value.message == (
        "more than 3 id tags are selected, and the list of `CP1` holds 3"
    )
    assert peer.sent == []


async def test_what_the_configuration_says_is_asked_once_per_boot(tmp_path: Path) -> None:
    async with running(tmp_path) as system:
        async with connected(Listed(system.url)) as peer:
            await synchronize(system)
            await synchronize(system)
            assert peer.actions.count("GetConfiguration") == 1
        async with system.charge_point() as charge_point:
            await charge_point.boot()
        peer.limits = {"SendLocalListMaxLength": "5", "LocalAuthListEnabled": "False"}
        async with connected(peer):
            limits = (await synchronize(system)).record.limits
    assert peer.actions.count("GetConfiguration") == 2
    assert (limits.enabled, limits.max_length, limits.send_max_length) == (False, None, 5)


@pytest.mark.parametrize("answer", ["NotSupported", {"configurationKey": []}])
async def test_a_charge_point_that_says_no_length_gets_a_hundred_at_once(
    tmp_path: Path, answer: object
) -> None:
    tags = [Tag(id_tag=f"T{number:03}") for number in range(101)]
    async with a_site(tmp_path, *tags) as (system, peer):
        peer.odd = lambda action, _: answer if action == "GetConfiguration" else None
        await synchronize(system)
    assert [len(sent[2]) for sent in peer.sent] == [100, 1]


async def test_after_a_lost_answer_the_list_goes_out_as_a_whole(tmp_path: Path) -> None:
    async with running(tmp_path) as system:
        await system.store.id_tags.put(Tag(id_tag="A"), time=TIME)
        async with connected(Listed(system.url)) as peer:
            await synchronize(system)
            await system.store.id_tags.put(Tag(id_tag="B"), time=TIME)
            # It takes the update, and goes away before it has answered.
            peer.odd = lambda action, payload: _takes_and_leaves(peer, action, payload)
            with pytest.raises(Disconnected):
                await synchronize(system)
        assert (await system.store.local_lists.get("CP1")).status == "Updating"
        peer.odd = lambda _action, _payload: None
        async with connected(peer):
            done = await synchronize(system)
    assert peer.sent[1:] == [(2, "Differential", ["B"]), (3, "Full", ["A", "B"])]
    assert done.record.acknowledged_version == 3


def _takes_and_leaves(peer: Listed, action: str, payload: Payload) -> None:
    if action == "SendLocalList":
        peer._update(payload)
        _leaves(peer, action)


def _leaves(peer: Listed, action: str) -> None:
    if action == "SendLocalList":
        peer.socket.transport.abort()
        raise ConnectionAbortedError


async def test_after_an_update_that_never_arrived_only_the_changes_go_out(tmp_path: Path) -> None:
    async with running(tmp_path) as system:
        await system.store.id_tags.put(Tag(id_tag="A"), time=TIME)
        async with connected(Listed(system.url)) as peer:
            await synchronize(system)
            await system.store.id_tags.put(Tag(id_tag="B"), time=TIME)
            peer.odd = lambda action, _: _leaves(peer, action)
            with pytest.raises(Disconnected):
                await synchronize(system)
        peer.odd = lambda _action, _payload: None
        async with connected(peer):
            await synchronize(system)
    assert peer.sent[1:] == [(3, "Differential", ["B"])]


async def test_a_list_that_was_sent_by_hand_is_replaced_as_a_whole(tmp_path: Path) -> None:
    async with a_site(tmp_path, *some_tags("A")) as (system, peer):
        await synchronize(system)
        by_hand = SendLocalListReq(list_version=1, update_type=UpdateType.Full)
        await system.central_system.command("CP1", "SendLocalList", by_hand)
        record = await system.store.local_lists.get("CP1")
        await synchronize(system)
    assert (record.acknowledged_version, record.status) == (None, "Updating")
    assert peer.sent[1:] == [(1, "Full", []), (2, "Full", ["A"])]


async def test_one_synchronization_of_a_charge_point_runs_at_a_time(tmp_path: Path) -> None:
    async with a_site(tmp_path, *some_tags("A")) as (system, _):
        first = asyncio.create_task(synchronize(system))
        await asyncio.sleep(0)
        with pytest.raises(Conflict, match="the local list of `CP1` is being synchronized"):
            await synchronize(system)
        by_hand = SendLocalListReq(list_version=9, update_type=UpdateType.Full)
        with pytest.raises(NotAllowedNow, match="the local list of `CP1` is being synchronized"):
            await system.central_system.command("CP1", "SendLocalList", by_hand)
        assert (await first).record.status == "Synchronized"


async def test_a_charge_point_that_is_away_can_not_be_synchronized(tmp_path: Path) -> None:
    async with running(tmp_path) as system:
        async with system.charge_point() as charge_point:
            await charge_point.boot()
        for _ in range(2):
            with pytest.raises(NotConnected):
                await synchronize(system)


async def test_the_simulated_charge_point_takes_full_and_differential_lists(
    tmp_path: Path,
) -> None:
    async with running(tmp_path) as system:
        for number in range(250):
            await system.store.id_tags.put(Tag(id_tag=f"T{number:03}"), time=TIME)
        simulated = simulator.ChargePoint(
            "CP1", system.url, answer=simulator.answer, observer=simulator.Tally()
        )
        async with simulated.connected():
            await simulated.boot()
            first = await synchronize(system)
            await system.store.id_tags.put(Tag(id_tag="T000", status="Blocked"), time=TIME)
            await system.store.id_tags.delete("T249")
            second = await synchronize(system)
    sizes = [update.entries for update in (*first.updates, *second.updates)]
    accepted = [simulated.local_list.accepts(id_tag) for id_tag in ("t000", "t001")]
    assert (sizes, accepted) == ([100, 100, 50, 2], [False, True])
    assert (simulated.local_list.version, len(simulated.local_list)) == (4, 249)
