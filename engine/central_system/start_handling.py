"""A StartTransaction on its way: which transaction it is must be known before it is answered."""

from __future__ import annotations

from collections.abc import Coroutine, Sequence
from typing import TYPE_CHECKING, Any

from msgspec import UNSET
from msgspec.structs import replace

from engine.central_system import eager
from engine.central_system.callbacks import Outcome
from engine.central_system.context import Context
from engine.central_system.handling import Handling
from engine.central_system.live_charge_point import start_key
from engine.central_system.reconciling import earlier_stop, end_by, ended_by
from engine.errors import Conflict
from engine.policy.deciding.decision import Decision
from engine.policy.facts import Facts, Transaction
from engine.storage import UnmatchedStop, is_superseded
from protocol.events import CallReceived
from protocol.messages import (
    AuthorizationStatus,
    IdTagInfo,
    StartTransactionConf,
    StartTransactionReq,
)

if TYPE_CHECKING:
    from engine.central_system.connection import Connection


class StartHandling(Handling):
    """
    The way of a StartTransaction.

    ocpp16.md §4: "Same charge point, connector, idTag, timestamp and meterStart = the same
    StartTransaction". A retry on this connection or the one before is known from memory. One
    that was recorded by an earlier process or another node is found by the store, which refuses
    the second record; so a first start, the usual case, costs no look-up for that.
    """

    __slots__ = ("_earlier", "_facts", "_repeats", "_running", "_starting")

    _earlier: Sequence[UnmatchedStop]
    _facts: Facts
    _running: Sequence[Transaction]
    _starting: int

    def __init__(
        self, context: Context, connection: Connection, call: CallReceived, text: str
    ) -> None:
        super().__init__(context, connection, call, text)
        self._repeats = False
        # The id of the transaction that is decided but not on disk yet; 0: none.
        self._starting = 0

    @property
    def request(self) -> StartTransactionReq:
        """The request, by its type."""
        request = self.call.request
        assert isinstance(request, StartTransactionReq)
        return request

    def gather(self) -> Facts | Coroutine[Any, Any, Facts]:
        """
        The facts, and before them what the start ends or is ended by.

        That is what runs on its connector, and a stop that came before its start.
        """
        live, request = self.connection.live, self.request
        last = live.last_early_stop
        if (
            live.running is None
            or request.connector_id not in live.running
            or last is UNSET
            or (last is not None and last >= request.timestamp)
        ):
            return self._look_back()
        self._earlier = ()
        self._running = live.running[request.connector_id]
        return super().gather()

    async def _look_back(self) -> Facts:
        live, request, store = self.connection.live, self.request, self.context.store
        charge_point_id, connector_id = live.charge_point.id, request.connector_id
        if live.running is None or connector_id not in live.running:
            running = await store.active_transactions.running_on(charge_point_id, connector_id)
            live.remember_running(connector_id, running)
            self._running = running
        else:
            self._running = live.running[connector_id]
        if live.last_early_stop is UNSET:
            live.last_early_stop = await store.unmatched_stops.last(charge_point_id)
        self._earlier = await store.unmatched_stops.since(charge_point_id, request.timestamp)
        facts = super().gather()
        return facts if isinstance(facts, Facts) else await facts

    def facts_known(self, facts: Facts) -> None:
        """Find or make the transaction, then decide and record."""
        self._facts = facts
        known = self._known()
        if known is not None:
            self._repeat(known)
        else:
            self._begin()

    def _known(self) -> Transaction | None:
        starts = self.connection.live.starts
        if starts is None:
            return None
        request = self.request
        key = start_key(
            request.connector_id, request.id_tag, request.timestamp, request.meter_start
        )
        return starts.get(key)

    def _begin(self) -> None:
        transaction_id = self.context.store.transaction_ids.take()
        if transaction_id is not None:
            self._start(transaction_id)
        else:
            eager.start(self.context.group, self._begin_with_the_next_block())

    async def _begin_with_the_next_block(self) -> None:
        try:
            transaction_id = await self.context.store.transaction_ids.next()
            # Others may have started meanwhile, and what is counted must be true when we decide.
            self._facts = await self.fresh_facts()
            self._start(transaction_id)
        except Exception as error:
            self.failed(error)

    def _start(self, transaction_id: int) -> None:
        decision, seconds = self.decide(self._facts, {"transactionId": transaction_id})
        transaction = self._transaction(transaction_id, _response(decision))
        self._starting = transaction_id
        self.context.starting.begun(transaction)
        records = self.records(decision, transaction)
        stop = earlier_stop(self._earlier, transaction) if self._earlier else None
        if stop is not None:
            records += end_by(self.context.store, transaction, stop, self.now)
            self._outcome.transaction = ended_by(transaction, stop)
        self.write(records, decision, seconds, self._facts)

    def outcome(self, decision: Decision, transaction: Transaction | None) -> Outcome:
        """A start ends what runs on its connector."""
        outcome = super().outcome(decision, transaction)
        assert transaction is not None
        outcome.superseded = [each for each in self._running if is_superseded(each, transaction)]
        return outcome

    def _transaction(self, transaction_id: int, response: StartTransactionConf) -> Transaction:
        request, tag = self.request, self._facts.tag
        return Transaction(
            transaction_id=transaction_id,
            charge_point_id=self.connection.charge_point_id,
            connector_id=request.connector_id,
            id_tag=request.id_tag,
            started_at=request.timestamp,
            meter_start=request.meter_start,
            # ocpp16.md §7: "reservationId 0 when there is none".
            reservation_id=request.reservation_id or None,
            id_tag_status=response.id_tag_info.status.value,
            parent_id_tag=response.id_tag_info.parent_id_tag
            or (None if tag is None else tag.parent_id_tag),
            received_at=self.now,
        )

    def _written(self, error: Exception | None) -> None:
        self.context.starting.ended(self._starting)
        super()._written(error)

    def failed(self, error: Exception) -> None:
        """A start that the store knows already is answered like the first time."""
        if isinstance(error, Conflict) and not self._repeats:
            eager.start(self.context.group, self._find())
        else:
            super().failed(error)

    async def _find(self) -> None:
        request = self.request
        self._repeats = True
        try:
            known = await self.context.store.transactions.find_start(
                self.connection.charge_point_id,
                request.connector_id,
                request.id_tag,
                request.timestamp,
                request.meter_start,
            )
            if known is None:
                raise LookupError("the store knows this start, but does not find it")
            self._repeat(known)
        except Exception as error:
            self.failed(error)

    def _repeat(self, known: Transaction) -> None:
        """A retried start gets the transaction id and the status it got the first time."""
        self._repeats = True
        decision, seconds = self.decide(self._facts, {"transactionId": known.transaction_id})
        response = _response(decision)
        if response.id_tag_info.status != known.id_tag_status:
            info = IdTagInfo(status=AuthorizationStatus(known.id_tag_status))
            decision = replace(decision, response=replace(response, id_tag_info=info))
        # What a start has done, it has done the first time.
        decision = replace(decision, effects=())
        self.records(decision, known)
        # It has ended its reservation, and what ran before it, the first time.
        self._outcome.reservations = None
        self._outcome.superseded = ()
        self.write([], decision, seconds, self._facts)


def _response(decision: Decision) -> StartTransactionConf:
    response = decision.response
    assert isinstance(response, StartTransactionConf)
    return response
