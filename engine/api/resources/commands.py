"""Commands: the 26 actions that a central system sends, and what became of those sent."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from engine.api.problems import UNKNOWN_ACTION, ProblemError, did_you_mean, invalid
from engine.api.queries import PageQuery, Query
from engine.api.resources.command_rules import broken_rules
from engine.api.routes import Answer, Asked
from engine.errors import NotFound
from engine.policy.facts import Fact
from engine.storage import CommandRecord, CommandStatus
from protocol.actions import Action, Role, actions, sent_by
from protocol.messages import MessageTrigger
from protocol.types import Message

commands: tuple[Action, ...] = tuple(actions[name] for name in sorted(sent_by(Role.CentralSystem)))
"""The 26 actions, by name."""


class CommandQuery(Query, frozen=True, kw_only=True):
    """How long to wait."""

    timeout: Annotated[float, Meta(gt=0, le=300)] | None = None
    """
    How many seconds to wait for the charge point's answer; above 0, at most 300. Left out: as
    the configuration says in `ocpp.call_timeout_seconds`, 30 if it says nothing.
    """


class CommandPending(Fact, frozen=True, kw_only=True):
    """A command that was sent and is not waited for."""

    id: str
    status: Literal["pending"]


class CommandPage(Fact, frozen=True, kw_only=True):
    """A page of commands, the newest first."""

    items: tuple[CommandRecord, ...]
    next: str | None
    """The `cursor` of the next page; null on the last."""


class CommandsQuery(PageQuery, frozen=True, kw_only=True):
    """Which commands are wanted."""

    charge_point_id: str | None = None
    action: str | None = None
    status: CommandStatus | None = None


def _completed(action: Action) -> type[msgspec.Struct]:
    """Make the type of the answer to a command that the charge point answered."""
    return msgspec.defstruct(
        f"{action.name}Completed",
        [("id", str), ("status", Literal["completed"]), ("result", action.confirmation)],
        bases=(Fact,),
        namespace={"__doc__": f"The charge point's answer to {action.name}."},
        frozen=True,
        kw_only=True,
    )


completed_types: Mapping[str, type[msgspec.Struct]] = {
    action.name: _completed(action) for action in commands
}


def fields_of(action: Action) -> tuple[msgspec.structs.FieldInfo, ...]:
    """List the fields of an action's payload."""
    return msgspec.structs.fields(action.request)


def issue(action: Action) -> Callable[[Asked[CommandQuery, Message]], Awaitable[Answer]]:
    """Make the handler that issues one action."""

    async def handler(asked: Asked[CommandQuery, Message]) -> Answer:
        if broken := broken_rules(asked.body):
            raise invalid(*broken)
        issued = await asked.services.central_system.issue(
            asked.path["chargePointId"], action.name, asked.body, asked.query.timeout
        )
        if _wants_no_answer(asked.headers.get("prefer", "")):
            return Answer(
                body=CommandPending(id=issued.id, status="pending"),
                status=202,
                headers={
                    "Location": f"/v1/commands/{issued.id}",
                    "Preference-Applied": "respond-async",
                },
            )
        result = await issued.result()
        type_ = completed_types[action.name]
        return Answer(body=type_(id=issued.id, status="completed", result=result.confirmation))

    return handler


def _wants_no_answer(prefer: str) -> bool:
    # RFC 7240 §4.1.
    wishes = (wish.partition(";")[0].strip().lower() for wish in prefer.split(","))
    return "respond-async" in wishes


async def unknown_command(asked: Asked[Query, None]) -> Answer:
    """Explain that an action is not one that a central system sends."""
    name = asked.path["action"]
    if name in actions:
        if name in list(MessageTrigger):
            payload = f'{{"requestedMessage": "{name}"}}'
            hint = f"send TriggerMessage with `{payload}` to ask for one"
        else:
            hint = "it can't be asked for"
        message = f"`{name}` is sent by the charge point, not to it"
    else:
        names = [action.name for action in commands]
        hint = did_you_mean(name, names) or f"the commands are {', '.join(names)}"
        message = f"There is no command `{name}`"
    raise ProblemError(UNKNOWN_ACTION, message, hint=hint)


async def list_commands(asked: Asked[CommandsQuery, None]) -> Answer:
    """Answer a page of commands."""
    query = asked.query
    page = await asked.services.store.commands.list(
        limit=query.limit,
        cursor=query.cursor,
        charge_point_id=query.charge_point_id,
        action=query.action,
        status=query.status,
    )
    return Answer(body=CommandPage(items=page.items, next=page.next))


async def get_command(asked: Asked[Query, None]) -> Answer:
    """Answer one command."""
    command_id = asked.path["commandId"]
    command: Any = await asked.services.store.commands.get(command_id)
    if command is None:
        raise NotFound(f"There is no command `{command_id}`", hint="GET /v1/commands lists them")
    return Answer(body=command)
