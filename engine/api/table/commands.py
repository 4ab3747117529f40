"""The rows of commands: one for each of the 26 actions, and their history."""

from engine.api import problems
from engine.api.command_examples import command_examples
from engine.api.resources import commands
from engine.api.routes import Body, Outcome, Route
from engine.api.table.parts import CHARGE_POINT
from engine.security.tokens import Scope
from engine.storage import CommandRecord
from protocol.actions import Action


def _command(action: Action) -> Route:
    doc = (action.request.__doc__ or "").strip()
    summary, _, rest = doc.partition("\n")
    return Route(
        method="POST",
        path=f"{CHARGE_POINT}/commands/{action.name}",
        operation=action.name[0].lower() + action.name[1:],
        tag="Commands",
        summary=f"{action.name}: {summary.rstrip('.')}",
        description=rest,
        scope=Scope.command,
        handler=commands.issue(action),
        query=commands.CommandQuery,
        body=Body(
            type=action.request,
            required=any(field.required for field in commands.fields_of(action)),
            example=command_examples[action.name],
        ),
        request_headers={"Prefer": "`respond-async`: answer 202 at once instead of waiting."},
        outcomes={
            200: Outcome(
                description="The charge point has answered; `result` is its answer.",
                type=commands.completed_types[action.name],
            ),
            202: Outcome(
                description="It is sent; with `Prefer: respond-async` only.",
                type=commands.CommandPending,
                headers={"Location": "Where its outcome will be."},
            ),
        },
        problems=(
            problems.NOT_FOUND,
            problems.CONFLICT,
            problems.NOT_CONNECTED,
            problems.CALL_ERROR,
            problems.INVALID_ANSWER,
            problems.TIMED_OUT,
            problems.CONNECTION_LOST,
        ),
    )


command_rows = (
    *(_command(action) for action in commands.commands),
    Route(
        method="POST",
        path=f"{CHARGE_POINT}/commands/{{action}}",
        operation="unknownCommand",
        tag="Commands",
        summary="Explain that there is no such command",
        scope=Scope.command,
        handler=commands.unknown_command,
        query=commands.CommandQuery,
        outcomes={},
        problems=(problems.UNKNOWN_ACTION,),
        documented=False,
    ),
    Route(
        method="GET",
        path="/v1/commands",
        operation="listCommands",
        tag="Commands",
        summary="List the commands that were sent",
        description="The newest first, whatever became of them.",
        scope=Scope.read,
        handler=commands.list_commands,
        query=commands.CommandsQuery,
        outcomes={200: Outcome(description="A page.", type=commands.CommandPage)},
    ),
    Route(
        method="GET",
        path="/v1/commands/{commandId}",
        operation="getCommand",
        tag="Commands",
        summary="Get a command with its outcome",
        scope=Scope.read,
        handler=commands.get_command,
        outcomes={200: Outcome(description="The command.", type=CommandRecord)},
        problems=(problems.NOT_FOUND,),
    ),
)
