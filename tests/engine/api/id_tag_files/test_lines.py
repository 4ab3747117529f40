"""Files are taken apart as spreadsheets write them."""

import io

import pytest

from engine.api.id_tag_files.lines import BrokenLine, FileUnusable, Line, read_lines


def lines(content: bytes) -> list[Line | BrokenLine]:
    return [*read_lines(io.BytesIO(content))]


AB = [Line(1, ["idTag", "status"]), Line(2, ["A", "Blocked"])]


@pytest.mark.parametrize(
    "content",
    [
        b"idTag,status\nA,Blocked\n",
        b"idTag,status\r\nA,Blocked",
        b"idTag,status\rA,Blocked\r",
        b"idTag;status\r\nA;Blocked\r\n",
        b"idTag\tstatus\r\nA\tBlocked\r\n",
        b"\xef\xbb\xbfidTag,status\r\nA,Blocked\r\n",
        b'"idTag","status"\r\n"A","Blocked"\r\n',
        b"idTag,status\nA,Blocked\n\n,\n ,\n",
    ],
)
def test_separators_ends_of_lines_quotes_and_marks_are_those_of_the_file(content: bytes) -> None:
    assert lines(content) == AB


def test_a_separator_may_be_declared_as_excel_does() -> None:
    assert lines(b"sep=;\r\nidTag;status\r\nA;Blocked\r\n") == [
        Line(2, ["idTag", "status"]),
        Line(3, ["A", "Blocked"]),
    ]


def test_quoted_cells_hold_separators_quotes_and_line_breaks() -> None:
    content = b'idTag,label:n\r\nA,"a, ""b""\r\nc"\r\nB,d\r\n'
    assert lines(content)[1:] == [Line(2, ["A", 'a, "b"\r\nc']), Line(4, ["B", "d"])]


BROKEN = [
    (
        b'A,"x"y',
        "is no line of CSV: ',' expected after '\"'",
        'write a quote inside quotes twice: "a ""b"" c"',
    ),
    (b"A,\xff", "has bytes that are not UTF-8", "save the file as CSV in UTF-8"),
    (b"A,\0", "has a byte that is no text: 0", "save the file as CSV in UTF-8"),
]


@pytest.mark.parametrize(("content", "message", "hint"), BROKEN)
def test_a_broken_line_is_named_and_those_after_it_are_read(
    content: bytes, message: str, hint: str
) -> None:
    assert lines(b"idTag,status\n" + content + b"\nB,Blocked\n")[1:] == [
        BrokenLine(2, message, hint),
        Line(3, ["B", "Blocked"]),
    ]


def test_a_quote_that_is_never_closed_is_named() -> None:
    assert lines(b'idTag\nA\n"B\nC\n')[1:] == [
        Line(2, ["A"]),
        BrokenLine(
            3,
            "is no line of CSV: unexpected end of data",
            "a quote is opened in this line and not closed",
        ),
    ]


@pytest.mark.parametrize("content", [b"", b"\n", b"\xef\xbb\xbf", b"sep=,\n"])
def test_a_file_without_a_header_can_not_be_used(content: bytes) -> None:
    with pytest.raises(FileUnusable) as refused:
        lines(content)
    assert str(refused.value) == "the file has no header\nhint: begin it with `idTag,status`"
