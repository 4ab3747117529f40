"""
One Call on its way from arrival to answer.

Theory of operation. The way has four steps: the facts, the decision, the records, the answer.
Each step runs at once where it can: when all facts are in memory and nothing must be on disk
first (Heartbeat, Authorize), the Call is answered before the reader asks for the next message,
with no task and no wait. Only facts that are far away make a task; a durable answer is sent by
the callback of its group commit.

What a charge point may forget after our answer is on disk before the answer is sent. When the
store fails, a transaction message gets no answer at all, so that the charge point sends it again;
anything else gets CallError InternalError.
"""

from __future__ import annotations

from collections.abc import Coroutine, Mapping
from time import perf_counter
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace
from structlog import get_logger

from engine.central_system import eager, recording
from engine.central_system.callbacks import CALLBACKS, Callback, Outcome
from engine.central_system.context import Context
from engine.central_system.facts import gather
from engine.errors import StoreUnavailable
from engine.policy.deciding.decide import Guard, decide
from engine.policy.deciding.decision import Decision
from engine.policy.deciding.policy_set import PolicySet
from engine.policy.explaining import recorded_facts
from engine.policy.facts import Facts, Transaction
from engine.storage import RowRefused, Write
from engine.storage.exchanges import NOTHING
from protocol import payloads
from protocol.errors import ErrorCode
from protocol.events import CallReceived
from protocol.frames import CallError
from protocol.messages import BootNotificationConf
from protocol.timestamps import Timestamp

if TYPE_CHECKING:
    from engine.central_system.connection import Connection

log = get_logger()


class Handling:
    """One Call, the policy set it began with, and how far it is."""

    __slots__ = (
        "_began",
        "_exchange",
        "_kept_raw",
        "_meters",
        "_names",
        "_outcome",
        "_payload",
        "_policies",
        "call",
        "callback",
        "connection",
        "context",
        "now",
        "text",
    )

    _exchange: Write
    _names: frozenset[str]
    _outcome: Outcome
    _payload: bytes
    _policies: PolicySet
    now: Timestamp

    def __init__(
        self, context: Context, connection: Connection, call: CallReceived, text: str
    ) -> None:
        self.context = context
        self.connection = connection
        self.call = call
        self.text = text
        self.callback: Callback = CALLBACKS[call.action.name]
        self._meters = context.meters.actions[call.action.name]
        self._began = perf_counter()
        self._kept_raw = False

    def begin(self) -> None:
        """Take the first step; each step takes the next one."""
        context = self.context
        self._meters.calls.value += 1
        try:
            self.now = context.clock()
            if context.settings.refuse_before_accepted and self._too_early():
                self._refuse(ErrorCode.SecurityError, "the charge point is not accepted yet")
                return
            self._policies = context.policies.current
            facts = self.gather()
            if isinstance(facts, Facts):
                self.facts_known(facts)
            else:
                # A local database answers at once: most often this takes no task.
                eager.start(context.group, self._fetch(facts))
        except Exception as error:
            self.failed(error)

    def gather(self) -> Facts | Coroutine[Any, Any, Facts]:
        """The facts that are read for this Call, or the coroutine that fetches them."""
        names = self._policies.facts_read(self.call.action.name)
        self._names = names
        if self.callback.reads:
            names |= self.callback.reads
        return gather(self.context, self.connection.live, self.call.request, names, self.now)

    async def fresh_facts(self) -> Facts:
        """The facts as they are now."""
        facts = self.gather()
        return facts if isinstance(facts, Facts) else await facts

    async def _fetch(self, fetching: Coroutine[Any, Any, Facts]) -> None:
        try:
            self.facts_known(await fetching)
        except Exception as error:
            self.failed(error)

    def _too_early(self) -> bool:
        # OCPP 1.6 §4.2: "The Charge Point SHALL NOT send any other OCPP messages" before it is
        # accepted. Many do, so refusing them is a setting.
        return (
            self.call.action.name != "BootNotification"
            and self.connection.live.charge_point.boot_status != "Accepted"
        )

    def facts_known(self, facts: Facts) -> None:
        """Decide, then record."""
        owned = {"currentTime": self.now} if self.callback.tells_time else {}
        boot = self.call.action.name == "BootNotification"
        decision, seconds = self.decide(facts, owned, self._guard_interval if boot else None)
        self.write(self.records(decision, facts.transaction), decision, seconds, facts)

    def decide(
        self, facts: Facts, owned: Mapping[str, object], guard: Guard | None = None
    ) -> tuple[Decision, float]:
        """Decide with the policy set that was in force when the Call began."""
        began = perf_counter()
        decision = decide(self._policies, self.call.action.name, facts, owned, guard)
        seconds = perf_counter() - began
        if decision.failed:
            charge_point_id = self.connection.charge_point_id
            self.context.policies_failed(charge_point_id, decision, facts)
        return decision, seconds

    def _guard_interval(self, decision: Decision) -> Decision:
        response = decision.response
        assert isinstance(response, BootNotificationConf)
        interval = self.context.boot_intervals.guarded(
            response.interval, response.status, self._began
        )
        if interval == response.interval:
            return decision
        return replace(decision, response=replace(response, interval=interval))

    def records(self, decision: Decision, transaction: Transaction | None) -> list[Write]:
        """What the action of this Call wants kept."""
        make = self.callback.records
        if make is None:
            return []
        self._outcome = self.outcome(decision, transaction)
        return make(self.context.store, self._outcome)

    def outcome(self, decision: Decision, transaction: Transaction | None) -> Outcome:
        """What the records are made from."""
        return Outcome(
            charge_point=self.connection.live.charge_point,
            request=self.call.request,
            response=decision.response,
            now=self.now,
            transaction=transaction or self.connection.live.transaction(self.call.request),
            reservations=self.connection.live.reservations,
        )

    def write(self, records: list[Write], decision: Decision, seconds: float, facts: Facts) -> None:
        """Record the exchange; the answer waits for it where it must."""
        self._payload = payload = payloads.encode(decision.response)
        call, store = self.call, self.context.store
        # Calls of charge points and their answers hold no secrets.
        self._exchange = store.exchanges.answered(
            self.now,
            self.connection.charge_point_id,
            call.message_id,
            self.text,
            self.connection.session.written_answer(call.message_id, payload),
            decision,
            seconds,
            getattr(call.request, "id_tag", None),
            recorded_facts.as_json(
                facts,
                self._names,
                self.connection.live.kept,
            ),
            recording.followed(decision) if decision.effects or decision.shadow else NOTHING,
        )
        self._meters.decided[decision.source].value += 1
        if self.callback.durable:
            store.submit((*records, self._exchange), self._written, size=len(self.text))
        else:
            store.submit(
                (*records, self._exchange),
                self.context.stored,
                patient=True,
                size=len(self.text),
            )
            self._answer()

    def _written(self, error: Exception | None) -> None:
        """The group commit has ended."""
        try:
            if error is not None:
                raise error
            if self.callback.remember is not None and not self._kept_raw:
                self.callback.remember(self.connection.live, self._outcome)
            self._answer()
        except Exception as error:
            self.failed(error)

    def failed(self, error: Exception) -> None:
        """No records, no acknowledgement. Nothing is ever silent."""
        if isinstance(error, StoreUnavailable):
            self.context.store_failed(error)
        else:
            log.error(
                "call failed",
                chargePointId=self.connection.charge_point_id,
                action=self.call.action.name,
                messageId=self.call.message_id,
                exc_info=error,
            )
        try:
            self._respond_to_failure(error)
        except Exception:
            log.exception("call left alone", chargePointId=self.connection.charge_point_id)
            self._finish()

    def _respond_to_failure(self, error: Exception) -> None:
        if not self.callback.transactional:
            self._refuse(ErrorCode.InternalError, "the central system could not handle this now")
        elif isinstance(error, RowRefused) and not self._kept_raw:
            self._keep_raw()
        else:
            self._leave_unanswered()

    def _keep_raw(self) -> None:
        """
        The database refuses a value, and would each time; the raw message holds it all.

        To leave it unanswered would have the charge point send it for ever, and nothing after it.
        """
        self._kept_raw = True
        self.context.store.submit((self._exchange,), self._written, size=len(self.text))

    def _leave_unanswered(self) -> None:
        """Without an answer the charge point keeps the message, and sends it again."""
        self._meters.unanswered.inc()
        self.connection.session.drop(self.call.message_id)
        self._finish()

    def _answer(self) -> None:
        seconds = perf_counter() - self._began
        self._meters.seconds.observe(seconds)
        self.connection.answer(self.call.message_id, self._payload)
        if self.context.debug:
            log.debug(
                "call answered",
                chargePointId=self.connection.charge_point_id,
                action=self.call.action.name,
                messageId=self.call.message_id,
                milliseconds=round(seconds * 1000, 3),
            )
        self._finish()

    def _refuse(self, code: ErrorCode, description: str) -> None:
        call, context, now = self.call, self.context, self.now
        charge_point_id = self.connection.charge_point_id
        action, message_id = call.action.name, call.message_id
        error = CallError(message_id, code, description)
        answer = self.connection.session.written_answer(message_id, error)
        refused = context.store.exchanges.refused
        context.record(refused(now, charge_point_id, action, message_id, self.text, answer))
        context.meters.call_error(action, code)
        self.connection.answer(message_id, error)
        self._finish()

    def _finish(self) -> None:
        live = self.connection.live
        self.context.work_ends()
        live.finished()
        if live.connection is None:
            self.context.connections.release(live)
