"""What the records of a Call are made from."""

from collections.abc import Sequence
from typing import Any, TypeAlias

import msgspec

from engine.central_system.reconciling import Match
from engine.central_system.reservations import Reservations
from engine.policy.facts import ChargePoint, Transaction
from protocol.timestamps import Timestamp

Request: TypeAlias = Any
"""Each record builder knows the type of its action's request; the table pairs them."""


class Outcome(msgspec.Struct, kw_only=True, gc=False):
    """A Call and its answer, decided but not yet given."""

    charge_point: ChargePoint
    """As it was when the Call came."""
    request: Request
    response: Any
    now: Timestamp
    transaction: Transaction | None = None
    """The transaction the Call starts, or the one it names, where that is known."""
    match: Match | None = None
    """What was found out about a StopTransaction that names no transaction."""
    superseded: Sequence[Transaction] = ()
    """What ran before on the connector of the transaction that the Call starts."""
    reservations: Reservations | None = None
    """The active ones of the charge point, where the Call may end one."""
