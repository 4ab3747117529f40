"""What every part of the central system works with."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from time import monotonic

from msgspec.structs import replace
from structlog import get_logger

from engine.central_system.boot_intervals import BootIntervals
from engine.central_system.connections import Connections
from engine.central_system.meters import Meters
from engine.central_system.remote_starts import RemoteStarts
from engine.central_system.starting import Starting
from engine.config import OcppSettings
from engine.errors import EngineError, StoreUnavailable
from engine.policy.deciding.decision import Decision
from engine.policy.explaining import recorded_facts
from engine.policy.explaining.masking import masked
from engine.policy.facts import Facts
from engine.policy.live.host import PolicyHost
from engine.storage import RunningTransactions, Store, Write
from protocol.timestamps import Timestamp

log = get_logger()

Clock = Callable[[], Timestamp]


class Context:
    """The store, the policies, the clock, and the one group that all tasks run in."""

    __slots__ = (
        "_failure_logged_at",
        "_idle",
        "boot_intervals",
        "clock",
        "closing",
        "connections",
        "debug",
        "group",
        "in_work",
        "mask_id_tags",
        "meters",
        "policies",
        "remote_starts",
        "settings",
        "starting",
        "store",
        "synchronizing",
    )

    def __init__(
        self,
        *,
        store: Store,
        policies: PolicyHost,
        settings: OcppSettings,
        meters: Meters,
        clock: Clock,
        mask_id_tags: bool = False,
    ) -> None:
        self.store = store
        self.policies = policies
        self.settings = settings
        self.meters = meters
        self.clock = clock
        self.mask_id_tags = mask_id_tags
        """Whether the log shows id tags only in part, where it tells of decisions."""
        self.connections = Connections()
        self.remote_starts = RemoteStarts()
        self.starting: Starting | RunningTransactions = store.running or Starting()
        """Is told of starts from their decision until they are on disk."""
        self.boot_intervals = BootIntervals()
        self.group = asyncio.TaskGroup()
        self.closing = False
        """No new connection and no new Call is taken on."""
        self.debug = logging.getLogger().isEnabledFor(logging.DEBUG)
        """Whether each message is logged; asked once, as even a log that is off costs time."""
        self.synchronizing: set[str] = set()
        """The charge points whose local lists are being synchronized."""
        self.in_work = 0
        """Calls of charge points that are neither answered nor given up yet."""
        self._idle: asyncio.Event | None = None
        self._failure_logged_at = 0.0

    def work_begins(self) -> None:
        """A Call has come in."""
        self.in_work += 1

    def work_ends(self) -> None:
        """A Call is answered or given up."""
        self.in_work -= 1
        if self.in_work == 0 and self._idle is not None:
            self._idle.set()

    def record(self, *writes: Write) -> asyncio.Future[None] | None:
        """
        Write what no answer to a charge point waits for; a failure is counted and logged.

        Returns what is done when it is on disk or has failed, None if it failed at once.
        """
        try:
            written = self.store.write(*writes)
        except StoreUnavailable as error:
            self.store_failed(error)
            return None
        written.add_done_callback(self.check_stored)
        return written

    def check_stored(self, written: asyncio.Future[None]) -> None:
        """Notice when something could not be written."""
        if not written.cancelled():
            self.stored(written.exception())

    def stored(self, error: BaseException | None) -> None:
        """Notice when something could not be written."""
        if error is not None:
            self.store_failed(error)

    def store_failed(self, error: BaseException) -> None:
        """Count a failed write, and log it unless one was logged within the last second."""
        self.meters.store_failures.inc()
        now = monotonic()
        if now - self._failure_logged_at >= 1.0:
            self._failure_logged_at = now
            log.error("store failed", error=str(error), exc_info=_unexpected(error))

    def policies_failed(self, charge_point_id: str, decision: Decision, facts: Facts) -> None:
        """Count and log what went wrong in a decision."""
        if self.mask_id_tags:
            decision = _with_masked_errors(decision, facts)
        self.policies.errors.add(decision, facts.now)
        for failed in decision.failed:
            self.meters.policy_error(*failed)
        about = {"chargePointId": charge_point_id, "action": decision.action}
        if decision.errors:
            log.warning("policy failed", **about, errors=decision.errors)
        for each in decision.shadow:
            if each.errors:
                log.warning("shadow policy failed", **about, policy=each.policy, errors=each.errors)

    async def idle(self) -> None:
        """Wait until no Call is in work."""
        if self.in_work:
            self._idle = asyncio.Event()
            await self._idle.wait()


def _with_masked_errors(decision: Decision, facts: Facts) -> Decision:
    known = recorded_facts.as_values(facts)
    shadow = tuple(
        replace(each, errors=tuple(masked(each.errors, known))) for each in decision.shadow
    )
    return replace(decision, errors=tuple(masked(decision.errors, known)), shadow=shadow)


def _unexpected(error: BaseException) -> BaseException | None:
    """The error, when its traceback says more than its text."""
    return None if isinstance(error, EngineError) else error
