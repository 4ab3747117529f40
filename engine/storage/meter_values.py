"""
Meter values: what each MeterValues and StopTransaction measured.

The table is a log of what was sent, written at its end only; `meter_value_rows.py` finds things in
it and `measured.py` says what they mean. What was sent twice is there twice, and read once.
"""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

import msgspec

from engine.policy.facts import Transaction
from engine.storage.database import Database
from engine.storage.meter_value_pages import MeterValueFilter, page_of
from engine.storage.meter_value_rows import Wanted, of_charge_point, of_transaction
from engine.storage.metered import metered_of
from engine.storage.records import Metered, MeterValueRecord, Page
from engine.storage.statements import Statement, Step, Write
from engine.storage.tables import meter_values as table
from protocol.messages import MeterValue

_RECORDED = Statement(
    Step.METER_VALUES_RECORDED,
    ["charge_point_id", "transaction_id", "connector_id", "measured_at", "sampled", "stray"],
    lambda insert: insert(table),
)
_encode = msgspec.json.Encoder().encode

_ALL = MeterValueFilter()


class MeterValues:
    """What charge points measured."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def recorded(
        self,
        charge_point_id: str,
        connector_id: int,
        transaction_id: int | None,
        meter_values: Iterable[MeterValue],
        *,
        runs: bool = False,
    ) -> list[Write]:
        """
        Values of a MeterValues or of a StopTransaction's transactionData. OCPP 1.6 §4.7.

        `runs` may only be true when the transaction is recorded and has no recorded stop.
        """
        stray = not runs and transaction_id is not None
        return [
            Write(
                _RECORDED,
                (
                    charge_point_id,
                    transaction_id or 0,
                    connector_id,
                    meter_value.timestamp,
                    _encode(meter_value.sampled_value).decode(),
                    stray,
                ),
            )
            for meter_value in meter_values
            if meter_value.sampled_value
        ]

    async def list(
        self,
        transaction_id: int,
        wanted: MeterValueFilter = _ALL,
        *,
        limit: int = 1000,
        cursor: str | None = None,
    ) -> Page[MeterValueRecord]:
        """
        The meter values of a transaction by time, those of one time as they came.

        They are those that the transaction's own charge point sent. A page may have fewer than
        `limit` of them, and none, where few of many are wanted: only `next` says that it is
        the last.

        Raises:
            CursorInvalid: `cursor` is not the `next` of such a page.
        """
        rows = partial(of_transaction, transaction_id=transaction_id)
        return await page_of(self._database, rows, wanted, limit, cursor)

    async def of_charge_point(
        self,
        charge_point_id: str,
        wanted: MeterValueFilter = _ALL,
        *,
        limit: int = 1000,
        cursor: str | None = None,
    ) -> Page[MeterValueRecord]:
        """
        The meter values of a charge point likewise, in transactions and outside of them.

        Raises:
            CursorInvalid: `cursor` is not the `next` of such a page.
        """
        rows = partial(of_charge_point, charge_point_id=charge_point_id)
        return await page_of(self._database, rows, wanted, limit, cursor)

    async def metered(self, transaction: Transaction) -> Metered:
        """What a transaction and its values say together."""

        async def read(wanted: Wanted) -> Sequence[Any]:
            id_ = transaction.transaction_id
            return await self._database.read(
                lambda connection: of_transaction(connection, id_, wanted)
            )

        return await metered_of(transaction, read)
