"""The registry of connected charge points: the newest connection wins."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from engine.central_system.live_charge_point import LiveChargePoint
from engine.policy.facts import ChargePoint

if TYPE_CHECKING:
    from engine.central_system.connection import Connection


class Connections:
    """
    Who is connected, by charge point id.

    After a power loss the old socket stays half open, and the charge point is back long before
    it times out (ocpp16.md §7). So a new connection takes the charge point over at once, and the
    late end of the old one, which is of an earlier generation, changes nothing.
    """

    def __init__(self) -> None:
        self._live: dict[str, LiveChargePoint] = {}
        self._connected = 0
        self._generation = 0

    def __len__(self) -> int:
        return self._connected

    def __iter__(self) -> Iterator[Connection]:
        for live in list(self._live.values()):
            if live.connection is not None:
                yield live.connection

    def get(self, charge_point_id: str) -> Connection | None:
        """The newest connection of a charge point, or None."""
        live = self._live.get(charge_point_id)
        return None if live is None else live.connection

    def live(self, charge_point: ChargePoint) -> LiveChargePoint:
        """What is in memory of a charge point, made anew when there is nothing yet."""
        live = self._live.get(charge_point.id)
        if live is None:
            live = self._live[charge_point.id] = LiveChargePoint(charge_point)
        return live

    def known(self, charge_point_id: str) -> LiveChargePoint | None:
        """What is in memory of a charge point, or None."""
        return self._live.get(charge_point_id)

    def next_generation(self) -> int:
        """The number of a new connection, greater than that of each before it."""
        self._generation += 1
        return self._generation

    def connected(self, connection: Connection) -> Connection | None:
        """Let a connection speak for its charge point; returns the one that did until now."""
        live = connection.live
        superseded, live.connection = live.connection, connection
        if superseded is None:
            self._connected += 1
        return superseded

    def disconnected(self, connection: Connection) -> None:
        """A connection has ended. If a newer one has taken over, nothing changes."""
        live = connection.live
        if live.connection is connection:
            live.connection = None
            self._connected -= 1
            self.release(live)

    def release(self, live: LiveChargePoint) -> None:
        """Forget what is in memory of a charge point that is gone and has no Call in work."""
        if live.unused and self._live.get(live.charge_point.id) is live:
            del self._live[live.charge_point.id]
