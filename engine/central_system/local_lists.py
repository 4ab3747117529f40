"""
Local authorization lists, made of id tags and brought to charge points. OCPP 1.6 §3.5.2, §5.15.

Theory of operation. Each synchronization begins with the version that the charge point says it
has. If that is the one we know the entries of, the changes since go out as a Differential update;
otherwise, whatever the reason, the list goes out as Full. So a crash, a lost answer, a list sent
by hand and a charge point that was replaced need no handling of their own. The version of each
update is on disk before it is sent, and its entries after it was acknowledged.

An update holds as many entries as the charge point says; more become several updates, each with a
version of its own. A Differential one that ends in Failed or VersionMismatch is followed by a Full
one, once.
"""

from collections.abc import Iterator
from typing import Literal, cast

import msgspec
import structlog

from engine.central_system.command_errors import CommandRefused
from engine.central_system.commands import issue
from engine.central_system.context import Context
from engine.central_system.local_list_plan import (
    Entries,
    Part,
    changes_between,
    differential,
    entry_of,
    full,
)
from engine.errors import Conflict
from engine.storage import (
    IdTagFilter,
    LocalListLimits,
    LocalListRecord,
    LocalListUpdate,
)
from protocol.messages import (
    GetConfigurationConf,
    GetConfigurationReq,
    GetLocalListVersionConf,
    GetLocalListVersionReq,
    SendLocalListConf,
    SendLocalListReq,
)
from protocol.types import Message

log = structlog.get_logger()

UNSAID_LENGTH = 100
"""Entries of one update, where the charge point does not say how many it takes."""

LONGEST = 100_000
"""Entries of a list, where the charge point does not say how many it holds."""

LAST_VERSION = 2**31 - 1
"""Charge points keep the version in 32 bits."""

LAST_BELIEVED = 2**30
"""A higher one that a charge point reports is nonsense, and would use up the versions there are."""

_KEYS = ("LocalAuthListEnabled", "LocalAuthListMaxLength", "SendLocalListMaxLength")
_UNSUPPORTED = ("NotImplemented", "NotSupported")


class LocalListUnsupported(Conflict):
    """The charge point has no local authorization list."""


class LocalListRefused(Conflict):
    """The charge point did not take the list, or can't hold it."""


class Synchronized(msgspec.Struct, frozen=True, kw_only=True):
    """What was sent to a charge point; nothing, if its list was right already."""

    record: LocalListRecord
    updates: tuple[LocalListUpdate, ...]


class LocalLists:
    """Synchronizes the lists of the charge points that are connected here."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def synchronize(
        self,
        charge_point_id: str,
        *,
        selector: IdTagFilter | None = None,
        update_type: Literal["Full", "Differential"] | None = None,
    ) -> Synchronized:
        """
        Bring the id tags that are selected to a charge point.

        Args:
            selector: which; kept for the next time. None: as the last time, at first all.
            update_type: None: Differential where that is possible and shorter.

        Raises:
            Conflict: its list is being synchronized; or a Differential update is not possible.
            LocalListUnsupported, LocalListRefused: what the charge point has to say to it.
            NotFound, CommandError: it could not be asked.
        """
        running = self._context.synchronizing
        if charge_point_id in running:
            raise Conflict(
                f"the local list of `{charge_point_id}` is being synchronized",
                hint="wait for it; GET …/local-list shows how far it is",
            )
        running.add(charge_point_id)
        try:
            synchronization = _Synchronization(self._context, charge_point_id)
            return await synchronization.run(selector, update_type)
        finally:
            running.discard(charge_point_id)


class _Synchronization:
    """One of one charge point."""

    def __init__(self, context: Context, charge_point_id: str) -> None:
        self._context = context
        self._lists = context.store.local_lists
        self._id = charge_point_id
        self._version = 0
        self._limits = LocalListLimits()
        self._updates: list[LocalListUpdate] = []

    async def run(
        self,
        selector: IdTagFilter | None,
        update_type: Literal["Full", "Differential"] | None,
    ) -> Synchronized:
        self._version = await self._reported_version()
        record = await self._lists.get(self._id)
        self._limits = await self._read_limits(record.limits)
        selector = record.selector if selector is None else selector
        await self._lists.configure(self._id, selector=selector, limits=self._limits)
        wanted = await self._selected(selector)
        known = None
        if self._version == record.acknowledged_version:
            known = await self._lists.entries(self._id)
        for part in self._parts(known, wanted, update_type):
            if not await self._send(part):
                await self._send_all(wanted)
                break
        await self._lists.synchronized(self._id, self._context.clock())
        return Synchronized(record=await self._lists.get(self._id), updates=(*self._updates,))

    def _parts(
        self,
        known: Entries | None,
        wanted: Entries,
        update_type: Literal["Full", "Differential"] | None,
    ) -> Iterator[Part]:
        if known is None and update_type == "Differential":
            raise Conflict(
                f"nobody knows what version {self._version} of the list of `{self._id}` is",
                hint="leave out `updateType`: then a Full update is sent",
            )
        if known is None or update_type == "Full":
            return full(wanted, self._length)
        changes = changes_between(known, wanted)
        if len(changes) > max(len(wanted), 1) and update_type is None:
            return full(wanted, self._length)
        return differential(known, changes, self._length)

    @property
    def _length(self) -> int:
        return self._limits.send_max_length or UNSAID_LENGTH

    async def _send_all(self, wanted: Entries) -> None:
        """After a Differential update that was not taken: the whole list, from the beginning."""
        self._version = await self._reported_version()
        self._limits = await self._read_limits(LocalListLimits())
        for part in full(wanted, self._length):
            if not await self._send(part):
                await self._refused(part, self._updates[-1])

    async def _send(self, part: Part) -> bool:
        """Send a part; False where a Full update must follow."""
        update_type, data = part.payload()
        sent = LocalListUpdate(
            list_version=0,
            update_type=part.update_type,
            entries=len(data),
            sent_at=self._context.clock(),
        )
        above = self._version if self._version <= LAST_BELIEVED else 0
        sent = await self._lists.begin(self._id, sent, above=above)
        if sent.list_version > LAST_VERSION:
            raise LocalListRefused(f"`{self._id}` has used up the versions of its local list")
        request = SendLocalListReq(
            list_version=sent.list_version,
            local_authorization_list=data,
            update_type=update_type,
        )
        answer = cast("SendLocalListConf", await self._call("SendLocalList", request))
        answered = msgspec.structs.replace(sent, status=answer.status.value)
        self._updates.append(answered)
        self._version = sent.list_version
        if answer.status == "Accepted":
            await self._lists.acknowledge(self._id, answered, part.changes)
            return True
        log.warning(
            "local list not taken",
            chargePointId=self._id,
            updateType=part.update_type,
            listVersion=sent.list_version,
            status=answered.status,
        )
        if part.update_type == "Full":
            await self._refused(part, answered)
        await self._lists.not_taken(self._id, "Updating", answered)
        return False

    async def _refused(self, part: Part, answered: LocalListUpdate) -> None:
        await self._lists.not_taken(self._id, "Refused", answered)
        if answered.status == "NotSupported":
            raise self._unsupported("it answered SendLocalList with NotSupported")
        raise LocalListRefused(
            f"`{self._id}` answered {answered.status} to a {part.update_type} update "
            f"of {answered.entries} id tags",
            hint="select fewer id tags, or look into the charge point's own log",
        )

    async def _selected(self, selector: IdTagFilter) -> Entries:
        most = self._limits.max_length or LONGEST
        tags = await self._context.store.id_tags.with_parents(selector, limit=most + 1)
        if len(tags) > most:
            raise LocalListRefused(
                f"more than {most} id tags are selected, and the list of `{self._id}` holds {most}",
                hint="select fewer, for example one group: `parentIdTag` in `selector`",
            )
        now = self._context.clock()
        return {key: entry_of(tag, parent, now) for key, (tag, parent) in tags.items()}

    async def _reported_version(self) -> int:
        try:
            answer = await self._call("GetLocalListVersion", GetLocalListVersionReq())
        except CommandRefused as refused:
            if refused.code in _UNSUPPORTED:
                raise self._unsupported(
                    f"it answered GetLocalListVersion with {refused.code}"
                ) from None
            raise
        version = cast("GetLocalListVersionConf", answer).list_version
        if version < 0:
            # OCPP 1.6 §6.28: -1 says that there can be no list.
            await self._lists.not_taken(self._id, "Refused")
            raise self._unsupported(f"its list has version {version}")
        return version

    def _unsupported(self, why: str) -> LocalListUnsupported:
        return LocalListUnsupported(
            f"`{self._id}` has no local authorization list: {why}",
            hint="some charge points have one after ChangeConfiguration of "
            "LocalAuthListEnabled to true",
        )

    async def _read_limits(self, known: LocalListLimits) -> LocalListLimits:
        """What the configuration says of lists; asked again after each boot."""
        connection = self._context.connections.get(self._id)
        booted = None if connection is None else connection.live.charge_point.booted_at
        if known.read_at is not None and (booted is None or booted <= known.read_at):
            return known
        try:
            answer = await self._call("GetConfiguration", GetConfigurationReq(key=_KEYS))
        except CommandRefused:
            return LocalListLimits()
        values = {
            entry.key: entry.value
            for entry in cast("GetConfigurationConf", answer).configuration_key or ()
        }
        enabled = values.get("LocalAuthListEnabled")
        return LocalListLimits(
            enabled=None if enabled is None else enabled.strip().lower() == "true",
            max_length=_length(values.get("LocalAuthListMaxLength")),
            send_max_length=_length(values.get("SendLocalListMaxLength")),
            read_at=self._context.clock(),
        )

    async def _call(self, action: str, request: Message) -> Message:
        timeout = self._context.settings.call_timeout_seconds
        issued = await issue(self._context, self._id, action, request, timeout, synchronizing=True)
        return (await issued.result()).confirmation


def _length(value: str | None) -> int | None:
    """A length that the configuration says; None for what is no number, or none above 0."""
    text = (value or "").strip()
    return int(text) or None if text.isascii() and text.isdigit() else None
