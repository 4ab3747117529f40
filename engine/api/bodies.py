"""
Bodies: read with a limit, and taken as JSON, or as the file that a route takes.

What they must hold is the route's matter.
"""

import asyncio
import io
from collections.abc import AsyncIterator
from typing import BinaryIO, cast

import msgspec
from starlette.requests import Request

from engine.api.problems import MALFORMED, TOO_LARGE, UNSUPPORTED_MEDIA_TYPE, ProblemError

JSON = "application/json"
MERGE_PATCH = "application/merge-patch+json"


async def read_json(request: Request, limit_bytes: int) -> object:
    """
    Read the body as JSON; an empty one is `{}`.

    Raises:
        ProblemError: 413 over the limit, 415 if it is declared as something else than JSON,
            400 if it can't be read.
    """
    body = await _read(request, limit_bytes)
    if not body.strip():
        return {}
    # None is taken as JSON: nothing else is understood here (RFC 9110 §8.3).
    _check_media_type(request.headers.get("content-type") or JSON, JSON, MERGE_PATCH)
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ProblemError(MALFORMED, f"The body can't be read as JSON: {error}") from None


def open_file(request: Request, media_type: str, limit_bytes: int) -> BinaryIO:
    """
    Let the body be read as a file, by another thread, while it comes in.

    Reading raises ProblemError 413 over the limit.

    Raises:
        ProblemError: 415 if it is declared as something else than `media_type`.
    """
    _check_media_type(request.headers.get("content-type", "nothing"), media_type)
    chunks = _chunks(request, limit_bytes, "admin.import_limit_bytes")
    return cast("BinaryIO", io.BufferedReader(_Incoming(chunks), 65_536))


class _Incoming(io.RawIOBase):
    """The chunks that the event loop gets, for a thread that waits for them."""

    def __init__(self, chunks: AsyncIterator[bytes]) -> None:
        self._chunks = chunks
        self._loop = asyncio.get_running_loop()
        self._rest = b""

    def readable(self) -> bool:
        """It can only be read."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Wait for what comes next, and give as much of it as there is room for."""
        while not self._rest:
            coming = asyncio.run_coroutine_threadsafe(_next(self._chunks), self._loop)
            chunk = coming.result()
            if chunk is None:
                return 0
            self._rest = chunk
        part, self._rest = self._rest[: len(buffer)], self._rest[len(buffer) :]
        buffer[: len(part)] = part
        return len(part)


async def _next(chunks: AsyncIterator[bytes]) -> bytes | None:
    return await anext(chunks, None)


async def _read(request: Request, limit_bytes: int) -> bytes:
    chunks = _chunks(request, limit_bytes, "admin.body_limit_bytes")
    return b"".join([chunk async for chunk in chunks])


async def _chunks(request: Request, limit_bytes: int, key: str) -> AsyncIterator[bytes]:
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit_bytes:
            raise ProblemError(
                TOO_LARGE,
                f"The body is over {limit_bytes} bytes",
                hint=f"the limit is `{key}` of the configuration",
                # The rest of the body is not read, so the connection can't be used again.
                headers={"Connection": "close"},
            )
        yield chunk


def _check_media_type(content_type: str, *allowed: str) -> None:
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type not in allowed:
        raise ProblemError(
            UNSUPPORTED_MEDIA_TYPE,
            f"The body is declared as `{media_type}`",
            hint=f"send the header `Content-Type: {allowed[0]}`",
            headers={"Accept": allowed[0]},
        )
