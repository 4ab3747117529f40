"""Transactions: who charged where, how much, and how it ended."""

from datetime import datetime
from functools import partial

from msgspec import field, structs

from engine.api.exports import ROWS, ExportQuery, csv_answer, wants_csv
from engine.api.problems import FieldError, invalid
from engine.api.queries import Query
from engine.api.routes import Answer, Asked
from engine.errors import NotFound
from engine.policy.facts import AuthorizationStatus, Fact, Transaction
from engine.storage import delivered
from protocol.messages import Reason
from protocol.types import Integer, Timestamp


class TransactionState(Transaction, frozen=True, kw_only=True):
    """A transaction in a list. Meter readings in Wh."""

    energy: float | None
    """What was delivered, in Wh: `meterStop` less `meterStart`; null until it is stopped."""


class TransactionDetail(Transaction, frozen=True, kw_only=True):
    """A transaction with what its meter values say. Meter readings in Wh."""

    energy: float | None
    """
    What was delivered, in Wh: `meterStop` less `meterStart`, or while it runs the last
    Energy.Active.Import.Register less `meterStart`; null before the first.
    """
    power: float | None
    """The last Power.Active.Import, in W."""
    soc_first: float | None
    """The first state of charge of the vehicle, in percent."""
    soc_last: float | None
    """The last one."""
    last_measured_at: datetime | None
    """When the last of its meter values was measured."""


class TransactionPage(Fact, frozen=True, kw_only=True):
    """A page of transactions, the newest first."""

    items: tuple[TransactionState, ...]
    next: str | None
    """The `cursor` of the next page; null on the last."""


class TransactionsQuery(ExportQuery, frozen=True, kw_only=True):
    """Which transactions are wanted."""

    charge_point_id: str | None = None
    connector_id: Integer | None = None
    """Only with `chargePointId`."""
    id_tag: str | None = None
    """In any letter case."""
    parent_id_tag: str | None = None
    """The group of the id tag when it started, in any letter case."""
    id_tag_status: AuthorizationStatus | None = None
    """The answer that was given to the start: all but `Accepted` were refused."""
    open: bool | None = None
    """`true`: only those that have no stop yet; `false`: only those that have one."""
    abandoned: bool | None = None
    """`true`: only those whose stop counts as lost; `false`: only the others."""
    reason: str | None = None
    """Why they ended, as in OCPP 1.6 §7.36: `Local`, `EVDisconnected`, `PowerLoss` and so on."""
    since: Timestamp | None = field(name="from", default=None)
    """Only those that started at this time or later."""
    until: Timestamp | None = field(name="to", default=None)
    """Only those that started before this time."""
    stopped_since: Timestamp | None = field(name="stoppedFrom", default=None)
    """
    Only those that stopped at this time or later; the list is then in the order of stops.
    Not together with `from` and `to`.
    """
    stopped_until: Timestamp | None = field(name="stoppedTo", default=None)
    """Only those that stopped before this time; likewise."""


async def list_transactions(asked: Asked[TransactionsQuery, None]) -> Answer:
    """Answer a page of transactions, or all as CSV."""
    query = asked.query
    _check(query)
    if wants_csv(asked.headers, query):
        return await csv_answer(TransactionState, "transactions", partial(_page, asked, ROWS))
    return Answer(body=await _page(asked, query.page_limit, query.cursor))


def _check(query: TransactionsQuery) -> None:
    """Refuse what no transaction has, or would have to be looked for among all."""
    errors = {}
    if query.connector_id is not None and query.charge_point_id is None:
        errors["connectorId"] = (
            "needs `chargePointId`: every charge point has a connector of that number"
        )
    if query.reason is not None and query.reason not in {*Reason}:
        known = ", ".join(f"`{reason}`" for reason in Reason)
        errors["reason"] = f"must be one of {known}, not `{query.reason[:50]}`"
    if not (query.since is query.until is None):
        stops = {"stoppedFrom": query.stopped_since, "stoppedTo": query.stopped_until}
        for name in (name for name, time in stops.items() if time is not None):
            errors[name] = "is not for a list by `from` and `to`: a list has one time"
    if errors:
        raise invalid(*(FieldError(place="query", path=p, message=m) for p, m in errors.items()))


async def _page(
    asked: Asked[TransactionsQuery, None], limit: int, cursor: str | None
) -> TransactionPage:
    query = asked.query
    page = await asked.services.store.transactions.list(
        limit=limit,
        cursor=cursor,
        charge_point_id=query.charge_point_id,
        connector_id=query.connector_id,
        id_tag=query.id_tag,
        parent_id_tag=query.parent_id_tag,
        id_tag_status=query.id_tag_status,
        reason=query.reason,
        open=query.open,
        abandoned=query.abandoned,
        since=query.since,
        until=query.until,
        stopped_since=query.stopped_since,
        stopped_until=query.stopped_until,
    )
    return TransactionPage(items=tuple(map(_state, page.items)), next=page.next)


def _state(transaction: Transaction) -> TransactionState:
    return TransactionState(**structs.asdict(transaction), energy=delivered(transaction))


async def get_transaction(asked: Asked[Query, None]) -> Answer:
    """Answer one transaction."""
    transaction = await transaction_of(asked)
    metered = await asked.services.store.meter_values.metered(transaction)
    return Answer(body=TransactionDetail(**structs.asdict(transaction), **structs.asdict(metered)))


async def transaction_of(asked: Asked[Query, None]) -> Transaction:
    """
    Find the transaction of the path.

    Raises:
        NotFound: there is none.
    """
    text = asked.path["transactionId"]
    # What is no number names no transaction.
    known = text.isascii() and text.isdigit() and len(text) <= 10
    transaction = await asked.services.store.transactions.get(int(text)) if known else None
    if transaction is None:
        raise NotFound(f"There is no transaction `{text}`", hint="GET /v1/transactions lists them")
    return transaction
