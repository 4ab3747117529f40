"""The commands that wait on one connection: sent one at a time, each with a deadline."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Protocol, TypeAlias

from engine.central_system import recording
from engine.central_system.context import Context
from protocol.events import (
    CallAbandoned,
    CallCompleted,
    CallFailed,
    CallRefused,
    CallTimedOut,
)
from protocol.session import Session
from protocol.types import Message, MessageId

Ended: TypeAlias = CallCompleted | CallRefused | CallFailed | CallTimedOut | CallAbandoned


class Command(Protocol):
    """Who is told how a Call of ours ended."""

    @property
    def action(self) -> str:
        """The action it calls."""

    def ended(self, event: Ended) -> None:
        """It was answered, timed out, or was left alone."""


class CommandLane:
    """
    Made for the first command of a connection: most charge points seldom get one.

    The session holds the queue; here is who waits for what, and one timer for the next deadline.
    """

    __slots__ = (
        "_charge_point_id",
        "_commands",
        "_context",
        "_flush",
        "_sent",
        "_session",
        "_timer",
    )

    def __init__(
        self, context: Context, session: Session, charge_point_id: str, flush: Callable[[], None]
    ) -> None:
        self._context = context
        self._session = session
        self._charge_point_id = charge_point_id
        self._flush = flush
        self._commands: dict[str, Command] = {}
        self._sent: str | None = None
        self._timer: asyncio.TimerHandle | None = None

    def call(self, message_id: str, request: Message, deadline: float, command: Command) -> None:
        """Send a Call when those before it have ended; `command` is told how this one ended."""
        now = asyncio.get_running_loop().time()
        self._session.call(MessageId(message_id), request, now, deadline)
        self._commands[message_id] = command
        self._flush()
        self._set_timer()

    def taken(self, frames: Sequence[str]) -> None:
        """Frames leave: record the Call among them, if there is one."""
        message_id = self._session.outstanding
        if message_id is None or message_id == self._sent:
            return
        text = next((frame for frame in frames if frame.startswith("[2")), None)
        if text is None:
            return
        self._sent = message_id
        context = self._context
        action = self._commands[message_id].action
        context.record(
            context.store.commands.sent(message_id),
            recording.sent(
                context.store, self._charge_point_id, context.clock(), text, message_id, action
            ),
        )

    def ended(self, event: Ended) -> None:
        """A Call of ours has come to its end."""
        command = self._commands.pop(event.message_id, None)
        self._set_timer()
        if command is not None:
            command.ended(event)

    def close(self, abandoned: Sequence[CallAbandoned]) -> None:
        """The connection has ended, and with it all that waited."""
        for event in abandoned:
            self.ended(event)

    def _set_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        deadline = self._session.next_deadline
        if deadline is not None:
            self._timer = asyncio.get_running_loop().call_at(deadline, self._expire)

    def _expire(self) -> None:
        # A timer may fire within the clock's resolution before its time.
        now = max(asyncio.get_running_loop().time(), self._session.next_deadline or 0.0)
        for event in self._session.expire(now):
            self.ended(event)
        self._flush()
        self._set_timer()
