"""Years of transactions and meter values, made row by row as charge points would have sent them."""

from collections import deque
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

VALUES = 20
"""Meter values of a transaction."""

SLOT_SECONDS = 17
"""Every so often a transaction starts somewhere."""

_STRIDE = 20
_LENGTH = VALUES * _STRIDE + 1
"""Slots from a transaction's start to its stop: about two hours, in which 400 others start."""

TRANSACTION_COLUMNS = (
    "transaction_id",
    "charge_point_id",
    "connector_id",
    "id_tag",
    "id_tag_key",
    "started_at",
    "meter_start",
    "reservation_id",
    "id_tag_status",
    "stopped_at",
    "meter_stop",
    "reason",
    "stop_id_tag",
    "meter_values_from",
    "meter_values_until",
    "parent_id_tag",
    "parent_id_tag_key",
    "abandoned_at",
)
METER_VALUE_COLUMNS = (
    "charge_point_id",
    "transaction_id",
    "connector_id",
    "measured_at",
    "sampled",
    "stray",
)

FLEET_TAG = "FLEET"
"""One transaction in twenty is started with it."""

DEPOT = "Depot"
"""Its group."""

_ALTERNATING = (
    '[{"value":"%d","measurand":"Energy.Active.Import.Register","unit":"Wh"},'
    '{"value":"7360","measurand":"Power.Active.Import","unit":"W"}]'
)
_DIRECT = (
    '[{"value":"%d","measurand":"Energy.Active.Import.Register","unit":"Wh"},'
    '{"value":"50.1","measurand":"Power.Active.Import","unit":"kW"},'
    '{"value":"47","measurand":"SoC","location":"EV","unit":"Percent"}]'
)
_MAIN_METER = '[{"value":"%d","context":"Sample.Clock","location":"Inlet"}]'


class Batch(msgspec.Struct):
    """Rows that are ready to be written."""

    transactions: list[tuple[Any, ...]]
    meter_values: list[tuple[Any, ...]]


class History:
    """A fleet whose last transactions are running now."""

    def __init__(self, transactions: int) -> None:
        self.transactions = transactions
        self.charge_points = max(transactions // 200, 1)
        self.id_tags = max(transactions // 10, 1)
        self.begin = datetime.now(UTC) - timedelta(seconds=SLOT_SECONDS * transactions)

    @property
    def meter_values(self) -> int:
        """About so many there will be."""
        return self.transactions * VALUES + self.transactions // 10

    def time(self, slot: int) -> datetime:
        """When a slot is; the transaction of that number starts then."""
        return self.begin + timedelta(seconds=SLOT_SECONDS * slot)

    def charge_point(self, number: int) -> str:
        """Where a transaction is."""
        return f"CP{number % self.charge_points:05}"

    def id_tag(self, number: int) -> str:
        """Who started it."""
        return FLEET_TAG if number % 20 == 0 else f"TAG{number * 7919 % self.id_tags:07}"

    def is_abandoned(self, number: int) -> bool:
        """Whether its stop never came."""
        return number % 500 == 3

    def batches(self, slots: int = 1000) -> Iterator[Batch]:
        """All rows in the order of time; a transaction comes with its stop."""
        begins: deque[int] = deque()
        batch, count = Batch([], []), 0
        for slot in range(self.transactions + _LENGTH):
            if slot < self.transactions:
                begins.append(count)
                known = len(batch.meter_values)
                batch.meter_values += self._measured(slot)
                count += len(batch.meter_values) - known
            if slot >= _LENGTH:
                number = slot - _LENGTH
                batch.transactions.append(self._transaction(number, begins.popleft(), count))
            if slot % slots == slots - 1:
                yield batch
                batch = Batch([], [])
        yield batch

    def _measured(self, slot: int) -> Iterator[tuple[Any, ...]]:
        now = self.time(slot)
        for reading in range(1, VALUES + 1):
            number = slot - reading * _STRIDE
            if number < 0:
                break
            sampled = (_DIRECT if number % 3 == 0 else _ALTERNATING) % (
                _meter_start(number) + reading * 370
            )
            charge_point = self.charge_point(number)
            yield charge_point, number + 1, _connector(number), now, sampled, number % 50 == 0
        if slot % 10 == 0:
            yield self.charge_point(slot // 10), 0, 0, now, _MAIN_METER % slot, False

    def _transaction(self, number: int, begin: int, end: int) -> tuple[Any, ...]:
        tag, start = self.id_tag(number), _meter_start(number)
        runs = number + _LENGTH >= self.transactions or self.is_abandoned(number)
        group = _group(number)
        stop = (
            (None, None, None, None)
            if runs
            else (self.time(number + _LENGTH), start + VALUES * 370, _reason(number), tag)
        )
        return (
            number + 1,
            self.charge_point(number),
            _connector(number),
            tag,
            tag.casefold(),
            self.time(number),
            start,
            None,
            _status(number),
            *stop,
            begin,
            None if runs else end,
            group,
            None if group is None else group.casefold(),
            self.time(number + _LENGTH) if self.is_abandoned(number) else None,
        )


def _group(number: int) -> str | None:
    if number % 20 == 0:
        return DEPOT
    return f"GROUP{number % 1000}" if number % 10 == 5 else None


def _connector(number: int) -> int:
    return 1 + number % 7 % 2


def _meter_start(number: int) -> int:
    return number % 1000 * 7400


def _status(number: int) -> str:
    if number % 97 == 5:
        return "ConcurrentTx"
    return "Blocked" if number % 40 == 1 else "Accepted"


def _reason(number: int) -> str:
    if number % 10_007 == 2:
        return "EmergencyStop"
    if number % 1009 == 7:
        return "PowerLoss"
    return "Local" if number % 3 == 0 else "EVDisconnected"
