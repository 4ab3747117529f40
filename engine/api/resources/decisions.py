"""Decisions: who was answered what, by which rule of which revision, and why."""

from datetime import datetime
from typing import Literal

import msgspec
from msgspec import Struct, field

from engine.api.problems import FieldError, did_you_mean, invalid
from engine.api.queries import PageQuery, Query
from engine.api.routes import Answer, Asked
from engine.api.services import Services
from engine.errors import NotFound
from engine.policy.defaults import ANSWERS
from engine.policy.explaining.masking import masked
from engine.policy.facts import Fact
from engine.storage import DecisionRecord
from protocol.types import Timestamp


class DecisionPage(Fact, frozen=True, kw_only=True):
    """A page of decisions, the newest first."""

    items: tuple[DecisionRecord, ...]
    next: str | None
    """The `cursor` of the next page; null on the last."""


class DecisionsQuery(PageQuery, frozen=True, kw_only=True):
    """Which decisions are wanted."""

    charge_point_id: str | None = None
    id_tag: str | None = None
    """The request's, in any letter case."""
    action: str | None = None
    """An action a charge point sends, or `Connect`."""
    policy: str | None = None
    rule: str | None = None
    status: str | None = None
    """Of the answer, its `idTagInfo.status` or `status`: `Blocked`, `Pending`, `Forbidden`."""
    source: Literal["policy", "default", "failure"] | None = None
    """Who answered: a rule, the built-in default, or what is set for a policy that failed."""
    errors: bool = False
    """`true`: only those on the way to which something went wrong."""
    shadow_differs: bool = False
    """`true`: only those that a policy in shadow mode would have answered otherwise."""
    since: Timestamp | None = field(name="from", default=None)
    """Only those made at this time or later."""
    until: Timestamp | None = field(name="to", default=None)
    """Only those made before this time."""


async def list_decisions(asked: Asked[DecisionsQuery, None]) -> Answer:
    """Answer a page of decisions."""
    query = asked.query
    if query.action is not None:
        check_action(query.action, "query")
    page = await asked.services.store.decisions.list(
        limit=query.limit,
        cursor=query.cursor,
        charge_point_id=query.charge_point_id,
        id_tag=query.id_tag,
        action=query.action,
        policy=query.policy,
        rule=query.rule,
        status=query.status,
        source=query.source,
        failed=query.errors,
        shadow_differs=query.shadow_differs,
        since=query.since,
        until=query.until,
    )
    items = [shown(asked.services, decision) for decision in page.items]
    return Answer(body={"items": items, "next": page.next})


def check_action(action: str, place: Literal["body", "query"]) -> None:
    """Refuses what is no action that is decided: of that there is nothing to find or explain."""
    if action not in ANSWERS:
        hint = did_you_mean(action, ANSWERS) or "it is one a charge point sends, or `Connect`"
        message = f"is not an action that a policy decides; {hint}"
        raise invalid(FieldError(place=place, path="action", message=message))


async def get_decision(asked: Asked[Query, None]) -> Answer:
    """Answer one decision."""
    return Answer(body=shown(asked.services, await decision_of(asked)))


async def decision_of(asked: Asked[Query, None]) -> DecisionRecord:
    """The decision that the path names."""
    decision_id = asked.path["decisionId"]
    decision = await asked.services.store.decisions.get(decision_id)
    if decision is None:
        raise NotFound(f"There is no decision `{decision_id}`", hint="GET /v1/decisions lists them")
    return decision


def shown(services: Services, value: Struct) -> object:
    """What tells of one decision, its id tags masked where that is configured."""
    if not services.mask_id_tags:
        return value
    return masked(msgspec.to_builtins(value, builtin_types=(datetime,)))
