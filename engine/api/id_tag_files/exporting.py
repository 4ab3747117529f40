"""Id tags as a CSV file that an import takes back as it is."""

import csv
import io
from collections.abc import AsyncIterator, Iterable, Sequence

from engine.api.id_tag_files.columns import LABEL, guarded
from engine.errors import Conflict
from engine.policy.facts import Tag
from engine.storage import IdTagFilter, Store
from protocol.types import Timestamp

ROWS = 1_000
"""So many tags are read and given at once."""

LABELS = 200


async def label_names(store: Store) -> Sequence[str]:
    """
    The labels that tags have: each is a column.

    Raises:
        Conflict: they are too many for that.
    """
    names = await store.id_tags.label_names(limit=LABELS + 1)
    if len(names) > LABELS:
        raise Conflict(
            f"the id tags have labels of more than {LABELS} names: too many columns",
            hint="GET /v1/id-tags lists them as JSON",
        )
    return names


async def export(
    store: Store, wanted: IdTagFilter, labels: Sequence[str]
) -> AsyncIterator[tuple[bytes, int]]:
    """Give the file in pieces, each with the number of tags in it; the header comes first."""
    header = ["idTag", "status", "expiryDate", "parentIdTag", *(LABEL + name for name in labels)]
    yield _lines([header]), 0
    cursor: str | None = None
    while True:
        page = await store.id_tags.list(wanted, limit=ROWS, cursor=cursor)
        yield _lines(_cells(record.tag, labels) for record in page.items), len(page.items)
        cursor = page.next
        if cursor is None:
            return


def _cells(tag: Tag, labels: Sequence[str]) -> list[str]:
    expires = "" if tag.expiry_date is None else str(Timestamp.of(tag.expiry_date))
    return [
        guarded(tag.id_tag),
        tag.status,
        expires,
        guarded(tag.parent_id_tag or ""),
        *(guarded(tag.labels.get(name, "")) for name in labels),
    ]


def _lines(rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode("utf-8", "replace")
