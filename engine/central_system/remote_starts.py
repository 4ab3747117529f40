"""Which id tags each charge point was lately asked to start with (OCPP 1.6 §5.11)."""

from collections import OrderedDict
from datetime import datetime, timedelta

from engine.policy.facts import RemoteStart
from protocol.types import id_tag_key

REMEMBERED = timedelta(minutes=10)
LIMIT = 100_000


class RemoteStarts:
    """
    Accepted RemoteStartTransactions, for ten minutes each.

    The confirmation only says that the charge point will try; its Authorize and StartTransaction
    follow, perhaps over another connection. Letter case of an id tag means nothing.
    """

    def __init__(self) -> None:
        self._accepted: OrderedDict[tuple[str, str], RemoteStart] = OrderedDict()

    def accepted(
        self, charge_point_id: str, id_tag: str, connector_id: int | None, now: datetime
    ) -> None:
        """The charge point said it will try to start with this id tag."""
        key = (charge_point_id, id_tag_key(id_tag))
        self._accepted[key] = RemoteStart(connector_id=connector_id, issued_at=now)
        self._accepted.move_to_end(key)
        self._forget_old(now)

    def find(self, charge_point_id: str, id_tag: str, now: datetime) -> RemoteStart | None:
        """The remote start that this id tag on this charge point comes from, if any."""
        if not self._accepted:
            return None
        found = self._accepted.get((charge_point_id, id_tag_key(id_tag)))
        return found if found is not None and now - found.issued_at <= REMEMBERED else None

    def _forget_old(self, now: datetime) -> None:
        while self._accepted:
            key, oldest = next(iter(self._accepted.items()))
            if len(self._accepted) <= LIMIT and now - oldest.issued_at <= REMEMBERED:
                return
            del self._accepted[key]
