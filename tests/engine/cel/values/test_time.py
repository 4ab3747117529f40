"""Timestamps and durations are exact to the nanosecond, and native where that is no loss."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.cel.errors import Failure
from engine.cel.values.time import (
    FineDuration,
    FineTimestamp,
    add_timestamp,
    compare_timestamps,
    duration_nanoseconds,
    duration_text,
    make_duration,
    make_timestamp,
    parse_duration,
    parse_timestamp,
    subtract_timestamps,
    timestamp_nanoseconds,
    timestamp_text,
)
from protocol.timestamps import Timestamp

INT64 = st.integers(-(2**63), 2**63 - 1)


@given(INT64)
def test_a_duration_is_its_nanoseconds(nanoseconds: int) -> None:
    made = make_duration(nanoseconds)
    assert duration_nanoseconds(made) == nanoseconds
    assert parse_duration(duration_text(made)) == made
    assert type(made) is (FineDuration if nanoseconds % 1000 else timedelta)


@given(INT64, INT64)
def test_durations_are_ordered_as_their_nanoseconds(left: int, right: int) -> None:
    one, other = make_duration(left), make_duration(right)
    assert ((one < other), (one == other), (one >= other)) == (
        left < right,
        left == right,
        left >= right,
    )
    assert left != right or hash(one) == hash(other)


@given(st.integers(0, 10**18), st.integers(0, 10**18))
def test_timestamps_are_ordered_as_their_nanoseconds(left: int, right: int) -> None:
    one, other = make_timestamp(left), make_timestamp(right)
    assert timestamp_nanoseconds(one) == left
    assert parse_timestamp(timestamp_text(one)) == one
    assert (one < other, one == other, one > other) == (left < right, left == right, left > right)
    assert duration_nanoseconds(subtract_timestamps(one, other)) == left - right
    assert type(one) is (FineTimestamp if left % 1000 else datetime)


def test_timestamps_of_messages_compare_with_finer_ones() -> None:
    coarse = Timestamp.parse("2026-01-31T12:00:00.123Z")
    fine = parse_timestamp("2026-01-31T12:00:00.123000001Z")
    assert (compare_timestamps(coarse, fine), compare_timestamps(fine, coarse)) == (-1, 1)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("2026-01-31T12:00:00+01:00", "2026-01-31T11:00:00Z"),
        ("2026-01-31T12:00:00.5Z", "2026-01-31T12:00:00.500Z"),
        ("2026-01-31T12:00:00.000001Z", "2026-01-31T12:00:00.000001Z"),
        ("9999-12-31T23:59:59.999999999Z", "9999-12-31T23:59:59.999999999Z"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
    ],
)
def test_timestamps_are_written_in_utc(text: str, written: str) -> None:
    assert timestamp_text(parse_timestamp(text)) == written


@pytest.mark.parametrize(
    "text",
    ["", "2026-01-31", "2026-02-30T00:00:00Z", "2026-01-31T12:00:00", "0001-01-01T00:00:00+00:01"],
)
def test_what_is_no_timestamp_is_refused(text: str) -> None:
    with pytest.raises(Failure):
        parse_timestamp(text)


@pytest.mark.parametrize("text", ["", "1", "s", "1d", "1h-1m", "1 s", "9223372037s", "--1s"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(Failure):
        parse_duration(text)


def test_a_sum_out_of_the_years_1_to_9999_is_refused() -> None:
    with pytest.raises(Failure, match="timestamp out of range"):
        add_timestamp(datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC), timedelta(seconds=1))


def test_a_difference_of_more_than_290_years_is_refused() -> None:
    with pytest.raises(Failure, match="duration out of range"):
        subtract_timestamps(datetime(2026, 1, 1, tzinfo=UTC), datetime(1700, 1, 1, tzinfo=UTC))


def test_zones_change_no_difference() -> None:
    berlin = datetime(2026, 1, 1, 13, tzinfo=timezone(timedelta(hours=1)))
    assert subtract_timestamps(berlin, datetime(2026, 1, 1, 12, tzinfo=UTC)) == timedelta(0)
