"""What charge points were answered, compared with what the server's history has."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from tests.crash.charge_point import CrashedChargePoint
from tests.system.admin import Admin, Json

AT_ONCE = 4
"""Requests to the admin API at the same time."""

NAMES = (
    "transactionId",
    "chargePointId",
    "connectorId",
    "idTag",
    "startedAt",
    "meterStart",
    "meterStop",
)


@dataclass
class Comparison:
    """How a history differs from what was answered."""

    answers: int = 0
    transactions: int = 0
    meter_values: int = 0
    delivered: int = 0
    """Wh that the charge points delivered."""
    recorded: int = 0
    """Wh that the history has."""
    missing: list[str] = field(default_factory=list)
    double: list[str] = field(default_factory=list)
    """What is there more often than it was said, or was never said."""
    wrong: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        return not (self.missing or self.double or self.wrong) and self.delivered == self.recorded

    def compare(self, what: str, said: Iterable[object], shown: Iterable[object]) -> None:
        """Note what was said and is not shown, and what is shown and was not said."""
        wanted, found = Counter(said), Counter(shown)
        self.missing += [f"{what}: {each}" for each in (wanted - found).elements()]
        self.double += [f"{what}: {each}" for each in (found - wanted).elements()]


async def compare(admin: Admin, fleet: Sequence[CrashedChargePoint]) -> Comparison:
    """Read all that the history has of these charge points, which now are at rest."""
    shown = await admin.all("/v1/transactions", limit=500)
    result = Comparison(
        answers=sum(len(each.message_ids) for each in fleet),
        transactions=len(shown),
        delivered=sum(each.energy for each in fleet),
        recorded=sum(
            (each["meterStop"] or each["meterStart"]) - each["meterStart"] for each in shown
        ),
        wrong=[line for each in fleet for line in each.contradictions],
    )
    result.compare("transaction", _charges(fleet), map(_shown, shown))
    known = {transaction["transactionId"] for transaction in shown}
    turns = asyncio.Semaphore(AT_ONCE)

    async def compare_one(charge_point: CrashedChargePoint) -> None:
        async with turns:
            await _compare_one(admin, charge_point, known, result)

    async with asyncio.TaskGroup() as group:
        for charge_point in fleet:
            group.create_task(compare_one(charge_point))
    return result


def _shown(transaction: Json) -> tuple[object, ...]:
    return tuple(transaction[name] for name in NAMES)


def _charges(fleet: Sequence[CrashedChargePoint]) -> Iterator[tuple[object, ...]]:
    for charge_point in fleet:
        for charge in charge_point.charges:
            yield (
                charge.transaction_id,
                charge_point.id,
                charge.connector_id,
                charge.id_tag,
                _instant(charge.started_at),
                charge.meter_start,
                charge.meter_stop,
            )


async def _compare_one(
    admin: Admin, charge_point: CrashedChargePoint, known: set[int], result: Comparison
) -> None:
    for charge in charge_point.charges:
        number = charge.transaction_id
        values = await admin.meter_values(number) if number in known else []
        result.meter_values += len(values)
        said = [(_instant(time), value) for time, value in charge.metered]
        shown = [(each["measuredAt"], each["value"]) for each in values]
        result.compare(f"meter value of transaction {number}", said, shown)
    connectors = await admin.connectors(charge_point.id)
    if connectors != charge_point.connectors:
        result.wrong.append(f"{charge_point.id}: {connectors}, not {charge_point.connectors}")
    decisions = await admin.all("/v1/decisions", chargePointId=charge_point.id, limit=500)
    result.missing += _undecided(charge_point, decisions)


def _undecided(charge_point: CrashedChargePoint, decisions: Sequence[Json]) -> list[str]:
    """The answered calls whose decision is not in the log."""
    decided = {decision["messageId"] for decision in decisions}
    missing = charge_point.message_ids - decided
    return [f"decision on message {each} of {charge_point.id}" for each in sorted(missing)]


def _instant(time: str) -> str:
    return time.replace("Z", ".000Z")
