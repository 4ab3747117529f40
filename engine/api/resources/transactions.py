"""Transactions, and what was metered in them."""

from msgspec import field

from engine.api.queries import PageQuery, Query
from engine.api.routes import Answer, Asked
from engine.errors import NotFound
from engine.policy.facts import Fact, Transaction
from engine.storage import MeterValueRecord
from protocol.types import Timestamp


class TransactionPage(Fact, frozen=True, kw_only=True):
    """A page of transactions, the newest start first."""

    items: tuple[Transaction, ...]
    next: str | None
    """The `cursor` of the next page; null on the last."""


class MeterValuePage(Fact, frozen=True, kw_only=True):
    """A page of the sampled values of a transaction, in the order of their time."""

    items: tuple[MeterValueRecord, ...]
    next: str | None
    """The `cursor` of the next page; null on the last."""


class TransactionsQuery(PageQuery, frozen=True, kw_only=True):
    """Which transactions are wanted."""

    charge_point_id: str | None = None
    connector_id: int | None = None
    id_tag: str | None = None
    """In any letter case."""
    open: bool | None = None
    """`true`: only those that have no stop yet; `false`: only those that have one."""
    since: Timestamp | None = field(name="from", default=None)
    """Only those that started at this time or later."""
    until: Timestamp | None = field(name="to", default=None)
    """Only those that started before this time."""


class MeterValuesQuery(PageQuery, frozen=True, kw_only=True):
    """Which meter values are wanted."""

    measurand: str | None = None
    """As in OCPP 1.6 §7.31, for example `Energy.Active.Import.Register`."""


async def list_transactions(asked: Asked[TransactionsQuery, None]) -> Answer:
    """Answer a page of transactions."""
    query = asked.query
    page = await asked.services.store.transactions.list(
        limit=query.limit,
        cursor=query.cursor,
        charge_point_id=query.charge_point_id,
        connector_id=query.connector_id,
        id_tag=query.id_tag,
        open=query.open,
        since=query.since,
        until=query.until,
    )
    return Answer(body=TransactionPage(items=page.items, next=page.next))


async def get_transaction(asked: Asked[Query, None]) -> Answer:
    """Answer one transaction."""
    return Answer(body=await _transaction(asked))


async def list_meter_values(asked: Asked[MeterValuesQuery, None]) -> Answer:
    """Answer a page of what was metered in a transaction."""
    transaction, query = await _transaction(asked), asked.query
    page = await asked.services.store.meter_values.list(
        transaction.transaction_id,
        limit=query.limit,
        cursor=query.cursor,
        measurand=query.measurand,
    )
    return Answer(body=MeterValuePage(items=page.items, next=page.next))


async def _transaction(asked: Asked[Query, None]) -> Transaction:
    text = asked.path["transactionId"]
    # What is no number names no transaction.
    known = text.isascii() and text.isdigit() and len(text) <= 10
    transaction = await asked.services.store.transactions.get(int(text)) if known else None
    if transaction is None:
        raise NotFound(f"There is no transaction `{text}`", hint="GET /v1/transactions lists them")
    return transaction
