from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.timestamps import Timestamp


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("2026-01-31T12:00:00Z", "2026-01-31T12:00:00.000Z"),
        ("2026-01-31T12:00:00.000Z", "2026-01-31T12:00:00.000Z"),
        ("2026-01-31T12:00:00.1Z", "2026-01-31T12:00:00.100Z"),
        ("2026-01-31T12:00:00.123456789Z", "2026-01-31T12:00:00.123Z"),
        ("2026-01-31T12:00:00,5Z", "2026-01-31T12:00:00.500Z"),
        ("2026-01-31T12:00:00+02:00", "2026-01-31T10:00:00.000Z"),
        ("2026-01-31T12:00:00-0930", "2026-01-31T21:30:00.000Z"),
        ("2026-01-31T12:00:00+01", "2026-01-31T11:00:00.000Z"),
        ("2026-01-31T12:00:00.5", "2026-01-31T12:00:00.500Z"),
        ("2026-01-31T12:00", "2026-01-31T12:00:00.000Z"),
        ("2026-01-31 12:00:00", "2026-01-31T12:00:00.000Z"),
        ("2026-01-31t12:00:00z", "2026-01-31T12:00:00.000Z"),
        (" 2026-01-31T12:00:00 Z ", "2026-01-31T12:00:00.000Z"),
        ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59.000Z"),
        ("1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000Z"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z"),
    ],
)
def test_what_charge_points_send_is_read_and_written_one_way(text: str, written: str) -> None:
    assert str(Timestamp.parse(text)) == written


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "not a date and time: ``"),
        ("yesterday", "not a date and time: `yesterday`"),
        ("2026-01-31", "not a date and time: `2026-01-31`"),
        ("20260131T120000Z", "not a date and time: `20260131T120000Z`"),
        (
            "2026-13-31T12:00:00Z",
            "not a date and time: `2026-13-31T12:00:00Z`, month must be in 1..12",
        ),
        (
            "2026-02-30T12:00:00Z",
            "not a date and time: `2026-02-30T12:00:00Z`, day is out of range for month",
        ),
        ("0001-01-01T00:00:00+14:00", "out of range: `0001-01-01T00:00:00+14:00`"),
        (
            "2026-01-31T12:00:00Z" + "x" * 99,
            "not a date and time: `2026-01-31T12:00:00Z" + "x" * 30 + "`",
        ),
    ],
)
def test_what_is_no_date_and_time_is_refused(text: str, said: str) -> None:
    with pytest.raises(ValueError) as error:  # noqa: PT011 - the whole text is compared below
        Timestamp.parse(text)
    assert str(error.value) == said


@given(st.text())
def test_any_text_is_read_or_refused_with_a_value_error(text: str) -> None:
    try:
        moment = Timestamp.parse(text)
    except ValueError:
        return
    assert Timestamp.parse(str(moment)) == moment


@given(st.datetimes(timezones=st.just(UTC)))
def test_a_timestamp_is_the_moment_in_whole_milliseconds(moment: datetime) -> None:
    stamp = Timestamp.of(moment)
    assert timedelta(0) <= moment - stamp < timedelta(milliseconds=1)
    assert Timestamp.parse(str(stamp)) == stamp
    assert type(stamp) is type(Timestamp.parse(str(stamp))) is Timestamp


def test_a_moment_elsewhere_is_taken_over_in_utc() -> None:
    moment = datetime(2026, 1, 31, 14, tzinfo=timezone(timedelta(hours=2)))
    assert str(Timestamp.of(moment)) == "2026-01-31T12:00:00.000Z"
    assert Timestamp.of(moment).tzinfo is UTC


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="without a time zone"):
        Timestamp.of(datetime(2026, 1, 31))  # noqa: DTZ001 - the point of the test


def test_a_later_moment_is_a_timestamp_too() -> None:
    later = Timestamp.parse("2026-01-31T12:00:00Z") + timedelta(minutes=5)
    assert str(later) == "2026-01-31T12:05:00.000Z"
