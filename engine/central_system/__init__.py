"""The central system's side of OCPP: connections, callbacks, commands."""

from engine.central_system.central_system import CentralSystem
from engine.central_system.command_errors import (
    CommandError,
    CommandFailed,
    CommandRefused,
    CommandTimedOut,
    Disconnected,
    NotAllowedNow,
    NotConnected,
)
from engine.central_system.commands import CommandResult, IssuedCommand
from engine.central_system.connection import ConnectionInfo
from engine.central_system.local_lists import (
    LocalListRefused,
    LocalListUnsupported,
    Synchronized,
)

__all__ = [
    "CentralSystem",
    "CommandError",
    "CommandFailed",
    "CommandRefused",
    "CommandResult",
    "CommandTimedOut",
    "ConnectionInfo",
    "Disconnected",
    "IssuedCommand",
    "LocalListRefused",
    "LocalListUnsupported",
    "NotAllowedNow",
    "NotConnected",
    "Synchronized",
]
