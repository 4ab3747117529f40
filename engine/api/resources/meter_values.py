"""Meter values: what was measured in a transaction, or by a charge point."""

from functools import partial

from msgspec import field

from engine.api.exports import ROWS, ExportQuery, csv_answer, wants_csv
from engine.api.resources.transactions import transaction_of
from engine.api.routes import Answer, Asked
from engine.policy.facts import Fact
from engine.storage import MeterValueFilter, MeterValueRecord, Page
from protocol.types import Integer, Timestamp


class MeterValuePage(Fact, frozen=True, kw_only=True):
    """
    A page of sampled values in the order of their time.

    It may have few items, and none, before the last page: only `next` tells.
    """

    items: tuple[MeterValueRecord, ...]
    next: str | None
    """The `cursor` of the next page; null on the last."""


class MeterValuesQuery(ExportQuery, frozen=True, kw_only=True):
    """Which meter values are wanted."""

    measurand: str | None = None
    """As in OCPP 1.6 §7.31, for example `Energy.Active.Import.Register`."""
    phase: str | None = None
    """As in OCPP 1.6 §7.34, for example `L1`."""
    context: str | None = None
    """As in OCPP 1.6 §7.35, for example `Sample.Clock`."""
    since: Timestamp | None = field(name="from", default=None)
    """Only those measured at this time or later."""
    until: Timestamp | None = field(name="to", default=None)
    """Only those measured before this time."""


class ChargePointMeterValuesQuery(MeterValuesQuery, frozen=True, kw_only=True):
    """Which meter values of a charge point are wanted."""

    charge_point_id: str
    """Whose."""
    connector_id: Integer | None = None
    """0 is the main meter of the charge point."""


async def list_of_transaction(asked: Asked[MeterValuesQuery, None]) -> Answer:
    """Answer a page of what was measured in a transaction, or all as CSV."""
    number = (await transaction_of(asked)).transaction_id

    async def read(limit: int, cursor: str | None) -> Page[MeterValueRecord]:
        values = asked.services.store.meter_values
        return await values.list(number, _filter(asked.query), limit=limit, cursor=cursor)

    if wants_csv(asked.headers, asked.query):
        name = f"transaction-{number}-meter-values"
        return await csv_answer(MeterValueRecord, name, partial(read, ROWS))
    return _answer(await read(asked.query.page_limit, asked.query.cursor))


async def list_of_charge_point(asked: Asked[ChargePointMeterValuesQuery, None]) -> Answer:
    """Answer a page of what a charge point measured, or all as CSV."""
    query = asked.query
    wanted = _filter(query, query.connector_id)

    async def read(limit: int, cursor: str | None) -> Page[MeterValueRecord]:
        values = asked.services.store.meter_values
        return await values.of_charge_point(
            query.charge_point_id, wanted, limit=limit, cursor=cursor
        )

    if wants_csv(asked.headers, query):
        return await csv_answer(MeterValueRecord, "meter-values", partial(read, ROWS))
    return _answer(await read(query.page_limit, query.cursor))


def _filter(query: MeterValuesQuery, connector_id: int | None = None) -> MeterValueFilter:
    return MeterValueFilter(
        connector_id=connector_id,
        measurand=query.measurand,
        phase=query.phase,
        context=query.context,
        since=query.since,
        until=query.until,
    )


def _answer(page: Page[MeterValueRecord]) -> Answer:
    return Answer(body=MeterValuePage(items=page.items, next=page.next))
