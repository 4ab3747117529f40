"""Files of id tags over the API: imported, and exported."""

from datetime import UTC, datetime
from typing import BinaryIO

import msgspec
import structlog

from engine.api.id_tag_files.importing import Import, ImportReport, Mode
from engine.api.problems import IMPORT_REFUSED, ProblemError
from engine.api.queries import Query
from engine.api.routes import Answer, Asked

log = structlog.get_logger()


class ImportQuery(Query, frozen=True, kw_only=True):
    """How a file is imported."""

    mode: Mode = "merge"
    """`replace`: id tags that are not in the file are deleted."""
    dry_run: bool = False
    """`true`: nothing is written, and the report says what would be."""


async def import_id_tags(asked: Asked[ImportQuery, BinaryIO]) -> Answer:
    """Take over a file of id tags, and say of each line what became of it."""
    query, importing = asked.query, Import(asked.services.store)
    report = await importing.run(
        asked.body, datetime.now(UTC), mode=query.mode, dry_run=query.dry_run
    )
    if report.totals.refused and not query.dry_run:
        raise _refused(report)
    if report.written:
        totals = msgspec.to_builtins(report.totals)
        log.info("id tags imported", mode=query.mode, **totals, tokenName=asked.token_name)
    return Answer(body=report)


def _refused(report: ImportReport) -> ProblemError:
    count = report.totals.refused
    first = next(line for line in report.lines if line.result == "refused")
    column = f", `{first.column}`" if first.column else ""
    others = f" (and {count - 1} more)" if count > 1 else ""
    return ProblemError(
        IMPORT_REFUSED,
        f"Line {first.line}{column} {first.message}{others}",
        hint=first.hint or None,
        report=msgspec.to_builtins(report),
    )
