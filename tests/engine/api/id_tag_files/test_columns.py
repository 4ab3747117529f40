"""What the columns and cells of a file of id tags may be."""

from datetime import UTC, datetime

import pytest
from msgspec import UNSET

from engine.api.id_tag_files.columns import Columns, Given
from engine.api.id_tag_files.lines import FileUnusable
from engine.policy.facts import Tag

ALL = ["idTag", "status", "expiryDate", "parentIdTag", "label:site"]
MOST = [*ALL, "maxActiveTransactions"]


def test_a_line_says_what_its_cells_say() -> None:
    given, mistakes = Columns(ALL).read(["A", "Blocked", "2026-01-31T13:00+01:00", "G", "Bonn"])
    noon = datetime(2026, 1, 31, 12, tzinfo=UTC)
    assert given == Given(
        id_tag="A",
        status="Blocked",
        expiry_date=noon,
        parent_id_tag="G",
        labels={"site": "Bonn"},
    )
    assert mistakes == []


def test_names_of_columns_and_statuses_are_found_in_any_letter_case() -> None:
    given, _ = Columns([" IDTAG ", "Status", "LABEL:Site"]).read([" a ", "blocked ", "x"])
    assert given == Given(id_tag="a", status="Blocked", labels={"Site": "x"})


def test_what_a_line_does_not_say_stays_as_it_is() -> None:
    kept = Tag(id_tag="A", status="Blocked", parent_id_tag="G", labels={"site": "Bonn"})
    given, _ = Columns(["idTag", "label:owner"]).read(["a", "Ada"])
    assert given is not None
    assert given.applied(kept) == Tag(
        id_tag="a",
        status="Blocked",
        parent_id_tag="G",
        labels={"site": "Bonn", "owner": "Ada"},
    )


def test_an_empty_cell_takes_away_what_may_be_missing_but_no_status() -> None:
    kept = Tag(
        id_tag="A",
        status="Blocked",
        parent_id_tag="G",
        expiry_date=datetime(2026, 1, 1, tzinfo=UTC),
        labels={"site": "Bonn"},
        max_active_transactions=3,
    )
    given, _ = Columns(MOST).read(["A", "", "", " ", "", ""])
    assert given is not None
    assert given.status is UNSET
    assert given.applied(kept) == Tag(id_tag="A", status="Blocked")
    assert given.applied(None) == Tag(id_tag="A")


MISTAKES = [
    (
        ["A", "", "", "", "", "0"],
        "maxActiveTransactions",
        "must be a whole number above 0, not `0`",
        None,
    ),
    (
        ["A", "", "", "", "", "two"],
        "maxActiveTransactions",
        "must be a whole number above 0, not `two`",
        None,
    ),
    (
        ["", "", "", "", ""],
        "idTag",
        "is empty, 1 to 20 characters are needed",
        None,
    ),
    (
        ["x" * 21, "", "", "", ""],
        "idTag",
        "has 21 characters, 20 are allowed (OCPP 1.6 §7.28)",
        None,
    ),
    (
        ["1,23457E+12", "", "", "", ""],
        "idTag",
        "is `1,23457E+12`: a spreadsheet has rounded it",
        "in the spreadsheet, make the column text before you fill it in",
    ),
    (
        ["A", "Blokced", "", "", ""],
        "status",
        "must be one of `Accepted`, `Blocked`, `Expired`, `Invalid`, not `Blokced`",
        "did you mean `Blocked`?",
    ),
    (
        ["A", "", "31.01.2026", "", ""],
        "expiryDate",
        "must be a date and time, not `31.01.2026`",
        "write it like `2026-01-31T23:59:59Z`",
    ),
    (
        ["A", "", "2026-01-31", "", ""],
        "expiryDate",
        "must be a date and time, not `2026-01-31`",
        "write it like `2026-01-31T23:59:59Z`",
    ),
    (
        ["A", "", "", "x" * 21, ""],
        "parentIdTag",
        "has 21 characters, 20 are allowed (OCPP 1.6 §7.28)",
        None,
    ),
    (
        ["A", "", "", "", "x" * 256],
        "label:site",
        "has 256 characters, 255 are allowed",
        None,
    ),
    (
        ["A", "", "", ""],
        None,
        "has 4 cells, the header has 5",
        'put text with a separator in it in quotes: "a,b"',
    ),
    (
        ["A", "", "", "", "", "x"],
        None,
        "has 6 cells, the header has 5",
        'put text with a separator in it in quotes: "a,b"',
    ),
]


@pytest.mark.parametrize(("cells", "column", "message", "hint"), MISTAKES)
def test_a_mistake_names_its_column_and_what_to_do(
    cells: list[str], column: str | None, message: str, hint: str | None
) -> None:
    _, mistakes = Columns(MOST if column == MOST[-1] else ALL).read(cells)
    assert [(each.column, each.message, each.hint) for each in mistakes] == [
        (column, message, hint)
    ]


def test_all_mistakes_of_a_line_are_named() -> None:
    _, mistakes = Columns(ALL).read(["A", "on", "soon", "x" * 21, ""])
    assert [each.column for each in mistakes] == ["status", "expiryDate"]


def test_separators_at_the_end_of_lines_are_no_columns() -> None:
    given, _ = Columns(["idTag", "status", "", " "]).read(["A", "Blocked", "", "", ""])
    assert given == Given(id_tag="A", status="Blocked")


HEADERS = [
    (
        ["status"],
        "the header has no column `idTag`, but `status`\n"
        "hint: the first line names the columns: `idTag,status,expiryDate,parentIdTag`",
    ),
    (["idTag", "statsu"], "there is no column `statsu`\nhint: did you mean `status`?"),
    (
        ["idTag", "site"],
        "there is no column `site`\n"
        "hint: there are `idTag`, `status`, `expiryDate`, `parentIdTag`, "
        "`maxActiveTransactions`, `label:NAME`; "
        "a label is `label:site`",
    ),
    (["idTag", "status", "Status"], "the column `status` is there twice\nhint: leave one out"),
    (
        ["idTag", "", "status"],
        "a column has no name\nhint: name it in the header, or leave it out",
    ),
]


@pytest.mark.parametrize(("header", "message"), HEADERS)
def test_a_header_names_columns_that_there_are_each_once(header: list[str], message: str) -> None:
    with pytest.raises(FileUnusable) as refused:
        Columns(header)
    assert str(refused.value) == message
