"""Transactions whose stop never comes: marked after a while, never ended by us. ocpp16.md §4."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from structlog import get_logger

from engine.central_system.context import Context
from engine.errors import StoreUnavailable

log = get_logger()

LONGEST_PAUSE_SECONDS = 60.0


async def keep_abandoning(context: Context, after_seconds: float) -> None:
    """Look again and again; a store that is away is asked again later."""
    while True:
        await asyncio.sleep(min(after_seconds, LONGEST_PAUSE_SECONDS))
        try:
            await abandon(context, after_seconds)
        except StoreUnavailable as error:
            context.store_failed(error)


async def abandon(context: Context, after_seconds: float) -> None:
    """Mark what should have had its stop by now."""
    now = context.clock()
    free_since = now - timedelta(seconds=after_seconds)
    marked = await context.store.active_transactions.abandon(free_since=free_since, time=now)
    for transaction in marked:
        log.warning(
            "transaction abandoned",
            chargePointId=transaction.charge_point_id,
            connectorId=transaction.connector_id,
            transactionId=transaction.transaction_id,
            reason=transaction.abandoned_reason,
        )
        live = context.connections.known(transaction.charge_point_id)
        known = (live and live.transactions) or {}
        if live is not None and known.get(transaction.transaction_id) is not None:
            live.remember_transaction(transaction.transaction_id, transaction)
