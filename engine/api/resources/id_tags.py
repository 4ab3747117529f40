"""Id tags: who may charge, until when, and in which group."""

from datetime import UTC, datetime
from typing import Annotated, Literal

from msgspec import Meta

from engine.api import etags
from engine.api.problems import FieldError, invalid
from engine.api.queries import PageQuery, Query
from engine.api.routes import Answer, Asked
from engine.api.shapes import Shape
from engine.errors import NotFound
from engine.policy.facts import Fact, Tag
from engine.storage import TagRecord
from protocol.types import IdToken, Timestamp

LONGEST = 20
"""OCPP 1.6 §7.28: an IdToken has at most 20 characters."""

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
    """Tags with the same parent are a group: one may stop what another started."""
    labels: dict[str, str] = {}
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


class TagsQuery(PageQuery, frozen=True, kw_only=True):
    """Which id tags are wanted."""

    status: Status | None = None
    parent_id_tag: str | None = None
    """Only the tags of this group."""


async def list_id_tags(asked: Asked[TagsQuery, None]) -> Answer:
    """Answer a page of id tags."""
    query = asked.query
    page = await asked.services.store.id_tags.list(
        limit=query.limit,
        cursor=query.cursor,
        status=query.status,
        parent_id_tag=query.parent_id_tag,
    )
    return Answer(body=TagPage(items=tuple(map(_state, page.items)), next=page.next))


async def get_id_tag(asked: Asked[Query, None]) -> Answer:
    """Answer one id tag."""
    return _answer(await _record(asked))


async def put_id_tag(asked: Asked[Query, TagEdit]) -> Answer:
    """Register an id tag, or replace what is registered."""
    id_tag = asked.path["idTag"]
    if len(id_tag) > LONGEST:
        message = f"has {len(id_tag)} characters, {LONGEST} are allowed (OCPP 1.6 §7.28)"
        raise invalid(FieldError(place="path", path="idTag", message=message))
    if asked.body.id_tag is not None and asked.body.id_tag.casefold() != id_tag.casefold():
        message = f"is `{asked.body.id_tag}`, but the path names `{id_tag}`"
        raise invalid(FieldError(place="body", path="idTag", message=message))
    known = await asked.services.store.id_tags.record(id_tag)
    etags.check(asked.headers, id_tag, known.version if known else None)
    record = await asked.services.store.id_tags.put(
        Tag(
            id_tag=id_tag,
            status=asked.body.status,
            expiry_date=asked.body.expiry_date,
            parent_id_tag=asked.body.parent_id_tag,
            labels=asked.body.labels,
            max_active_transactions=asked.body.max_active_transactions,
        ),
        time=datetime.now(UTC),
        version=_version(asked, known),
    )
    return _answer(record, status=201 if known is None else 200)


async def delete_id_tag(asked: Asked[Query, None]) -> Answer:
    """Forget an id tag."""
    known = await _record(asked)
    etags.check(asked.headers, known.tag.id_tag, known.version)
    await asked.services.store.id_tags.delete(known.tag.id_tag, version=_version(asked, known))
    return Answer(status=204)


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
    tag = record.tag
    return TagState(
        id_tag=tag.id_tag,
        status=tag.status,
        expiry_date=tag.expiry_date,
        parent_id_tag=tag.parent_id_tag,
        labels=tag.labels,
        max_active_transactions=tag.max_active_transactions,
        updated_at=record.updated_at,
    )
