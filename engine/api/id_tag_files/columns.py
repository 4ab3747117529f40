"""The columns of a file of id tags: what each is called, and what its cells may hold."""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from engine.api.exports import unguarded
from engine.api.id_tag_files.lines import FileUnusable
from engine.api.problems import did_you_mean
from engine.api.resources.id_tag_rules import broken_rules
from engine.policy.facts import Tag
from protocol.types import Timestamp

LABEL = "label:"
STATUSES = ("Accepted", "Blocked", "Expired", "Invalid")

_ROUNDED = re.compile(r"\d+([.,]\d+)?E\+\d+")


class Mistake(Exception):
    """What is wrong with a cell."""

    def __init__(self, column: str | None, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.column = column
        self.message = message
        self.hint = hint


class Given(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a line says of a tag. A field that is unset is not said: it stays as it is."""

    id_tag: str
    status: str | UnsetType = UNSET
    expiry_date: datetime | UnsetType | None = UNSET
    parent_id_tag: str | UnsetType | None = UNSET
    max_active_transactions: int | UnsetType | None = UNSET
    labels: dict[str, str] = {}
    """An empty value takes the label away."""

    def applied(self, tag: Tag | None) -> Tag:
        """The tag as the line wants it; None: it is new."""
        tag = tag or Tag(id_tag=self.id_tag)
        said = {
            name: value
            for name in self.__struct_fields__
            if name != "labels" and (value := getattr(self, name)) is not UNSET
        }
        labels = {name: value for name, value in (tag.labels | self.labels).items() if value}
        return msgspec.structs.replace(tag, **said, labels=labels)


def _id_tag(cell: str) -> str:
    if _ROUNDED.fullmatch(cell.strip()):
        hint = "in the spreadsheet, make the column text before you fill it in"
        raise Mistake(None, f"is `{cell}`: a spreadsheet has rounded it", hint)
    return cell.strip()


def _status(cell: str) -> str | UnsetType:
    by_case = {status.casefold(): status for status in STATUSES}
    if not cell.strip():
        return UNSET
    status = by_case.get(cell.strip().casefold())
    if status is None:
        known = ", ".join(f"`{status}`" for status in STATUSES)
        raise Mistake(
            None, f"must be one of {known}, not `{cell[:50]}`", did_you_mean(cell, STATUSES)
        )
    return status


def _moment(cell: str) -> datetime | None:
    if not cell.strip():
        return None
    try:
        return Timestamp.parse(cell.strip())
    except ValueError:
        raise Mistake(
            None,
            f"must be a date and time, not `{cell[:50]}`",
            "write it like `2026-01-31T23:59:59Z`",
        ) from None


def _count(cell: str) -> int | None:
    text = cell.strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text)):
        raise Mistake(None, f"must be a whole number above 0, not `{cell[:50]}`")
    return int(text)


_READ: dict[str, tuple[str, Callable[[str], Any]]] = {
    "idTag": ("id_tag", _id_tag),
    "status": ("status", _status),
    "expiryDate": ("expiry_date", _moment),
    "parentIdTag": ("parent_id_tag", lambda cell: cell.strip() or None),
    "maxActiveTransactions": ("max_active_transactions", _count),
}
"""By column: the field of the tag, and what makes its value of a cell."""

FIELDS = {name: field for name, (field, _) in _READ.items()}
"""The fields of a tag by their columns, labels apart."""


class Columns:
    """The columns of one file."""

    def __init__(self, header: Sequence[str]) -> None:
        """
        Raises:
            FileUnusable: it does not name columns that there are, each once.
        """
        while header and not header[-1].strip():
            header = header[:-1]
        self.names = [_named(cell) for cell in header]
        twice = {name for name in self.names if self.names.count(name) > 1}
        if twice:
            raise FileUnusable(f"the column `{min(twice)}` is there twice", hint="leave one out")
        if "idTag" not in self.names:
            raise FileUnusable(
                f"the header has no column `idTag`, but `{'`, `'.join(header)[:200]}`",
                hint="the first line names the columns: `idTag,status,expiryDate,parentIdTag`",
            )

    def id_tag(self, cells: Sequence[str]) -> str | None:
        """The id tag of a line, whatever else is wrong with it."""
        place = self.names.index("idTag")
        return cells[place].strip()[:50] if place < len(cells) else None

    def read(self, cells: Sequence[str]) -> tuple[Given | None, list[Mistake]]:
        """What a line says, or all that is wrong with it."""
        count = len(self.names)
        if len(cells) < count or any(map(str.strip, cells[count:])):
            hint = 'put text with a separator in it in quotes: "a,b"'
            return None, [Mistake(None, f"has {len(cells)} cells, the header has {count}", hint)]
        values: dict[str, Any] = {"labels": {}}
        mistakes = []
        for name, cell in zip(self.names, cells, strict=False):
            try:
                _take(values, name, unguarded(cell))
            except Mistake as mistake:
                mistakes.append(Mistake(name, mistake.message, mistake.hint))
        if mistakes:
            return None, mistakes
        given = Given(**values)
        return given, [*_broken_rules(given)]


def _take(values: dict[str, Any], name: str, cell: str) -> None:
    if name.startswith(LABEL):
        values["labels"][name.removeprefix(LABEL)] = cell
    else:
        field, read = _READ[name]
        values[field] = read(cell)


def _broken_rules(given: Given) -> Iterator[Mistake]:
    for path, message in broken_rules(given.applied(None)):
        name = path.replace("labels.", LABEL, 1)
        yield Mistake(name, message)


def _named(cell: str) -> str:
    """
    The column that a cell of the header names, in its own spelling.

    Raises:
        FileUnusable: there is no such column.
    """
    name = unguarded(cell.lstrip())
    if name.casefold().startswith(LABEL):
        return LABEL + name[len(LABEL) :]
    name = name.strip()
    if not name:
        raise FileUnusable("a column has no name", hint="name it in the header, or leave it out")
    by_case = {known.casefold(): known for known in _READ}
    if name.casefold() not in by_case:
        known = ", ".join(f"`{each}`" for each in (*_READ, "label:NAME"))
        raise FileUnusable(
            f"there is no column `{name[:50]}`",
            hint=did_you_mean(name, _READ) or f"there are {known}; a label is `{LABEL}{name[:50]}`",
        )
    return by_case[name.casefold()]
