"""The log of what charge points and we say to each other, and by which decision."""

from datetime import datetime

import msgspec

from engine.policy.deciding.decision import Decision
from engine.storage.ids import new_id
from engine.storage.statements import Statement, Step, Write
from engine.storage.tables import exchanges as table

EXCHANGED = Statement(
    Step.EXCHANGED,
    [column.name for column in table.columns if column.name not in ("sequence", "segment")],
    lambda insert: insert(table),
)
"""Every row of the log is one statement, so that a group of them is written at once."""

NO_DECISION = (None,) * 9
"""The columns from `decision_id` on of a row without one."""

_encode = msgspec.json.Encoder().encode


class Exchanges:
    """
    What is written of an exchange; `Decisions` and `Messages` read it.

    There is one for each message, so its parts come by position.
    """

    def answered(
        self,
        time: datetime,
        charge_point_id: str,
        message_id: str,
        received: str,
        sent: str,
        decision: Decision,
        seconds: float,
    ) -> Write:
        """A Call of a charge point, our answer, and the decision, which took so many seconds."""
        errors = decision.errors
        return Write(
            EXCHANGED,
            (
                time,
                charge_point_id,
                decision.action,
                message_id,
                received,
                sent,
                new_id(time),
                decision.revision,
                decision.source,
                decision.policy,
                decision.rule,
                # The response is in `sent`.
                None,
                decision.explanation,
                _encode(errors).decode() if errors else None,
                int(seconds * 1e7) / 10,
            ),
        )

    def refused(
        self,
        time: datetime,
        charge_point_id: str,
        action: str,
        message_id: str,
        received: str,
        sent: str,
    ) -> Write:
        """A Call of a charge point that got a CallError, and no decision."""
        said = (time, charge_point_id, action, message_id, received, sent)
        return Write(EXCHANGED, said + NO_DECISION)
