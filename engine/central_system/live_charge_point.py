"""What is held in memory of a charge point while it is connected or its Calls are in work."""

from __future__ import annotations

import asyncio
from collections import deque
from datetime import datetime
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from msgspec.structs import replace

from engine.central_system.reservations import Reservations
from engine.policy.explaining.recorded_facts import charge_point_json
from engine.policy.facts import ChargePoint, Connector, Transaction
from engine.storage import is_superseded
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
        "reservations",
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

    def supersede(self, by: Transaction, time: datetime) -> None:
        """Mark what the start of another transaction says is over, as the store does."""
        known = self.transactions or {}
        for transaction_id, each in known.items():
            if each is not None and is_superseded(each, by):
                known[transaction_id] = replace(
                    each, abandoned_at=time, abandoned_reason="NewTransaction"
                )

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
