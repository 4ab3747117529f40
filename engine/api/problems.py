"""
What the API answers when it can't do what was asked: `application/problem+json`, RFC 9457.

`problem_types` is the one table of problems and their HTTP statuses. A caller may rely on `type`;
`title`, `detail` and `hint` are for people.
"""

import difflib
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

import msgspec

from engine.errors import EngineError

MEDIA_TYPE = "application/problem+json"


class ProblemType(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of problem: its name, its HTTP status, and when it is answered."""

    name: str
    status: HTTPStatus
    title: str
    when: str

    @property
    def uri(self) -> str:
        """The `type` of a problem of this kind."""
        return f"urn:voltrule:problem:{self.name}"


def _type(name: str, status: int, title: str, when: str) -> ProblemType:
    return ProblemType(name=name, status=HTTPStatus(status), title=title, when=when)


MALFORMED = _type("malformed", 400, "The body is not JSON", "The body can't be read as JSON.")
UNAUTHORIZED = _type(
    "unauthorized", 401, "A token is needed", "There is no bearer token, or nobody knows it."
)
FORBIDDEN = _type(
    "forbidden", 403, "The token may not do this", "The token's scope is smaller than the route's."
)
NOT_FOUND = _type(
    "not-found", 404, "There is no such thing", "The route, or what its path names, is unknown."
)
UNKNOWN_ACTION = _type(
    "unknown-action",
    404,
    "There is no such command",
    "The action is not one that a central system sends.",
)
METHOD_NOT_ALLOWED = _type(
    "method-not-allowed",
    405,
    "The route has no such method",
    "The path exists, but not with this method; `Allow` lists those it has.",
)
CONFLICT = _type(
    "conflict",
    409,
    "The state does not allow this",
    "For example RemoteStartTransaction while the boot is Pending (OCPP 1.6 §4.2.1).",
)
NOT_CONNECTED = _type(
    "not-connected",
    409,
    "The charge point is not connected",
    "The charge point is known, but has no connection now.",
)
PRECONDITION_FAILED = _type(
    "precondition-failed",
    412,
    "It was changed meanwhile",
    "`If-Match` names another version, or `If-None-Match: *` something that exists.",
)
TOO_LARGE = _type(
    "too-large",
    413,
    "The body is too large",
    "The body is over `admin.body_limit_bytes`, or a file over `admin.import_limit_bytes`.",
)
UNSUPPORTED_MEDIA_TYPE = _type(
    "unsupported-media-type",
    415,
    "The body is not declared as what it must be",
    "`Content-Type` names something other than JSON, or than the kind of file the route takes.",
)
INVALID = _type(
    "invalid",
    422,
    "The request is not valid",
    "Something in body, query, path or headers breaks a rule; `errors` lists every place.",
)
IMPORT_REFUSED = _type(
    "import-refused",
    422,
    "Nothing of the file was written",
    "Lines of the file are wrong; `report` lists every one.",
)
INTERNAL = _type("internal", 500, "A mistake of ours", "A bug; the log has the details.")
CALL_ERROR = _type(
    "call-error",
    502,
    "The charge point answered CallError",
    "`code`, `description` and `details` are the charge point's.",
)
INVALID_ANSWER = _type(
    "invalid-answer",
    502,
    "The charge point's answer is not valid",
    "The charge point answered with a payload that breaks OCPP 1.6; `errors` says where.",
)
STORE_UNAVAILABLE = _type(
    "store-unavailable", 503, "The store is unavailable", "The database can't be reached."
)
NOT_READY = _type("not-ready", 503, "Not ready", "A component is down; `components` says which.")
TIMED_OUT = _type(
    "timed-out",
    504,
    "The charge point did not answer in time",
    "The charge point may still have done it: nobody knows.",
)
CONNECTION_LOST = _type(
    "connection-lost",
    504,
    "The connection was lost before the answer",
    "The charge point may still have done it: nobody knows.",
)

problem_types: tuple[ProblemType, ...] = (
    MALFORMED,
    UNAUTHORIZED,
    FORBIDDEN,
    NOT_FOUND,
    UNKNOWN_ACTION,
    METHOD_NOT_ALLOWED,
    CONFLICT,
    NOT_CONNECTED,
    PRECONDITION_FAILED,
    TOO_LARGE,
    UNSUPPORTED_MEDIA_TYPE,
    INVALID,
    IMPORT_REFUSED,
    INTERNAL,
    CALL_ERROR,
    INVALID_ANSWER,
    STORE_UNAVAILABLE,
    NOT_READY,
    TIMED_OUT,
    CONNECTION_LOST,
)


class FieldError(msgspec.Struct, frozen=True, kw_only=True, rename={"place": "in"}):
    """One place of a request that breaks a rule."""

    place: str
    """`body`, `query`, `path` or `header`."""
    path: str
    """The field, like `chargingProfile.stackLevel` or `key[0]`; `""` is the body itself."""
    message: str


class ProblemError(EngineError):
    """A problem on its way to the caller."""

    def __init__(
        self,
        type_: ProblemType,
        message: str,
        *,
        hint: str | None = None,
        errors: Iterable[FieldError] = (),
        headers: Mapping[str, str] | None = None,
        **members: object,
    ) -> None:
        super().__init__(message, hint=hint)
        self.type = type_
        self.errors = tuple(errors)
        self.headers = dict(headers or {})
        self.members = members

    def body(self) -> dict[str, object]:
        """Write the problem as RFC 9457 has it; empty members are left out."""
        members = {
            "type": self.type.uri,
            "title": self.type.title,
            "status": int(self.type.status),
            "detail": self.message,
            "hint": self.hint,
            "errors": [msgspec.to_builtins(error) for error in self.errors] or None,
            **self.members,
        }
        return {name: value for name, value in members.items() if value is not None}


class ProblemDetails(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """Why the request was not done, as RFC 9457 has it."""

    type: str
    """Names the kind of problem; the only member a program should look at besides `status`."""
    title: str
    status: int
    detail: str
    """What happened, for people."""
    hint: str = ""
    """What to do about it, for people."""
    errors: tuple[FieldError, ...] = ()
    """Every place of the request that breaks a rule."""
    command_id: str = ""
    """The command that was sent, if one was: `GET /v1/commands/{commandId}`."""
    code: str = ""
    """The charge point's CallError code."""
    description: str = ""
    """The charge point's CallError description."""
    details: dict[str, Any] = {}
    """The charge point's CallError details."""
    components: dict[str, Any] = {}
    """Of `/readyz`: each component, and whether it can do its work."""
    report: dict[str, Any] = {}
    """Of an import that was refused: the same ImportReport as of one that was not."""


def invalid(*errors: FieldError) -> ProblemError:
    """Make the 422 that lists `errors`."""
    first = errors[0]
    others = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    place = f"`{first.path}`" if first.path else f"The {first.place}"
    return ProblemError(INVALID, f"{place} {first.message}{others}", errors=errors)


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """Suggest what may have been meant by `word`, or nothing."""
    by_case = {name.casefold(): name for name in known}
    close = difflib.get_close_matches(word.casefold(), by_case, n=1)
    return f"did you mean `{by_case[close[0]]}`?" if close else None
