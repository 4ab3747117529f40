"""
Lists as CSV: every page of them, streamed. RFC 4180.

A spreadsheet takes a cell that begins with `=`, `+`, `-` or `@` for a formula, and what charge
points and people write gets into these lists. Such a cell has a `'` before it, which spreadsheets
show nothing of; numbers stay as they are. One that begins with `'` has another one, so that the way
back is known: `unguarded`.
"""

import csv
import io
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from datetime import datetime
from typing import Any, Literal, Protocol

import msgspec
import structlog
from starlette.datastructures import Headers

from engine.api.problems import FieldError, invalid
from engine.api.queries import Limit, Query
from engine.api.routes import Answer
from engine.errors import EngineError
from protocol.types import Timestamp

log = structlog.get_logger()

MEDIA_TYPE = "text/csv"

ROWS = 250
"""So many rows are read and sent at once: few, as charge points wait meanwhile."""

_FORMULA = re.compile(r"[=+\-@'\t\r\n]")
_NUMBER = re.compile(r"[+-]?[0-9.]+([eE][+-]?[0-9]+)?")
_DEFAULT_LIMIT = 100


class ExportQuery(Query, frozen=True, kw_only=True):
    """Which part of a list is wanted, and how it is written."""

    limit: Limit | None = None
    """How many items at most; 1 to 1000, 100 if left out. Not for CSV: that has them all."""
    cursor: str | None = None
    """Where to go on: `next` of the page before."""
    format: Literal["json", "csv"] | None = None
    """As `Accept: application/json` or `Accept: text/csv`, and stronger."""

    @property
    def page_limit(self) -> int:
        """How many items a page has."""
        return _DEFAULT_LIMIT if self.limit is None else self.limit


class Page(Protocol):
    """A page of a list."""

    @property
    def items(self) -> Iterable[msgspec.Struct]:
        """What is on the page."""
        ...

    @property
    def next(self) -> str | None:
        """Where the next page begins; null on the last."""
        ...


def wants_csv(headers: Headers, query: ExportQuery) -> bool:
    """
    Whether the list is wanted as CSV.

    Raises:
        ProblemError: 422 where a part of it is asked for.
    """
    wanted = query.format == "csv" if query.format else _prefers_csv(headers.get("accept", ""))
    parts = {"limit": query.limit, "cursor": query.cursor} if wanted else {}
    errors = [
        FieldError(place="query", path=name, message="is not for CSV, which has all pages")
        for name, value in parts.items()
        if value is not None
    ]
    if errors:
        raise invalid(*errors)
    return wanted


def _prefers_csv(accept: str) -> bool:
    """RFC 9110 §12.5.1; JSON unless CSV is named and JSON is not named before it."""
    qualities = {"application/json": 0.0, MEDIA_TYPE: 0.0}
    for entry in accept.lower().split(","):
        name, *parameters = (part.strip() for part in entry.split(";"))
        if name in qualities:
            qualities[name] = _quality(parameters)
    return qualities[MEDIA_TYPE] > qualities["application/json"]


def _quality(parameters: Iterable[str]) -> float:
    given = [parameter[2:] for parameter in parameters if parameter.startswith("q=")]
    try:
        return float(given[0]) if given else 1.0
    except ValueError:
        return 0.0


async def csv_answer(
    type_: type[msgspec.Struct],
    name: str,
    read: Callable[[str | None], Awaitable[Page]],
) -> Answer:
    """
    Answer all pages as a file.

    Args:
        type_: what the items are; its fields are the columns.
        name: of the file, without `.csv`.
        read: gives the page that begins at a cursor, with `ROWS` items.
    """
    # What goes wrong with the first page is still a problem; later the file breaks off.
    first = await read(None)
    return csv_file(name, _text(type_, first, read))


def csv_file(name: str, pieces: AsyncIterator[bytes]) -> Answer:
    """Answer a file, `.csv` left out of its name, as it is made."""
    return Answer(
        body=pieces,
        media_type=f"{MEDIA_TYPE}; charset=utf-8; header=present",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )


async def _text(
    type_: type[msgspec.Struct], page: Page, read: Callable[[str | None], Awaitable[Page]]
) -> AsyncIterator[bytes]:
    fields = msgspec.structs.fields(type_)
    names = [field.name for field in fields]
    yield lines([[field.encode_name for field in fields]])
    while True:
        rows = ([cell(getattr(item, name)) for name in names] for item in page.items)
        yield lines(rows)
        if page.next is None:
            return
        try:
            page = await read(page.next)
        except EngineError as error:
            log.error("export broke off", columns=names, error=error.message)
            raise


def lines(rows: Iterable[Iterable[str]]) -> bytes:
    """Write lines of cells."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode("utf-8", "replace")


def cell(value: Any) -> str:
    """Write a value as a cell that no spreadsheet takes for a formula."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case datetime():
            return str(Timestamp.of(value))
        case tuple():
            return " ".join(map(str, value))
        case str() if _FORMULA.match(value) and not _NUMBER.fullmatch(value):
            return f"'{value}"
        case _:
            return str(value)


def unguarded(text: str) -> str:
    """Take off what `cell` has put before a text."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text[1:]) else text
