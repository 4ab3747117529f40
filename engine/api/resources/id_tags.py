"""Id tags: who may charge, until when, and in which group."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Annotated, Literal

import msgspec
import structlog
from msgspec import Meta

from engine.api import etags
from engine.api.exports import ExportQuery, csv_file, wants_csv
from engine.api.id_tag_files.exporting import export, label_names
from engine.api.problems import FieldError, invalid
from engine.api.queries import Query
from engine.api.resources.id_tag_rules import broken_rules
from engine.api.routes import Answer, Asked
from engine.api.shapes import Shape
from engine.errors import NotFound
from engine.policy.facts import Fact, Tag
from engine.storage import IdTagFilter, TagRecord
from protocol.types import IdToken, Timestamp, id_tag_key

log = structlog.get_logger()

Status = Literal["Accepted", "Blocked", "Expired", "Invalid"]


class TagEdit(Shape, frozen=True, kw_only=True):
    """What an operator says of an id tag. What GET answers can be changed and put back."""

    id_tag: str | None = None
    """The id tag of the path, again; it may be left out."""
    updated_at: Timestamp | None = None
    """The server's own; what stands here changes nothing."""
    status: Status = "Accepted"
    expiry_date: Timestamp | None = None
    """From then on it counts as Expired."""
    parent_id_tag: IdToken | None = None
    """
    Tags with the same parent are a group: one may stop what another started. If the parent is
    registered too, its status and expiry date count for the whole group.
    """
    labels: dict[str, str] = {}
    """At most 20; names of at most 64 characters, values of at most 255."""
    max_active_transactions: Annotated[int, Meta(ge=1)] | None = None
    """How many transactions it may have at once; null: what the configuration says."""


class TagState(Tag, frozen=True, kw_only=True):
    """An id tag as it is registered."""

    updated_at: datetime


class TagPage(Fact, frozen=True, kw_only=True):
    """A page of id tags, by their text."""

    items: tuple[TagState, ...]
    next: str | None
    """The `cursor` of the next page; null on the last."""


class TagsQuery(ExportQuery, frozen=True, kw_only=True):
    """Which id tags are wanted."""

    status: Status | None = None
    """The status as it is registered; an expiry date does not change it."""
    parent_id_tag: str | None = None
    """Only the tags of this group, in any letter case."""
    label: str | None = None
    """`NAME:VALUE`: only the tags with this label; `NAME`: whatever its value."""
    prefix: str | None = None
    """Only the tags that begin with this, in any letter case."""
    expired: bool | None = None
    """`true`: only those whose expiry date has passed; `false`: only the others."""


async def list_id_tags(asked: Asked[TagsQuery, None]) -> Answer:
    """Answer a page of id tags."""
    query, store = asked.query, asked.services.store
    if wants_csv(asked.headers, query):
        labels = await label_names(store)
        return csv_file("id-tags", _pieces(export(store, filter_of(query), labels)))
    page = await store.id_tags.list(filter_of(query), limit=query.page_limit, cursor=query.cursor)
    return Answer(body=TagPage(items=tuple(map(_state, page.items)), next=page.next))


async def _pieces(file: AsyncIterator[tuple[bytes, int]]) -> AsyncIterator[bytes]:
    async for piece, _ in file:
        yield piece


def filter_of(query: TagsQuery) -> IdTagFilter:
    """Make the store's filter of the query's."""
    name, colon, value = (query.label or "").partition(":")
    now = datetime.now(UTC)
    return IdTagFilter(
        status=query.status,
        parent_id_tag=query.parent_id_tag,
        label=None if colon else name or None,
        labels={name: value} if colon else {},
        prefix=query.prefix,
        expired_at=now if query.expired else None,
        valid_at=now if query.expired is False else None,
    )


async def get_id_tag(asked: Asked[Query, None]) -> Answer:
    """Answer one id tag."""
    return _answer(await _record(asked))


async def put_id_tag(asked: Asked[Query, TagEdit]) -> Answer:
    """Register an id tag, or replace what is registered."""
    tag = _tag(asked.path["idTag"], asked.body)
    id_tags = asked.services.store.id_tags
    known = await id_tags.record(tag.id_tag)
    etags.check(asked.headers, tag.id_tag, known.version if known else None)
    record = await id_tags.put(tag, time=datetime.now(UTC), version=_version(asked, known))
    log.info(
        "id tag put",
        idTag=record.tag.id_tag,
        before=None if known is None else _logged(known.tag),
        after=_logged(record.tag),
        tokenName=asked.token_name,
    )
    return _answer(record, status=201 if known is None else 200)


async def delete_id_tag(asked: Asked[Query, None]) -> Answer:
    """Forget an id tag."""
    known = await _record(asked)
    etags.check(asked.headers, known.tag.id_tag, known.version)
    await asked.services.store.id_tags.delete(known.tag.id_tag, version=_version(asked, known))
    log.info(
        "id tag deleted",
        idTag=known.tag.id_tag,
        before=_logged(known.tag),
        tokenName=asked.token_name,
    )
    return Answer(status=204)


def _tag(id_tag: str, edit: TagEdit) -> Tag:
    """
    Make the tag that an edit describes.

    Raises:
        ProblemError: 422 with every rule that it breaks.
    """
    tag = Tag(
        id_tag=id_tag,
        status=edit.status,
        expiry_date=edit.expiry_date,
        parent_id_tag=edit.parent_id_tag,
        labels=edit.labels,
        max_active_transactions=edit.max_active_transactions,
    )
    errors = [
        FieldError(place="path" if path == "idTag" else "body", path=path, message=message)
        for path, message in broken_rules(tag)
    ]
    if edit.id_tag is not None and id_tag_key(edit.id_tag) != id_tag_key(id_tag):
        message = f"is `{edit.id_tag}`, but the path names `{id_tag}`"
        errors.append(FieldError(place="body", path="idTag", message=message))
    if errors:
        raise invalid(*errors)
    return tag


async def _record(asked: Asked[Query, None]) -> TagRecord:
    id_tag = asked.path["idTag"]
    record = await asked.services.store.id_tags.record(id_tag)
    if record is None:
        raise NotFound(f"There is no id tag `{id_tag}`", hint="GET /v1/id-tags lists them")
    return record


def _version(asked: Asked[Query, object], known: TagRecord | None) -> int | None:
    """Name the version that an edit is for, so that the store refuses one that lost a race."""
    if not etags.is_conditional(asked.headers):
        return None
    return 0 if known is None else known.version


def _answer(record: TagRecord, status: int = 200) -> Answer:
    headers = {"ETag": etags.etag(record.version)}
    return Answer(body=_state(record), status=status, headers=headers)


def _state(record: TagRecord) -> TagState:
    return TagState(**msgspec.structs.asdict(record.tag), updated_at=record.updated_at)


def _logged(tag: Tag) -> dict[str, object]:
    """Write what an edit may change, for the log."""
    fields: dict[str, object] = msgspec.to_builtins(tag)
    del fields["idTag"]
    return fields
