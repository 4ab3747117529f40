"""
The lines of an import, checked and in the order of their id tags, before anything is written.

They are held in an SQLite database in memory: that finds a tag that is there twice, compares in
the store's order, and takes a tenth of what Python's objects would. The file's limit bounds it.
"""

import contextlib
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import BinaryIO, Literal

import msgspec

from engine.api.id_tag_files.columns import Columns, Given, Mistake
from engine.api.id_tag_files.lines import BrokenLine, FileUnusable, Line, read_lines
from protocol.types import id_tag_key

Outcome = Literal["created", "updated", "unchanged", "refused"]

REFUSED_AT_MOST = 1_000
"""After so many mistakes nothing more is read."""

_BATCH = 500
_TABLES = """
CREATE TABLE staged (key TEXT PRIMARY KEY, line INTEGER, given BLOB, outcome TEXT) WITHOUT ROWID;
CREATE TABLE refused (line INTEGER, id_tag TEXT, column TEXT, message TEXT, hint TEXT);
"""
_REPORT = """
SELECT line, given, outcome, NULL, NULL, NULL, NULL FROM staged WHERE outcome IS NOT NULL
UNION ALL SELECT line, NULL, 'refused', id_tag, column, message, hint FROM refused
ORDER BY 1 LIMIT ?
"""


class ImportedLine(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """What became of a line; one with several mistakes is there several times."""

    line: int
    """Counted from 1, the header's."""
    id_tag: str = ""
    result: Outcome
    column: str = ""
    """Of a line that is refused: the column that is wrong; left out where it is all of the line."""
    message: str = ""
    """Of a line that is refused: what is wrong with it."""
    hint: str = ""
    """What to do about it."""


class Staging:
    """The lines of one file."""

    def __init__(self) -> None:
        self._database = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        self._database.executescript(_TABLES)

    def read(self, file: BinaryIO, progress: Callable[[], None] = lambda: None) -> None:
        """
        Take in a file; `progress` is told now and then.

        Raises:
            FileUnusable: nothing of it can be read.
        """
        with contextlib.closing(read_lines(file)) as lines:
            self._read(lines, progress)

    def _read(self, lines: Iterator[Line | BrokenLine], progress: Callable[[], None]) -> None:
        header = next(lines)
        if isinstance(header, BrokenLine):
            raise FileUnusable(f"the header {header.message}", hint=header.hint)
        columns = Columns(header.cells)
        self._database.execute("BEGIN")
        for count, line in enumerate(lines):
            self._take(columns, line)
            if not count % _BATCH:
                progress()
                if self.mistakes >= REFUSED_AT_MOST:
                    break
        self._database.execute("COMMIT")

    def _take(self, columns: Columns, line: Line | BrokenLine) -> None:
        if isinstance(line, BrokenLine):
            self._refuse(line.number, None, Mistake(None, line.message, line.hint))
            return
        given, mistakes = columns.read(line.cells)
        if given is not None and not mistakes:
            mistakes = self._stage(line.number, given)
        for mistake in mistakes:
            self._refuse(line.number, columns.id_tag(line.cells), mistake)

    def _stage(self, number: int, given: Given) -> list[Mistake]:
        key = id_tag_key(given.id_tag)
        row = (key, number, msgspec.json.encode(given, enc_hook=str))
        try:
            self._database.execute("INSERT INTO staged VALUES (?, ?, ?, NULL)", row)
        except sqlite3.IntegrityError:
            other = "SELECT line, given FROM staged WHERE key = ?"
            first, text = self._database.execute(other, (key,)).fetchone()
            message = f"`{given.id_tag}` is in line {first} already, as `{_given(text).id_tag}`"
            return [Mistake("idTag", message, "leave one of both lines out")]
        return []

    def _refuse(self, number: int, id_tag: str | None, mistake: Mistake) -> None:
        row = (number, id_tag, mistake.column, mistake.message, mistake.hint)
        self._database.execute("INSERT INTO refused VALUES (?, ?, ?, ?, ?)", row)

    @property
    def mistakes(self) -> int:
        """How many mistakes were found."""
        return self._count("SELECT count(*) FROM refused")

    @property
    def refused(self) -> int:
        """How many lines have one."""
        return self._count("SELECT count(DISTINCT line) FROM refused")

    @property
    def good(self) -> int:
        """How many lines have none."""
        return self._count("SELECT count(*) FROM staged")

    def steps(self, size: int) -> Iterator[dict[str, Given]]:
        """The good lines by the keys of their tags, in steps, in the order of the keys."""
        last = ""
        page = "SELECT key, given FROM staged WHERE key > ? ORDER BY key LIMIT ?"
        while rows := self._database.execute(page, (last, size)).fetchall():
            last = rows[-1][0]
            yield {key: _given(text) for key, text in rows}

    def missing(self, keys: Sequence[str]) -> list[str]:
        """Those of these keys that no good line has."""
        marks = ",".join("?" * len(keys))
        have = f"SELECT key FROM staged WHERE key IN ({marks})"  # noqa: S608 - marks only
        found = {key for (key,) in self._database.execute(have, keys)}
        return [key for key in keys if key not in found]

    def note(self, outcomes: Mapping[str, Outcome]) -> None:
        """Keep what became of some lines."""
        self._database.executemany(
            "UPDATE staged SET outcome = ? WHERE key = ?",
            [(outcome, key) for key, outcome in outcomes.items()],
        )

    def lines(self, limit: int) -> Iterator[ImportedLine]:
        """What became of the lines, in their order."""
        for line, text, outcome, id_tag, *mistake in self._database.execute(_REPORT, (limit,)):
            column, message, hint = (each or "" for each in mistake)
            yield ImportedLine(
                line=line,
                id_tag=(id_tag or "") if text is None else _given(text).id_tag,
                result=outcome,
                column=column,
                message=message,
                hint=hint,
            )

    def close(self) -> None:
        """Give the memory back."""
        self._database.close()

    def _count(self, statement: str) -> int:
        return int(self._database.execute(statement).fetchone()[0])


def _given(text: bytes) -> Given:
    return msgspec.json.decode(text, type=Given)
