"""A StopTransaction on its way: one that names no transaction of its charge point is reconciled."""

from __future__ import annotations

from typing import Any

from engine.central_system import eager
from engine.central_system.callbacks import Outcome
from engine.central_system.callbacks.stops import unmatched_stop
from engine.central_system.handling import Handling
from engine.central_system.reconciling import Match, match
from engine.policy.deciding.decision import Decision
from engine.policy.facts import Facts, Transaction


class StopHandling(Handling):
    """The way of a StopTransaction. It can't be refused, and is answered whatever it names."""

    __slots__ = ("_match",)

    _match: Match | None

    def facts_known(self, facts: Facts) -> None:
        """Find the transaction that is meant, then decide and record."""
        self._match = None
        if facts.transaction is not None:
            super().facts_known(facts)
        else:
            eager.start(self.context.group, self._reconcile(facts))

    async def _reconcile(self, facts: Facts) -> None:
        request: Any = self.call.request
        stop = unmatched_stop(self.connection.charge_point_id, request, self.now)
        try:
            self._match = await match(self.context.store, stop, facts.tag)
            super().facts_known(facts)
        except Exception as error:
            self.failed(error)

    def outcome(self, decision: Decision, transaction: Transaction | None) -> Outcome:
        """What the stop ends is what was found, where it names nothing."""
        outcome = super().outcome(decision, transaction)
        if self._match is not None:
            outcome.match = self._match
            outcome.transaction = self._match.transaction
        return outcome
