"""What a route is: one row says how it is called, what it takes and gives, and who may."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Generic, TypeVar

import msgspec
from starlette.datastructures import Headers

from engine.api.problems import ProblemType
from engine.api.queries import Query
from engine.api.services import Services
from engine.security.tokens import Scope

QueryT = TypeVar("QueryT", bound=Query, covariant=True)
BodyT = TypeVar("BodyT", covariant=True)


class Asked(msgspec.Struct, Generic[QueryT, BodyT], frozen=True, kw_only=True):
    """A request whose token, query and body were found good."""

    services: Services
    path: Mapping[str, str]
    query: QueryT
    body: BodyT
    headers: Headers
    token_name: str | None = None
    """Whose token it was; None where the route is open to everyone."""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What a handler gives back: JSON, unless it is text of another media type."""

    body: object = None
    """An asynchronous iterator of bytes is sent as they come."""
    status: int = 200
    headers: Mapping[str, str] = {}
    media_type: str = "application/json"


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """An answer a route may give, as documented: its status is the key it stands under."""

    description: str
    type: Any = None
    media_type: str = "application/json"
    csv: bool = False
    """Also as CSV, with what `type` has in its `items` as rows."""
    headers: Mapping[str, str] = {}
    """Header names with what they mean."""


class Body(msgspec.Struct, frozen=True, kw_only=True):
    """What a route takes as its body."""

    type: type[msgspec.Struct]
    required: bool = True
    example: object = None
    merge_patch: bool = False
    """The body is a JSON merge patch (RFC 7396): the handler gets it as a dict of what changes."""


class Upload(msgspec.Struct, frozen=True, kw_only=True):
    """A file that a route takes as its body; the handler gets it open, as it comes in."""

    media_type: str
    example: str


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the table of routes."""

    method: str
    path: str
    operation: str
    """The name that client generators give it."""
    tag: str
    summary: str
    description: str = ""
    scope: Scope | None
    """The scope a token needs; None: open to everyone."""
    handler: Callable[[Asked[Any, Any]], Awaitable[Answer]]
    query: type[Query] = Query
    body: Body | None = None
    upload: Upload | None = None
    request_headers: Mapping[str, str] = {}
    outcomes: Mapping[int, Outcome]
    problems: tuple[ProblemType, ...] = ()
    """The problems of this route, beyond those that any route with its parts has."""
    documented: bool = True
    """False for a route that only explains a mistake."""
