"""Answers as HTTP responses: JSON in the specification's spelling, times in milliseconds."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import msgspec
from starlette.responses import Response, StreamingResponse

from engine.api import problems
from engine.api.problems import ProblemError
from engine.api.routes import Answer
from protocol.types import OneDecimal, Timestamp


def encode(value: Any) -> bytes:
    """Write a value as JSON; a point in time is `2026-01-31T12:00:00.000Z`."""
    plain = msgspec.to_builtins(value, builtin_types=(datetime,), enc_hook=_plain)
    return json.dumps(
        plain, default=_time, ensure_ascii=False, allow_nan=False, separators=(",", ":")
    ).encode("utf-8", "replace")


def response(answer: Answer, *, head: bool = False) -> Response:
    """Make the response of an answer; without what is in a stream if only its `head` is wanted."""
    if answer.body is None:
        return Response(status_code=answer.status, headers=dict(answer.headers))
    headers = {"Cache-Control": "no-store", **answer.headers}
    if isinstance(answer.body, AsyncIterator):
        if head:
            return Response(None, answer.status, headers, media_type=answer.media_type)
        return StreamingResponse(answer.body, answer.status, headers, media_type=answer.media_type)
    content = answer.body if isinstance(answer.body, bytes) else encode(answer.body)
    return Response(content, answer.status, headers, media_type=answer.media_type)


def problem_response(error: ProblemError) -> Response:
    """Make the response of a problem."""
    headers = {"Cache-Control": "no-store", **error.headers}
    return Response(
        encode(error.body()), int(error.type.status), headers, media_type=problems.MEDIA_TYPE
    )


def _plain(value: object) -> object:
    match value:
        case Timestamp():
            return str(value)
        case OneDecimal():
            return float(value)
        case _:
            raise TypeError(f"the API has no way to write `{type(value).__name__}`")


def _time(value: object) -> str:
    assert isinstance(value, datetime)
    return str(Timestamp.of(value if value.tzinfo else value.replace(tzinfo=UTC)))
