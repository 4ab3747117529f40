"""Id tags as a CSV file that an import takes back as it is."""

from collections.abc import AsyncIterator, Iterator, Sequence

from engine.api.exports import ROWS, cell, lines
from engine.api.id_tag_files.columns import FIELDS, LABEL
from engine.errors import Conflict
from engine.policy.facts import Tag
from engine.storage import IdTagFilter, Store

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
    header = [*FIELDS, *(LABEL + name for name in labels)]
    yield lines([header]), 0
    cursor: str | None = None
    while True:
        page = await store.id_tags.list(wanted, limit=ROWS, cursor=cursor)
        yield lines(_cells(record.tag, labels) for record in page.items), len(page.items)
        cursor = page.next
        if cursor is None:
            return


def _cells(tag: Tag, labels: Sequence[str]) -> Iterator[str]:
    fields = (getattr(tag, name) for name in FIELDS.values())
    return map(cell, (*fields, *(tag.labels.get(name) for name in labels)))
