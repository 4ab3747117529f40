"""Bodies: read with a limit, and taken as JSON only. What they must hold is the route's matter."""

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
    _check_media_type(request.headers.get("content-type"))
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ProblemError(MALFORMED, f"The body can't be read as JSON: {error}") from None


async def _read(request: Request, limit_bytes: int) -> bytes:
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit_bytes:
            raise ProblemError(
                TOO_LARGE,
                f"The body is over {limit_bytes} bytes",
                hint="the limit is `admin.body_limit_bytes` of the configuration",
                # The rest of the body is not read, so the connection can't be used again.
                headers={"Connection": "close"},
            )
        chunks.append(chunk)
    return b"".join(chunks)


def _check_media_type(content_type: str | None) -> None:
    # None is taken as JSON: nothing else is understood here (RFC 9110 §8.3).
    media_type = (content_type or JSON).partition(";")[0].strip().lower()
    if media_type not in (JSON, MERGE_PATCH):
        raise ProblemError(
            UNSUPPORTED_MEDIA_TYPE,
            f"The body is declared as `{media_type}`",
            hint=f"send the header `Content-Type: {JSON}`",
            headers={"Accept": JSON},
        )
