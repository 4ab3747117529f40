"""
The active transactions in memory, where no other process writes to the database.

Theory of operation. An active transaction was accepted, has no stop, and is not abandoned. All of
them are read once; from then on the writer tells of every call that it has kept, before it tells
whoever waits for it. So to count them costs no query, and what is on disk is counted even if
nobody waited for it any longer. A start counts from the moment it is decided: of two that race,
the second one always sees the first. When a commit fails as a whole nobody knows what is on disk,
and all are read again when they are asked for next.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeAlias

import msgspec
from sqlalchemy import String, and_, literal_column, select

from engine.errors import Conflict
from engine.policy.facts import Transaction
from engine.storage.database import Call, Database
from engine.storage.errors import RowRefused
from engine.storage.statements import Query, Step, Write
from engine.storage.tables import transactions as table
from protocol.types import id_tag_key

MOST = 1000
"""More are not counted: a card that everybody uses must not make each start slower."""

StartKey: TypeAlias = tuple[str, int, str, datetime, int]
"""What makes a start the same one: charge point, connector, id tag in folded case, time, meter."""

NO_STOP = table.c.stopped_at.is_(None)
RUNNING = and_(NO_STOP, table.c.abandoned_at.is_(None))
ACCEPTED = table.c.id_tag_status == literal_column("'Accepted'", String)


class ActiveTransaction(msgspec.Struct, frozen=True):
    """One that is running and was accepted, and what it counts for."""

    transaction_id: int
    charge_point_id: str
    connector_id: int
    id_tag_key: str
    parent_id_tag_key: str | None
    started_at: datetime
    meter_start: int

    @classmethod
    def of(cls, transaction: Transaction) -> "ActiveTransaction":
        """A transaction as it counts."""
        parent = transaction.parent_id_tag
        return cls(
            transaction.transaction_id,
            transaction.charge_point_id,
            transaction.connector_id,
            id_tag_key(transaction.id_tag),
            None if parent is None else id_tag_key(parent),
            transaction.started_at,
            transaction.meter_start,
        )

    @property
    def start(self) -> StartKey:
        """The start that it came from."""
        return (
            self.charge_point_id,
            self.connector_id,
            self.id_tag_key,
            self.started_at,
            self.meter_start,
        )


COLUMNS = tuple(table.c[name] for name in ActiveTransaction.__struct_fields__)
_ALL = Query(select(*COLUMNS).where(RUNNING, ACCEPTED), [])


class Counted(msgspec.Struct, frozen=True):
    """How many run of whom."""

    of_id_tag: int
    of_parent_id_tag: int
    of_charge_point: int


class RunningTransactions:
    """All of this database that are on disk, and those of this process that are about to be."""

    __slots__ = (
        "_by_charge_point",
        "_by_group",
        "_by_id_tag",
        "_by_start",
        "_database",
        "_starting",
        "_stored",
        "loaded",
    )

    def __init__(self, database: Database) -> None:
        self._database = database
        self._starting: dict[int, ActiveTransaction] = {}
        self._stored: dict[int, ActiveTransaction] = {}
        self.loaded = False
        """Whether those on disk are known."""
        self._clear()

    async def load(self) -> None:
        """Read those on disk, unless they are known."""
        if self.loaded:
            return
        rows = await self._database.fetch(_ALL)
        self._stored = {row[0]: ActiveTransaction(*row) for row in rows}
        self._clear()
        for each in (self._stored | self._starting).values():
            self._put(each)
        self.loaded = True

    def forget(self) -> None:
        """Nobody knows any longer what is on disk."""
        self.loaded = False

    def begun(self, transaction: Transaction) -> None:
        """A start was decided."""
        if transaction.id_tag_status == "Accepted":
            active = ActiveTransaction.of(transaction)
            self._starting[active.transaction_id] = active
            self._put(active)

    def ended(self, transaction_id: int) -> None:
        """The start is on disk, or its commit has failed."""
        active = self._starting.pop(transaction_id, None)
        if active is not None and transaction_id not in self._stored:
            self._take(active)

    def over(self, transaction_id: int) -> None:
        """It has a stop now, or is abandoned."""
        active = self._stored.pop(transaction_id, None)
        if active is not None and transaction_id not in self._starting:
            self._take(active)

    def kept(self, calls: Sequence[Call], outcomes: Sequence[Exception | None]) -> None:
        """A group commit has ended."""
        for call, error in zip(calls, outcomes, strict=True):
            if error is None:
                for write in call:
                    step = write.statement.step
                    if step is _STARTED:
                        self._started(write)
                    elif step is _STOPPED or step is _ABANDONED:
                        self.over(write.row[write.statement.parameters.index("transaction")])
            elif not isinstance(error, Conflict | RowRefused):
                self.forget()

    def count(
        self, charge_point_id: str, id_tag: str | None, group: str | None, same: StartKey | None
    ) -> Counted:
        """How many run, without the one that the start `same` began when it was sent before."""
        own = None if same is None else self._by_start.get(same)
        of_charge_point = self._by_charge_point.get(charge_point_id, _NONE)
        of_tag = _NONE if id_tag is None else self._by_id_tag.get(id_tag_key(id_tag), _NONE)
        of_group = _NONE if group is None else self._by_group.get(id_tag_key(group), _NONE)
        return Counted(
            min(len(of_tag) - (own in of_tag), MOST),
            min(len(of_group) - (own in of_group), MOST),
            min(len(of_charge_point) - (own in of_charge_point), MOST),
        )

    def _started(self, write: Write) -> None:
        parameters, row = write.statement.parameters, write.row
        number = row[parameters.index("transaction_id")]
        active = self._starting.get(number)
        # Nearly always it is known; not, where nobody waited for it any longer.
        if active is None and row[parameters.index("id_tag_status")] == "Accepted":
            active = ActiveTransaction(*(row[parameters.index(name)] for name in _NAMES))
            self._put(active)
        if active is not None:
            self._stored[number] = active

    def _clear(self) -> None:
        self._by_charge_point: dict[str, set[int | None]] = {}
        self._by_id_tag: dict[str, set[int | None]] = {}
        self._by_group: dict[str, set[int | None]] = {}
        self._by_start: dict[StartKey, int] = {}

    def _put(self, active: ActiveTransaction) -> None:
        number = active.transaction_id
        self._by_start[active.start] = number
        self._by_charge_point.setdefault(active.charge_point_id, set()).add(number)
        self._by_id_tag.setdefault(active.id_tag_key, set()).add(number)
        if active.parent_id_tag_key is not None:
            self._by_group.setdefault(active.parent_id_tag_key, set()).add(number)

    def _take(self, active: ActiveTransaction) -> None:
        number = active.transaction_id
        if self._by_start.get(active.start) == number:
            del self._by_start[active.start]
        _remove(self._by_charge_point, active.charge_point_id, number)
        _remove(self._by_id_tag, active.id_tag_key, number)
        if active.parent_id_tag_key is not None:
            _remove(self._by_group, active.parent_id_tag_key, number)


_NAMES = ActiveTransaction.__struct_fields__
_NONE: frozenset[int | None] = frozenset()
_STARTED, _ABANDONED = Step.TRANSACTION_STARTED, Step.TRANSACTION_ABANDONED
_STOPPED = Step.TRANSACTION_STOPPED


def _remove(numbers: dict[str, set[int | None]], key: str, number: int) -> None:
    found = numbers.get(key)
    if found is not None:
        found.discard(number)
        if not found:
            del numbers[key]
