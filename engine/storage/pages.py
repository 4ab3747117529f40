"""Cursors of lists: where the last page ended, as opaque text."""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta

from engine.storage.errors import CursorInvalid
from engine.storage.records import Page

Moment = Annotated[datetime, Meta(tz=True)]
"""A time in a cursor: whoever changes one by hand must not reach the database with it."""

T = TypeVar("T")
R = TypeVar("R")


def page(
    rows: Sequence[T], limit: int, record: Callable[[T], R], key: Callable[[T], Sequence[Any]]
) -> Page[R]:
    """The page that `limit + 1` rows make: the one too many only tells that there are more."""
    items = tuple(record(row) for row in rows[:limit])
    more = len(rows) > limit
    return Page(items=items, next=encode_cursor(key(rows[limit - 1])) if more else None)


def encode_cursor(key: Sequence[Any]) -> str:
    """The key of the last row shown, as text for a URL."""
    return urlsafe_b64encode(msgspec.json.encode(key)).decode().rstrip("=")


def decode_cursor(cursor: str, type_: type[T]) -> T:
    """
    The key a cursor stands for.

    Raises:
        CursorInvalid: it was not made by a list of this kind.
    """
    try:
        text = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        return msgspec.json.decode(text, type=type_)
    except (binascii.Error, ValueError, msgspec.DecodeError):
        raise CursorInvalid(
            f"the cursor `{cursor}` is not one of this list", hint="use the `next` of the last page"
        ) from None
