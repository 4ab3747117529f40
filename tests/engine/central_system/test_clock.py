from datetime import UTC, datetime, timedelta
from unittest.mock import patch

import pytest

from engine.central_system import clock
from protocol.timestamps import Timestamp


@pytest.mark.parametrize("millisecond", [0, 1, 999, 1_769_860_800_123, 4_102_444_799_999])
def test_the_time_is_a_timestamp_of_that_millisecond(millisecond: int) -> None:
    with patch.object(clock, "time_ns", lambda: millisecond * 1_000_000 + 999_999):
        now = clock.MillisecondClock()()
    assert type(now) is Timestamp
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    assert now == epoch + timedelta(milliseconds=millisecond)


def test_the_time_goes_on_and_also_back() -> None:
    moments = iter([5_000_000, 5_999_999, 6_000_000, 5_000_000])
    with patch.object(clock, "time_ns", lambda: next(moments)):
        tick = clock.MillisecondClock()
        first, same, later, earlier = (tick() for _ in range(4))
    assert same is first
    assert earlier == first < later
