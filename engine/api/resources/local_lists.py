"""The local authorization lists of charge points: what each has, and bringing it up to date."""

from datetime import datetime
from typing import Any, Literal

from engine.api.queries import PageQuery, Query
from engine.api.resources.id_tags import Status
from engine.api.routes import Answer, Asked
from engine.api.shapes import Shape
from engine.central_system import Synchronized
from engine.errors import NotFound
from engine.policy.facts import Fact
from engine.storage import (
    IdTagFilter,
    LocalListEntry,
    LocalListLimits,
    LocalListRecord,
    LocalListUpdate,
)

UpdateType = Literal["Full", "Differential"]


class Selector(Shape, frozen=True, kw_only=True):
    """Which id tags a list is made of; all conditions must hold, and without any it is all tags."""

    parent_id_tag: str | None = None
    """Only the tags of this group."""
    labels: dict[str, str] = {}
    """Only the tags with all these labels."""
    status: Status | None = None
    """Only the tags registered with this status."""


class Synchronization(Shape, frozen=True, kw_only=True):
    """How a list is brought up to date."""

    selector: Selector | None = None
    """Which id tags it is made of, from now on; left out: as the last time, at first all."""
    update_type: UpdateType | None = None
    """Left out: only the changes, where what the charge point has is known, else the whole list."""


class LocalListState(Fact, frozen=True, kw_only=True):
    """What is known of the local authorization list of a charge point."""

    charge_point_id: str
    status: Literal["Never", "Updating", "Synchronized", "Refused"]
    """
    `Never`: nothing was sent yet. `Updating`: an update was sent; if nobody is waiting for its
    answer any more, the next synchronization finds out. `Synchronized`: it has all that were
    selected. `Refused`: it did not take the last update.
    """
    list_version: int | None
    """The version of the list that the charge point has acknowledged; null where nobody knows."""
    last_version: int
    """The last version that an update was given. None is given twice."""
    entries: int
    """How many id tags the acknowledged list has."""
    selector: Selector
    last_update: LocalListUpdate | None
    synchronized_at: datetime | None
    limits: LocalListLimits


class LocalListSynchronized(LocalListState, frozen=True, kw_only=True):
    """The list after it was brought up to date."""

    updates: tuple[LocalListUpdate, ...]
    """What was sent; nothing where the list was right already."""


class LocalListPage(Fact, frozen=True, kw_only=True):
    """A page of the entries of a list, by the text of the id tags."""

    items: tuple[LocalListEntry, ...]
    next: str | None
    """The `cursor` of the next page; null on the last."""


async def get_local_list(asked: Asked[Query, None]) -> Answer:
    """Answer what is known of a list."""
    charge_point_id = await _known(asked)
    record = await asked.services.store.local_lists.get(charge_point_id)
    return Answer(body=LocalListState(**_state(record)))


async def list_local_list_entries(asked: Asked[PageQuery, None]) -> Answer:
    """Answer a page of the entries that the charge point has acknowledged."""
    charge_point_id = await _known(asked)
    page = await asked.services.store.local_lists.page(
        charge_point_id, limit=asked.query.limit, cursor=asked.query.cursor
    )
    return Answer(body=LocalListPage(items=page.items, next=page.next))


async def synchronize_local_list(asked: Asked[Query, Synchronization]) -> Answer:
    """Bring a list up to date, and answer how it is then."""
    done: Synchronized = await asked.services.central_system.local_lists.synchronize(
        asked.path["chargePointId"],
        selector=_filter(asked.body),
        update_type=asked.body.update_type,
    )
    return Answer(body=LocalListSynchronized(**_state(done.record), updates=done.updates))


async def _known(asked: Asked[Query, object]) -> str:
    charge_point_id = asked.path["chargePointId"]
    if await asked.services.store.charge_points.get(charge_point_id) is None:
        raise NotFound(
            f"There is no charge point `{charge_point_id}`",
            hint="GET /v1/charge-points lists those that are registered or have connected",
        )
    return charge_point_id


def _filter(body: Synchronization) -> IdTagFilter | None:
    selector = body.selector
    if selector is None:
        return None
    return IdTagFilter(
        parent_id_tag=selector.parent_id_tag, labels=selector.labels, status=selector.status
    )


def _state(record: LocalListRecord) -> dict[str, Any]:
    selector = record.selector
    return {
        "charge_point_id": record.charge_point_id,
        "status": record.status,
        "list_version": record.acknowledged_version,
        "last_version": record.version,
        "entries": record.entries,
        "selector": Selector(
            parent_id_tag=selector.parent_id_tag,
            labels=dict(selector.labels),
            status=selector.status,
        ),
        "last_update": record.last_update,
        "synchronized_at": record.synchronized_at,
        "limits": record.limits,
    }
