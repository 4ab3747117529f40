from datetime import UTC, datetime, timedelta, timezone

import pytest

from engine.storage.columns import instant_text
from protocol.types import Timestamp

TEXTS = [
    (datetime(2026, 1, 31, 12, tzinfo=UTC), "2026-01-31T12:00:00.000000Z"),
    (datetime(2026, 1, 31, 12, 0, 0, 5, tzinfo=UTC), "2026-01-31T12:00:00.000005Z"),
    (
        datetime(2026, 1, 31, 14, tzinfo=timezone(timedelta(hours=2))),
        "2026-01-31T12:00:00.000000Z",
    ),
    (datetime(1, 1, 1, tzinfo=UTC), "0001-01-01T00:00:00.000000Z"),
    (Timestamp(2026, 1, 31, 12, tzinfo=UTC), "2026-01-31T12:00:00.000000Z"),
]


@pytest.mark.parametrize(("moment", "text"), TEXTS)
def test_a_moment_is_text_of_one_width_in_utc(moment: datetime, text: str) -> None:
    assert instant_text(moment) == text


def test_a_moment_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="`2026-01-31 12:00:00` has no time zone"):
        instant_text(datetime(2026, 1, 31, 12))  # noqa: DTZ001 - that is the point
