"""The policy's interval, within guardrails."""

import random

import pytest

from engine.central_system.boot_intervals import BootIntervals


@pytest.mark.parametrize(
    ("written", "status", "answered"),
    [
        (300, "Accepted", 300),
        (60, "Pending", 60),
        (60, "Rejected", 60),
        (1, "Accepted", 5),
        (0, "Accepted", 5),
        (-1, "Pending", 5),
        (0, "Pending", 0),
        (0, "Rejected", 0),
    ],
)
def test_an_interval_is_answered_as_written_down_to_a_floor(
    written: int, status: str, answered: int
) -> None:
    assert BootIntervals().guarded(written, status, 0.0) == answered


def test_in_a_boot_storm_intervals_are_spread_upwards() -> None:
    intervals = BootIntervals(random.Random(1))
    calm = [intervals.guarded(300, "Accepted", 0.0) for _ in range(50)]
    storm = [intervals.guarded(300, "Accepted", 1.0) for _ in range(1000)]
    assert set(calm) == {300}
    assert (min(storm), max(storm)) == (300, 330)
    assert intervals.guarded(0, "Pending", 1.0) == 0


def test_after_a_storm_intervals_are_exact_again() -> None:
    intervals = BootIntervals()
    for _ in range(1000):
        intervals.guarded(300, "Accepted", 0.0)
    assert [intervals.guarded(300, "Accepted", 10.1) for _ in range(10)] == [300] * 10
