"""An import of id tags: all of a file is checked, then it is written in short steps."""

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import BinaryIO, Literal

import msgspec

from engine.api.id_tag_files.lines import FileUnusable
from engine.api.id_tag_files.staging import ImportedLine, Staging
from engine.storage import Store

STEP = 250
"""Tags written in one transaction: charge points' messages wait no longer than for one of these."""

REPORTED_AT_MOST = 10_000

Mode = Literal["merge", "replace"]


class Totals(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """How many lines, or tags, came to what."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: int = 0
    """Lines. If it is not 0, nothing was written."""
    deleted: int = 0
    """Tags that are not in the file; with `mode=replace` only."""


class ImportReport(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What an import did, or would do."""

    written: bool
    """False for a dry run, and where a line is refused."""
    mode: Mode
    totals: Totals
    lines: tuple[ImportedLine, ...]
    """By their numbers; at most 10,000, and none after the 1,000th that is refused."""
    lines_left_out: int
    """How many more were read."""


class Import:
    """One file on its way into the store."""

    def __init__(
        self,
        store: Store,
        *,
        reading: Callable[[], None] = lambda: None,
        writing: Callable[[int], None] = lambda _: None,
    ) -> None:
        """
        Args:
            reading: is told now and then while the file is read.
            writing: is told how many tags were compared, and written where they differ.
        """
        self._id_tags = store.id_tags
        self._reading = reading
        self._writing = writing
        self.staging = Staging()

    async def run(
        self, file: BinaryIO, time: datetime, *, mode: Mode = "merge", dry_run: bool = False
    ) -> ImportReport:
        """
        Read, check, compare and write.

        Raises:
            FileUnusable: nothing of the file can be read, or a replacement has no tags.
        """
        await asyncio.to_thread(self.staging.read, file, self._reading)
        if mode == "replace" and not self.staging.good + self.staging.refused:
            raise FileUnusable(
                "the file has no id tags, and replacing would delete all there are",
                hint="DELETE /v1/id-tags/{idTag} deletes one",
            )
        write = not dry_run and not self.staging.refused
        counts = Counter[str](refused=self.staging.refused)
        for step in self.staging.steps(STEP):
            edits = {key: given.applied for key, given in step.items()}
            outcomes = await self._id_tags.revise(edits, time=time, write=write)
            self.staging.note(outcomes)
            counts.update(outcomes.values())
            self._writing(len(step))
        # What a line that is refused names is not missing, but which tag that is, nobody knows.
        if mode == "replace" and not self.staging.refused:
            counts["deleted"] = await self._delete(time, write=write)
        return self._report(mode, Totals(**counts), written=write)

    async def _delete(self, time: datetime, *, write: bool) -> int:
        """Delete the tags that are not in the file, but none that was made meanwhile."""
        tags, last, deleted = self._id_tags, "", 0
        while keys := await tags.keys(after=last, edited_before=time, limit=STEP):
            last = keys[-1]
            missing = self.staging.missing(keys)
            deleted += len(missing)
            if write and missing:
                await tags.forget(missing)
        return deleted

    def _report(self, mode: Mode, totals: Totals, *, written: bool) -> ImportReport:
        lines = tuple(self.staging.lines(REPORTED_AT_MOST))
        known = self.staging.good + self.staging.mistakes
        return ImportReport(
            written=written,
            mode=mode,
            totals=totals,
            lines=lines,
            lines_left_out=known - len(lines),
        )
