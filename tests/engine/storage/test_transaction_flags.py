"""What is odd about a transaction is said, and left as it is."""

from datetime import UTC, datetime, timedelta

import pytest

from engine.storage.transaction_flags import flagged
from tests.engine.storage.builders import NOON, a_transaction, minutes

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
STOP = {"stopped_at": minutes(30), "meter_stop": 200}


@pytest.mark.parametrize(
    ("changes", "flags"),
    [
        ({}, ()),
        (STOP, ()),
        (STOP | {"stopped_at": NOON, "meter_stop": 100}, ()),
        (STOP | {"stopped_at": NOON - timedelta(milliseconds=1)}, ("StopBeforeStart",)),
        (STOP | {"meter_stop": 99}, ("MeterWentBackwards",)),
        ({"started_at": LONG_AGO}, ("ClockNotSet",)),
        (STOP | {"stopped_at": LONG_AGO}, ("ClockNotSet", "StopBeforeStart")),
        ({"received_at": minutes(-5)}, ()),
        ({"received_at": minutes(-6)}, ("InTheFuture",)),
        (STOP | {"stop_received_at": minutes(24)}, ("InTheFuture",)),
        (STOP | {"received_at": minutes(9_000), "stop_received_at": minutes(9_000)}, ()),
    ],
)
def test_what_is_odd_is_said(changes: dict[str, object], flags: tuple[str, ...]) -> None:
    transaction = a_transaction(1, **changes)
    assert flagged(transaction) == a_transaction(1, **changes, flags=flags)
