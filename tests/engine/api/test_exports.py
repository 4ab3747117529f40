"""Lists as CSV: when they are asked for, and how the rows are written."""

import csv
import io
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import msgspec
import pytest
from starlette.datastructures import Headers

from engine.api.exports import ExportQuery, cell, csv_answer, unguarded, wants_csv
from engine.api.problems import ProblemError
from engine.errors import StoreUnavailable
from engine.storage import Page


class Row(msgspec.Struct, frozen=True, rename="camel"):
    """What a test lists."""

    id_tag: object
    started_at: datetime | None = None


async def the_text(*pages: tuple[Row, ...]) -> str:
    """The file of a list with these pages."""

    async def read(cursor: str | None) -> Page[Row]:
        number = int(cursor or 0)
        more = number + 1 < len(pages)
        return Page(items=pages[number], next=str(number + 1) if more else None)

    answer = await csv_answer(Row, "rows", read)
    assert isinstance(answer.body, AsyncIterator)
    return b"".join([part async for part in answer.body]).decode()


async def test_the_header_has_the_fields_of_the_api_and_lines_end_as_rfc_4180_says() -> None:
    noon = datetime(2026, 1, 31, 12, tzinfo=UTC)
    text = await the_text((Row("A", noon), Row(None)))
    assert text == "idTag,startedAt\r\nA,2026-01-31T12:00:00.000Z\r\n,\r\n"


async def test_all_pages_are_in_it() -> None:
    assert (
        await the_text((Row(1), Row(2)), (Row(3),), ()) == "idTag,startedAt\r\n1,\r\n2,\r\n3,\r\n"
    )


CELLS = [
    ('a "b", c', '"a ""b"", c"'),
    ("two\nlines", '"two\nlines"'),
    (True, "true"),
    (False, "false"),
    ((), ""),
    (("ClockNotSet", "InTheFuture"), "ClockNotSet InTheFuture"),
    (-5, "-5"),
    (4100.1, "4100.1"),
    ("-5.2", "-5.2"),
    ("+1.5e3", "+1.5e3"),
    ('=HYPERLINK("x")', '"\'=HYPERLINK(""x"")"'),
    ("+A1", "'+A1"),
    ("-A1", "'-A1"),
    ("@SUM(A1)", "'@SUM(A1)"),
    ("\t=1", "'\t=1"),
    ("'a", "''a"),
    ("ä=1", "ä=1"),
]


@pytest.mark.parametrize(("value", "cell"), CELLS)
async def test_a_cell_is_quoted_where_it_must_be_and_is_never_a_formula(
    value: object, cell: str
) -> None:
    text = await the_text((Row(value),))
    assert text == f"idTag,startedAt\r\n{cell},\r\n"
    assert len(list(csv.reader(io.StringIO(text, newline="")))) == 2


@pytest.mark.parametrize("text", [str(value) for value, _ in CELLS] + ["", "'", "''=1", "'=1"])
def test_a_cell_is_read_back_as_it_was(text: str) -> None:
    assert unguarded(cell(text)) == text


@pytest.mark.parametrize("text", ["'abc", "'", "a'=", "-1"])
def test_a_cell_that_somebody_else_wrote_is_read_as_it_is(text: str) -> None:
    assert unguarded(text) == text


async def test_text_that_is_no_unicode_does_not_break_the_file() -> None:
    assert await the_text((Row("ä\udc80"),)) == "idTag,startedAt\r\nä?,\r\n"


async def test_the_file_has_a_name() -> None:
    async def read(cursor: str | None) -> Page[Row]:
        return Page(items=())

    answer = await csv_answer(Row, "rows", read)
    assert answer.media_type == "text/csv; charset=utf-8; header=present"
    assert answer.headers == {"Content-Disposition": 'attachment; filename="rows.csv"'}


async def test_a_failure_at_the_first_page_is_still_a_problem() -> None:
    async def read(cursor: str | None) -> Page[Row]:
        raise StoreUnavailable("the store failed")

    with pytest.raises(StoreUnavailable):
        await csv_answer(Row, "rows", read)


async def test_a_later_failure_breaks_the_file_off() -> None:
    async def read(cursor: str | None) -> Page[Row]:
        if cursor is not None:
            raise StoreUnavailable("the store failed")
        return Page(items=(Row("A"),), next="1")

    answer = await csv_answer(Row, "rows", read)
    assert isinstance(answer.body, AsyncIterator)
    assert await anext(answer.body) == b"idTag,startedAt\r\n"
    assert await anext(answer.body) == b"A,\r\n"
    with pytest.raises(StoreUnavailable):
        await anext(answer.body)


ACCEPTS = [
    ("", False),
    ("*/*", False),
    ("text/csv", True),
    ("TEXT/CSV; header=present", True),
    ("text/html, text/csv;q=0.9, */*;q=0.1", True),
    ("application/json, text/csv;q=0.5", False),
    ("application/json;q=0.4, text/csv;q=0.5", True),
    ("application/json, text/csv", False),
    ("text/csv;q=0", False),
    ("text/csv;q=much", False),
]


@pytest.mark.parametrize(("accept", "wanted"), ACCEPTS)
def test_csv_is_answered_where_it_is_preferred(accept: str, wanted: bool) -> None:
    assert wants_csv(Headers({"Accept": accept}), ExportQuery()) is wanted


def test_the_parameter_is_stronger_than_the_header() -> None:
    assert wants_csv(Headers(), ExportQuery(format="csv"))
    assert not wants_csv(Headers({"Accept": "text/csv"}), ExportQuery(format="json"))


def test_a_part_of_a_csv_is_refused() -> None:
    with pytest.raises(ProblemError) as refused:
        wants_csv(Headers(), ExportQuery(format="csv", limit=3, cursor="x"))
    assert [(error.path, error.message) for error in refused.value.errors] == [
        ("limit", "is not for CSV, which has all pages"),
        ("cursor", "is not for CSV, which has all pages"),
    ]
