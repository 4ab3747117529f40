"""The log of what charge points and we say to each other, and by which decision."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from engine.policy.deciding.decision import Decision
from engine.policy.defaults import ANSWERS
from engine.storage.ids import new_id
from engine.storage.statements import Statement, Step, Write
from engine.storage.tables import exchanges as table
from protocol.types import id_tag_key

EXCHANGED = Statement(
    Step.EXCHANGED,
    [column.name for column in table.columns if column.name not in ("sequence", "segment")],
    lambda insert: insert(table),
)
"""Every row of the log is one statement, so that a group of them is written at once."""

NO_DECISION = (None,) * 15
"""The columns from `decision_id` on of a row without one."""

_encode = msgspec.json.Encoder().encode


def _status_reader(confirmation: type) -> Callable[[Any], str | None] | None:
    """What reads the status of an answer of this type; None where it has none."""
    fields = {field.name for field in msgspec.structs.fields(confirmation)}
    if "status" in fields:
        return lambda response: str(response.status.value)
    if "id_tag_info" in fields:
        return lambda response: response.id_tag_info and str(response.id_tag_info.status.value)
    return None


STATUS_READERS: Mapping[type, Callable[[Any], str | None]] = {
    row.confirmation: reader
    for row in ANSWERS.values()
    if (reader := _status_reader(row.confirmation)) is not None
}
"""Of the answers that have a status (`status` or `idTagInfo.status`), what reads it."""


def status_of(response: object) -> str | None:
    """The status that is answered, if one is."""
    reader = STATUS_READERS.get(type(response))
    return None if reader is None else reader(response)


Followed = tuple[str | None, str | None]
"""The effects of a decision and what policies in shadow mode say, encoded; None for nothing."""

NOTHING: Followed = (None, None)


def decided(
    decision: Decision, id_tag: str | None, facts: str | None, followed: Followed
) -> tuple[Any, ...]:
    """
    The columns of a decision from `facts` on.

    Args:
        id_tag: the request's.
        facts: what was read, encoded; None where that is nothing but the request and `now`.
    """
    return (
        facts,
        *followed,
        True if decision.shadow and decision.shadow_differs else None,
        None if id_tag is None else id_tag_key(id_tag),
        status_of(decision.response),
    )


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
        id_tag: str | None = None,
        facts: str | None = None,
        followed: Followed = NOTHING,
    ) -> Write:
        """
        A Call of a charge point, our answer, and the decision, which took so many seconds.

        `decided` says what `id_tag`, `facts` and `followed` are.
        """
        errors, response = decision.errors, decision.response
        read_status = STATUS_READERS.get(type(response))
        # The columns that `decided` gives: a call and a tuple less.
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
                facts,
                followed[0],
                followed[1],
                True if decision.shadow and decision.shadow_differs else None,
                None if id_tag is None else id_tag_key(id_tag),
                None if read_status is None else read_status(response),
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
