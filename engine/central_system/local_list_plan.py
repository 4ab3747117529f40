"""What to send so that a charge point's local list becomes what it shall be. OCPP 1.6 §5.15."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Literal

import msgspec

from engine.policy.defaults import registered_info
from engine.policy.facts import Tag
from engine.storage import LocalListEntry
from protocol.messages import AuthorizationData, AuthorizationStatus, IdTagInfo, UpdateType
from protocol.timestamps import Timestamp

Entries = Mapping[str, LocalListEntry]
"""A list, by the keys of its id tags."""

Changes = Mapping[str, LocalListEntry | None]
"""What becomes of some entries; None: removed."""


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One SendLocalList."""

    update_type: Literal["Full", "Differential"]
    changes: dict[str, LocalListEntry | None]
    removed: dict[str, str]
    """The id tags of the entries that it removes, as the charge point has them."""

    def payload(self) -> tuple[UpdateType, tuple[AuthorizationData, ...]]:
        """The part as OCPP has it."""
        data = (
            AuthorizationData(id_tag=self.removed[key])
            if entry is None
            else AuthorizationData(id_tag=entry.id_tag, id_tag_info=_info(entry))
            for key, entry in self.changes.items()
        )
        return UpdateType(self.update_type), tuple(data)


def entry_of(tag: Tag, parent: Tag | None, now: Timestamp) -> LocalListEntry:
    """The entry of an id tag: what its record and its parent's say."""
    info = registered_info(tag, parent, now)
    return LocalListEntry(
        id_tag=tag.id_tag,
        status=info.status.value,
        expiry_date=info.expiry_date,
        parent_id_tag=info.parent_id_tag,
    )


def changes_between(known: Entries, wanted: Entries) -> dict[str, LocalListEntry | None]:
    """What makes one list of the other; removals first, for the list may be full."""
    removed: dict[str, LocalListEntry | None] = {key: None for key in known if key not in wanted}
    return removed | {key: entry for key, entry in wanted.items() if known.get(key) != entry}


def full(wanted: Entries, length: int) -> Iterator[Part]:
    """The whole list: a Full update, and Differential ones for what it has no room for."""
    keys = list(wanted)
    first, rest = keys[:length], keys[length:]
    changes = {key: wanted[key] for key in first}
    yield Part(update_type="Full", changes=dict(changes), removed={})
    yield from differential({}, {key: wanted[key] for key in rest}, length)


def differential(known: Entries, changes: Changes, length: int) -> Iterator[Part]:
    """The changes, in as many updates as they need."""
    left = iter(changes.items())
    while some := dict(islice(left, length)):
        yield Part(
            update_type="Differential",
            changes=some,
            removed={key: known[key].id_tag for key, entry in some.items() if entry is None},
        )


def _info(entry: LocalListEntry) -> IdTagInfo:
    expires = entry.expiry_date
    return IdTagInfo(
        status=AuthorizationStatus(entry.status),
        expiry_date=None if expires is None else Timestamp.of(expires),
        parent_id_tag=entry.parent_id_tag,
    )
