"""Commands to charge points: issued, sent one at a time, recorded, awaited by whoever likes."""

from __future__ import annotations

import asyncio

import msgspec
from msgspec import Raw

from engine.central_system.accepted_commands import RESERVING, take_effect
from engine.central_system.command_errors import (
    CommandError,
    CommandFailed,
    CommandRefused,
    CommandTimedOut,
    Disconnected,
    NotAllowedNow,
    NotConnected,
)
from engine.central_system.command_lane import Ended
from engine.central_system.context import Context
from engine.central_system.facts import load_reservations
from engine.central_system.live_charge_point import LiveChargePoint
from engine.errors import NotFound
from engine.policy.facts import ChargePoint
from engine.storage import CommandRecord, CommandStatus, new_id
from engine.telemetry.secrets import hide_in_frame
from protocol import payloads
from protocol.events import (
    CallAbandoned,
    CallCompleted,
    CallFailed,
    CallRefused,
    CallTimedOut,
)
from protocol.messages import SendLocalListReq
from protocol.types import Message

_NOT_WHILE_PENDING = frozenset({"RemoteStartTransaction", "RemoteStopTransaction"})


class CommandResult(msgspec.Struct, frozen=True, kw_only=True):
    """What a charge point answered to a command."""

    id: str
    confirmation: Message


class IssuedCommand:
    """
    A command on its way.

    It is sent, answered and recorded also when nobody waits for its result.
    """

    __slots__ = ("_context", "_end", "_live", "_recorded", "_request", "action", "id")

    def __init__(
        self, context: Context, live: LiveChargePoint, action: str, request: Message, id_: str
    ) -> None:
        self._context = context
        self._live = live
        self.action = action
        self._request = request
        self._end: asyncio.Future[Ended] = asyncio.get_running_loop().create_future()
        self._recorded: asyncio.Future[None] | None = None
        self.id = id_

    @property
    def is_ended(self) -> bool:
        """Whether it was answered, timed out or left alone."""
        return self._end.done()

    async def result(self) -> CommandResult:
        """
        Wait for the confirmation.

        The history shows the end of the command by the time its result is known.

        Raises:
            CommandRefused: the charge point answered with a CallError.
            CommandFailed: its confirmation is not valid OCPP.
            CommandTimedOut: it did not answer in time.
            Disconnected: it went away.
        """
        # Several may wait for one command, and one of them may give up.
        event = await asyncio.shield(self._end)
        await _written(self._recorded)
        if isinstance(event, CallCompleted):
            return CommandResult(id=self.id, confirmation=event.confirmation)
        raise self._error(event)

    def ended(self, event: Ended) -> None:
        """Record how it ended, and tell who waits."""
        context, now = self._context, self._context.clock()
        status, result, error = _outcome(event)
        effects = []
        if isinstance(event, CallCompleted):
            effects = take_effect(context, self._live, self._request, event.confirmation, now)
        self._recorded = context.record(
            context.store.commands.ended(self.id, status, now, result=result, error=error),
            *effects,
        )
        context.meters.command(self.action, status)
        if not self._end.done():
            self._end.set_result(event)

    def _error(self, event: Ended) -> CommandError:
        who, what, id_ = f"charge point `{self._live.charge_point.id}`", f"`{self.action}`", self.id
        match event:
            case CallRefused(error=error):
                return CommandRefused(
                    f"{who} refused {what} with {error.code}",
                    command_id=id_,
                    code=error.code,
                    description=error.description,
                    details=error.details,
                )
            case CallFailed(error=invalid):
                return CommandFailed(
                    f"{who} answered {what} with a confirmation that is not valid OCPP",
                    command_id=id_,
                    problems=invalid.problems,
                )
            case CallTimedOut():
                return CommandTimedOut(f"{who} did not answer {what} in time", command_id=id_)
            case _:
                return Disconnected(f"{who} went away before it answered {what}", command_id=id_)


async def issue(
    context: Context,
    charge_point_id: str,
    action: str,
    request: Message,
    timeout_seconds: float,
    *,
    synchronizing: bool = False,
) -> IssuedCommand:
    """
    Put a command in the charge point's queue; it has `timeout_seconds` from now.

    Args:
        synchronizing: it is part of the synchronization of a local list.

    Raises:
        NotFound: nobody knows the charge point.
        NotConnected: it is not connected.
        NotAllowedNow: it is Pending or Rejected, or its local list is being synchronized.
    """
    connection = context.connections.get(charge_point_id)
    if connection is None or connection.closed or context.closing:
        raise await _not_connected(context, charge_point_id)
    _check_allowed(connection.live.charge_point, action)
    if isinstance(request, SendLocalListReq) and not synchronizing:
        await _doubt_local_list(context, charge_point_id, request)
    if action in RESERVING:
        await load_reservations(context, connection.live, context.clock())
    payload = hide_in_frame(payloads.encode(request).decode())
    now = context.clock()
    command = IssuedCommand(context, connection.live, action, request, new_id(now))
    record = CommandRecord(
        id=command.id,
        charge_point_id=charge_point_id,
        action=action,
        payload=Raw(payload.encode()),
        status="pending",
        issued_at=now,
    )
    recorded = context.record(context.store.commands.issued(record))
    deadline = asyncio.get_running_loop().time() + timeout_seconds
    connection.call(command.id, request, deadline, command)
    # Whoever is given the id may ask for the command at once.
    await _written(recorded)
    return command


async def _doubt_local_list(
    context: Context, charge_point_id: str, request: SendLocalListReq
) -> None:
    """A list that is not ours goes out: from now on nobody knows what the charge point has."""
    if charge_point_id in context.synchronizing:
        raise NotAllowedNow(
            f"the local list of `{charge_point_id}` is being synchronized",
            hint="send yours when that is done",
        )
    await context.store.local_lists.doubt(charge_point_id, request.list_version)


async def _written(record: asyncio.Future[None] | None) -> None:
    """Wait until a record is on disk or has failed, which is logged but stops no command."""
    if record is not None:
        await asyncio.wait((record,))


async def _not_connected(context: Context, charge_point_id: str) -> NotFound | NotConnected:
    if await context.store.charge_points.get(charge_point_id) is None:
        return NotFound(f"there is no charge point `{charge_point_id}`")
    return NotConnected(f"charge point `{charge_point_id}` is not connected")


def _check_allowed(charge_point: ChargePoint, action: str) -> None:
    """
    Hold back what a charge point must not get before it is accepted. OCPP 1.6 §4.2.

    "While in pending state, the following Central System initiated messages are not allowed:
    RemoteStartTransaction.req and RemoteStopTransaction.req". When Rejected: "the Central System
    SHOULD not initiate any messages".
    """
    status = charge_point.boot_status
    if status == "Rejected" or (status == "Pending" and action in _NOT_WHILE_PENDING):
        raise NotAllowedNow(
            f"charge point `{charge_point.id}` is {status}: it may not get `{action}`",
            hint="let a policy answer its next BootNotification with Accepted",
        )


def _outcome(event: Ended) -> tuple[CommandStatus, object, object]:
    match event:
        case CallCompleted(confirmation=confirmation):
            text = hide_in_frame(payloads.encode(confirmation).decode())
            return "completed", Raw(text.encode()), None
        case CallRefused(error=error):
            answer = {
                "code": error.code,
                "description": error.description,
                "details": error.details,
            }
            return "refused", None, answer
        case CallFailed(error=invalid):
            found = [
                {"path": problem.path, "message": problem.message} for problem in invalid.problems
            ]
            return "failed", None, {"problems": found}
        case CallTimedOut():
            return "timedOut", None, None
        case CallAbandoned():
            return "disconnected", None, None
