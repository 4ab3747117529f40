"""Versions of what can be edited, and the conditions of an edit. RFC 9110 §8.8.3, §13.1."""

from starlette.datastructures import Headers

from engine.api.problems import PRECONDITION_FAILED, ProblemError


def etag(version: int) -> str:
    """Write a version as an entity tag."""
    return f'"{version}"'


def check(headers: Headers, name: str, version: int | None) -> None:
    """
    Check `If-Match` and `If-None-Match` against the version there is; None: there is nothing.

    Raises:
        ProblemError: 412 where a condition does not hold.
    """
    wanted = _tags(headers.get("if-match"))
    unwanted = _tags(headers.get("if-none-match"))
    if wanted is not None and not _matches(wanted, version):
        state = "does not exist" if version is None else f"has the version {etag(version)} now"
        raise ProblemError(
            PRECONDITION_FAILED,
            f"`{name}` {state}",
            hint="read it again, repeat your change on what you got, and send its ETag",
            headers={} if version is None else {"ETag": etag(version)},
        )
    if unwanted is not None and _matches(unwanted, version):
        raise ProblemError(
            PRECONDITION_FAILED,
            f"`{name}` exists already",
            hint="leave out `If-None-Match` to replace it",
        )


def is_conditional(headers: Headers) -> bool:
    """Say whether an edit names the version it is for."""
    return "if-match" in headers or "if-none-match" in headers


def _tags(header: str | None) -> frozenset[str] | None:
    if header is None:
        return None
    return frozenset(tag.strip() for tag in header.split(","))


def _matches(tags: frozenset[str], version: int | None) -> bool:
    return version is not None and ("*" in tags or etag(version) in tags)
