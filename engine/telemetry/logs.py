"""
Logs: structlog, coloured lines on a terminal, one JSON object per line otherwise.

Events are short lower-case facts (`"charge point connected"`) with their data as keys. What
libraries write through the standard library's `logging` comes out in the same form.
"""

import logging
import sys
from collections.abc import Callable
from typing import Literal, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from engine.telemetry.secrets import HIDDEN, hide_in_urls, is_secret

_QUIET = {
    # Each connection would be logged twice, and every SQL statement once.
    "uvicorn.error": logging.WARNING,
    "uvicorn.access": logging.WARNING,
    "websockets": logging.WARNING,
    "sqlalchemy": logging.WARNING,
    "alembic": logging.WARNING,
    "asyncio": logging.WARNING,
    "watchfiles": logging.WARNING,
}


def hide_secrets(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Values under a secret's name, and passwords in URLs, never reach a log."""
    for name, value in event.items():
        if isinstance(value, str):
            event[name] = HIDDEN if is_secret(name) else hide_in_urls(value)
    return event


def escape_controls(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """What a charge point sent (a path, a vendor's name) must not steer the operator's terminal."""
    for name, value in event.items():
        if isinstance(value, str) and not value.isprintable():
            event[name] = "".join(_visible(character) for character in value)
    return event


def _visible(character: str) -> str:
    if character.isprintable() or character in "\n\t":
        return character
    return character.encode("unicode_escape").decode()


def configure_logs(
    level: Literal["debug", "info", "warning", "error"] = "info",
    form: Literal["auto", "console", "json"] = "auto",
    stream: TextIO | None = None,
) -> None:
    """Send all logs of this process to `stream` (standard error when None)."""
    stream = sys.stderr if stream is None else stream
    on_terminal = form == "console" or (form == "auto" and stream.isatty())
    number = logging.getLevelNamesMapping()[level.upper()]
    shared = _shared_processors(on_terminal)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_formatter(shared, _renderer(on_terminal, stream)))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(number)
    for name, quiet in _QUIET.items():
        logging.getLogger(name).setLevel(max(number, quiet))


def _shared_processors(on_terminal: bool) -> list[Processor]:
    processors: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True)
        if not on_terminal
        else structlog.processors.TimeStamper(fmt="%H:%M:%S", utc=False),
        hide_secrets,
    ]
    processors.append(escape_controls if on_terminal else structlog.processors.format_exc_info)
    return processors


def _renderer(on_terminal: bool, stream: TextIO) -> Processor:
    if on_terminal:
        return structlog.dev.ConsoleRenderer(
            colors=stream.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    return structlog.processors.JSONRenderer()


def _formatter(shared: list[Processor], renderer: Processor) -> structlog.stdlib.ProcessorFormatter:
    drop_meta: Callable[[WrappedLogger, str, EventDict], EventDict]
    drop_meta = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[structlog.stdlib.ExtraAdder(), *shared],
        processors=[drop_meta, renderer],
    )
