"""Explanations: what a request would be answered now, and why a decision was as it was."""

import asyncio
import re
from datetime import UTC, datetime
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from engine.api.problems import FieldError, invalid
from engine.api.queries import Query
from engine.api.resources.decisions import check_action, decision_of, shown
from engine.api.resources.policies import sources
from engine.api.routes import Answer, Asked
from engine.api.shapes import Shape
from engine.errors import Conflict
from engine.policy.deciding.effects import Effect
from engine.policy.deciding.policy_set import PolicySet
from engine.policy.explaining import recorded_facts
from engine.policy.explaining.explanation import explain
from engine.policy.facts import FACTS, Facts
from engine.policy.live.loading import compile_beside
from engine.policy.problems import PolicyProblems, Problem
from engine.policy.testing.fixtures import FIXTURES, Fixtures
from engine.policy.yaml.value_nodes import mapping_of
from engine.telemetry.explanations import without_secrets
from protocol.types import Timestamp

_NAME = re.compile(r"(?:the request: )?`(?P<name>[^`]+)`:? ")

Given = dict[str, Any] | None | UnsetType


class WhatIf(Shape, frozen=True, kw_only=True):
    """
    A request to be explained, and what is known.

    Facts have the form in which policies read them; fields that a record always has may be left
    out, as in tests beside policies. A fact that is null is one that is not there.
    """

    action: str
    """One of the 14 actions a charge point sends, or `Connect`."""
    request: dict[str, Any] = {}
    """The payload; of `Connect` the handshake."""
    charge_point_id: str | None = None
    """Whose request it is: facts that are not given are as they are known here now."""
    charge_point: Given = UNSET
    """A charge point as it might be; with this, `chargePointId` may be left out."""
    connector: Given = UNSET
    tag: Given = UNSET
    parent_tag: Given = UNSET
    transaction: Given = UNSET
    reservation: Given = UNSET
    counters: Given = UNSET
    remote_start: Given = UNSET
    now: Timestamp | None = None
    """When it would be; left out: now."""
    files: dict[str, str] | None = None
    """Policies to explain with, path → text, as for `check`; left out: those in force."""


async def explain_request(asked: Asked[Query, WhatIf]) -> Answer:
    """Explain what a request would be answered."""
    body = asked.body
    check_action(body.action, "body")
    given = _given(body)
    facts = _facts(body.action, given)
    policies = await _policies(asked)
    now = body.now or Timestamp.of(datetime.now(UTC))
    if body.charge_point_id is None:
        facts = replace(facts, now=now)
    else:
        names = policies.facts_read(body.action)
        known = await asked.services.central_system.facts(
            body.charge_point_id, facts.request, names, now
        )
        attributes = [FACTS[name] for name in FIXTURES if name in given]
        facts = replace(known, **{name: getattr(facts, name) for name in attributes})
    owned = recorded_facts.owned({}, now)
    # It may take as long as some thousand decisions.
    explanation = await asyncio.to_thread(explain, policies, body.action, facts, owned)
    return Answer(body=shown(asked.services, without_secrets(explanation)))


def _given(body: WhatIf) -> dict[str, Any]:
    """What is given, by the names of facts."""
    values = {name: getattr(body, FACTS[name]) for name in FIXTURES}
    given = {name: value for name, value in values.items() if value is not UNSET}
    request = body.request
    if body.charge_point_id is not None:
        if body.action == "Connect":
            request = {"chargePointId": body.charge_point_id, **request}
        if isinstance(given.get("chargePoint"), dict):
            given["chargePoint"] = {"id": body.charge_point_id, **given["chargePoint"]}
    elif given.get("chargePoint") is None:
        raise invalid(_error("chargePointId", "is required where no `chargePoint` is given"))
    return {"request": request, **given}


def _facts(action: str, given: dict[str, Any]) -> Facts:
    problems: list[Problem] = []
    node, nothing = mapping_of(given, problems.append), mapping_of({}, problems.append)
    facts = None
    if node is not None and nothing is not None:
        facts = Fixtures(problems.append).facts(action, node, nothing)
    if problems or facts is None:
        raise invalid(*(_error(each.file, _without_path(each)) for each in problems))
    return facts


async def _policies(asked: Asked[Query, WhatIf]) -> PolicySet:
    if asked.body.files is None:
        return asked.services.policies.current
    files = sources(asked.body.files)
    try:
        return await asyncio.to_thread(compile_beside, files)
    except PolicyProblems as broken:
        errors = [each for each in broken.problems if each.severity == "error"]
        raise invalid(
            *(
                _error(f"files.{each.file}", f"{each.line}:{each.column}: {_with_hint(each)}")
                for each in errors
            )
        ) from None


def _with_hint(problem: Problem) -> str:
    return f"{problem.message}; {problem.hint}" if problem.hint else problem.message


def _without_path(problem: Problem) -> str:
    """What is wrong, without the field's name: that is told beside it."""
    said = _NAME.match(problem.message)
    text = _with_hint(problem)
    if problem.file == "request":
        return text.removeprefix("the request: ")
    if said is None or said["name"].partition("[")[0] != problem.file.rpartition(".")[2]:
        return text
    return text[said.end() :]


def _error(path: str, message: str) -> FieldError:
    return FieldError(place="body", path=path, message=message)


async def explain_decision(asked: Asked[Query, None]) -> Answer:
    """Explain a decision on the revision and the facts it was made with."""
    services, record = asked.services, await decision_of(asked)
    policies = await services.policies.at(record.revision)
    missing = policies.facts_read(record.action) - record.facts.keys()
    if missing:
        raise _not_explained(f"not kept: {', '.join(f'`{name}`' for name in sorted(missing))}")
    try:
        facts = recorded_facts.read(record.action, record.facts, record.time)
    except ValueError as error:
        raise _not_explained(f"this version can't read them: {error}") from None
    owned = recorded_facts.owned(record.response, record.time)
    explanation = await asyncio.to_thread(
        explain, policies, record.action, facts, owned, record.response
    )
    # A StartTransaction that was sent again had its effects the first time.
    effects = msgspec.convert(record.effects, tuple[Effect, ...])
    decision = replace(explanation.decision, effects=effects)
    whole = without_secrets(replace(explanation, decision=decision))
    return Answer(body=shown(services, whole))


def _not_explained(reason: str) -> Conflict:
    return Conflict(
        f"the facts of the decision are not all known: {reason}",
        hint="an earlier version made it; `explain` what would be decided now",
    )
