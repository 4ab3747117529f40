"""What is held in memory of a charge point while it is connected or its Calls are in work."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from engine.central_system.reservations import Reservations
from engine.policy.explaining.recorded_facts import charge_point_json
from engine.policy.facts import ChargePoint, Connector, Transaction
from protocol.types import Message, id_tag_key

if TYPE_CHECKING:
    from engine.central_system.connection import Connection
    from engine.central_system.handling import Handling

K = TypeVar("K")
V = TypeVar("V")

WAITING_LIMIT = 64
"""Calls of one charge point that may wait; beyond that its socket is not read."""
WAITING_CHARACTERS = 1_048_576
"""Their characters together, likewise."""
KNOWN_LIMIT = 32
"""Connectors and transactions remembered per charge point: how many there are, it decides."""

Start: TypeAlias = tuple[int, str, datetime, int]


class LiveChargePoint:
    """
    The Calls of one charge point, one after the other, and the facts they read.

    It outlives a connection: what an old connection still has in work is finished before the
    first Call of the new one begins, or a retried StartTransaction would meet its first try
    before that is recorded. There is no task and no queue while there is no work.
    """

    __slots__ = (
        "_draining",
        "_kept",
        "_room",
        "_waiting_characters",
        "charge_point",
        "connection",
        "connectors",
        "handling",
        "last_early_stop",
        "last_fault",
        "reservations",
        "running",
        "starts",
        "transactions",
        "waiting",
    )

    def __init__(self, charge_point: ChargePoint) -> None:
        self.charge_point = charge_point
        self.connection: Connection | None = None
        self.handling: Handling | None = None
        self.waiting: deque[Handling] | None = None
        self.connectors: dict[int, Connector | None] | None = None
        self.transactions: dict[int, Transaction | None] | None = None
        self.starts: dict[Start, Transaction] | None = None
        self.reservations: Reservations | None = None
        """The active ones; None before they are asked for."""
        self.running: dict[int, tuple[Transaction, ...]] | None = None
        """By connector what runs on it, accepted or not, or was abandoned lately."""
        self.last_fault: datetime | UnsetType | None = UNSET
        """When the last Faulted report came; UNSET before it is asked for."""
        self.last_early_stop: datetime | UnsetType | None = UNSET
        """The time of the last stop that no transaction was found for, likewise."""
        self._room: asyncio.Event | None = None
        self._draining = False
        self._waiting_characters = 0
        self._kept: tuple[ChargePoint, str] | None = None

    def kept(self, charge_point: ChargePoint | None) -> str:
        """This charge point, as it was at a decision, in the form the record keeps."""
        if self._kept is None or self._kept[0] is not charge_point:
            encoded = charge_point_json(charge_point)
            if charge_point is None:
                return encoded
            self._kept = (charge_point, encoded)
        return self._kept[1]

    @property
    def unused(self) -> bool:
        """Whether nothing needs this object any longer."""
        return self.connection is None and self.handling is None

    def submit(self, handling: Handling) -> None:
        """Begin with a Call now, or after those before it."""
        if self.handling is None:
            self.handling = handling
            handling.begin()
        else:
            if self.waiting is None:
                self.waiting = deque()
            self.waiting.append(handling)
            self._waiting_characters += len(handling.text)

    def finished(self) -> None:
        """The Call in work is done: on to the next."""
        self.handling = None
        if not self.waiting or self._draining:
            return
        self._draining = True
        try:
            while self.waiting and self.handling is None:
                self.handling = self.waiting.popleft()
                self._waiting_characters -= len(self.handling.text)
                self.handling.begin()
        finally:
            self._draining = False
        if not self.waiting:
            self.waiting = None
        if self._room is not None and not self.is_full:
            self._room.set()
            self._room = None

    @property
    def is_full(self) -> bool:
        """Whether so many Calls wait that the socket should not be read."""
        return self.waiting is not None and (
            len(self.waiting) >= WAITING_LIMIT or self._waiting_characters >= WAITING_CHARACTERS
        )

    async def has_room(self) -> None:
        """Wait until fewer Calls wait."""
        while self.is_full:
            if self._room is None:
                self._room = asyncio.Event()
            await self._room.wait()

    def remember_connector(self, connector_id: int, connector: Connector | None) -> None:
        """Keep the last status of a connector, or that it never reported one."""
        self.connectors = remember(self.connectors, connector_id, connector)

    def transaction(self, request: Message) -> Transaction | None:
        """The transaction that a request names, where it is in memory."""
        if self.transactions is None:
            return None
        return self.transactions.get(getattr(request, "transaction_id", 0))

    def began(self, start: Transaction, superseded: Sequence[Transaction], time: datetime) -> None:
        """A transaction has started, and with it these are over, as in the store."""
        known = self.transactions or {}
        for each in superseded:
            if known.get(each.transaction_id) is not None:
                known[each.transaction_id] = replace(
                    each, abandoned_at=time, abandoned_reason="NewTransaction"
                )
        running = None if self.running is None else self.running.get(start.connector_id)
        if running is not None:
            left: Sequence[Transaction] = ()
            if len(running) > len(superseded):
                over = {start.transaction_id, *(each.transaction_id for each in superseded)}
                left = [each for each in running if each.transaction_id not in over]
            if start.stopped_at is None and start.abandoned_at is None:
                left = (*left, start)
            self.remember_running(start.connector_id, left)

    def remember_running(self, connector_id: int, running: Sequence[Transaction]) -> None:
        """Keep what runs on a connector; too many are looked up each time."""
        if len(running) <= KNOWN_LIMIT:
            self.running = remember(self.running, connector_id, tuple(running))
        elif self.running is not None:
            self.running.pop(connector_id, None)

    def no_longer_runs(self, transaction: Transaction) -> None:
        """A transaction has ended."""
        connector_id, id_ = transaction.connector_id, transaction.transaction_id
        if self.running is not None and connector_id in self.running:
            running = self.running[connector_id]
            self.running[connector_id] = tuple(e for e in running if e.transaction_id != id_)

    def remember_early_stop(self, stopped_at: datetime) -> None:
        """A stop came that no transaction was found for."""
        last = self.last_early_stop
        if last is None or (last is not UNSET and last < stopped_at):
            self.last_early_stop = stopped_at

    def remember_transaction(self, transaction_id: int, transaction: Transaction | None) -> None:
        """Keep a transaction as it is recorded, or that there is none."""
        self.transactions = remember(self.transactions, transaction_id, transaction)

    def remember_start(self, transaction: Transaction) -> None:
        """Keep what a StartTransaction was answered, in case it is sent again."""
        start = start_key(
            transaction.connector_id,
            transaction.id_tag,
            transaction.started_at,
            transaction.meter_start,
        )
        self.starts = remember(self.starts, start, transaction)


def start_key(connector_id: int, id_tag: str, started_at: datetime, meter_start: int) -> Start:
    """What makes two StartTransactions of a charge point the same one. ocpp16.md §4."""
    return (connector_id, id_tag_key(id_tag), started_at, meter_start)


def remember(known: dict[K, V] | None, key: K, value: V) -> dict[K, V]:
    """Put a value into a dict of at most `KNOWN_LIMIT` entries; the oldest one goes."""
    if known is None:
        return {key: value}
    known.pop(key, None)
    if len(known) >= KNOWN_LIMIT:
        del known[next(iter(known))]
    known[key] = value
    return known
