"""The lines of a CSV file as spreadsheets and programs write them. RFC 4180."""

import csv
import io
from collections.abc import Generator, Iterator
from itertools import chain
from typing import BinaryIO

import msgspec

from engine.errors import EngineError

SEPARATORS = ",;\t"
UTF8_HINT = "save the file as CSV in UTF-8"


class Line(msgspec.Struct, frozen=True):
    """The cells of a line, and the number of the line in the file, counted from 1."""

    number: int
    cells: list[str]


class BrokenLine(msgspec.Struct, frozen=True):
    """A line that can't be taken apart into cells."""

    number: int
    message: str
    hint: str | None = None


class FileUnusable(EngineError):
    """Nothing of the file can be read."""


def read_lines(file: BinaryIO) -> Generator[Line | BrokenLine]:
    """
    Take a file apart; the first line is the header. Empty lines are left out.

    The separator is what the header has: comma, semicolon or tab. Lines end as they like, and a
    byte order mark is no part of the text.

    Raises:
        FileUnusable: there is no header.
    """
    # What is no UTF-8 is marked, to name the line that it is in.
    text = io.TextIOWrapper(file, encoding="utf-8-sig", errors="surrogateescape", newline="")
    try:
        yield from _lines(text)
    finally:
        # The file is its opener's to close.
        text.detach()


def _lines(text: io.TextIOWrapper) -> Iterator[Line | BrokenLine]:
    first = text.readline(csv.field_size_limit())
    skipped = 0
    separator = _declared(first)
    if separator is not None:
        first, skipped = text.readline(csv.field_size_limit()), 1
    if not first.strip():
        raise FileUnusable("the file has no header", hint="begin it with `idTag,status`")
    separator = separator or max(SEPARATORS, key=first.count)
    reader = csv.reader(chain((first,), text), delimiter=separator, strict=True)
    while True:
        number = skipped + reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield _broken(number, str(error))
            continue
        if any(map(str.strip, cells)):
            yield _checked(number, cells)


def _declared(first: str) -> str | None:
    """The separator that Excel's own first line names: `sep=;`."""
    name, equals, separator = first.strip("\r\n").partition("=")
    declares = name.lower() == "sep" and bool(equals) and separator in tuple(SEPARATORS)
    return separator if declares else None


def _checked(number: int, cells: list[str]) -> Line | BrokenLine:
    text = "".join(cells)
    try:
        text.encode()
    except UnicodeEncodeError:
        return BrokenLine(number, "has bytes that are not UTF-8", UTF8_HINT)
    if "\0" in text:
        return BrokenLine(number, "has a byte that is no text: 0", UTF8_HINT)
    return Line(number, cells)


def _broken(number: int, reason: str) -> BrokenLine:
    if reason == "unexpected end of data":
        hint = "a quote is opened in this line and not closed"
    else:
        hint = 'write a quote inside quotes twice: "a ""b"" c"'
    return BrokenLine(number, f"is no line of CSV: {reason}", hint)
