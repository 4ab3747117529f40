"""Remote starts are remembered for a while, by charge point and id tag."""

from datetime import timedelta

from engine.central_system.remote_starts import LIMIT, REMEMBERED, RemoteStarts
from engine.policy.facts import RemoteStart
from protocol.timestamps import Timestamp

TIME = Timestamp.parse("2026-01-31T12:00:00Z")


def test_a_remote_start_is_found_in_any_letter_case_on_its_charge_point_only() -> None:
    starts = RemoteStarts()
    starts.accepted("CP1", "Tag", 2, TIME)
    assert starts.find("CP1", "TAG", TIME) == RemoteStart(connector_id=2, issued_at=TIME)
    assert starts.find("CP2", "TAG", TIME) is None
    assert starts.find("CP1", "OTHER", TIME) is None


def test_a_remote_start_is_remembered_for_ten_minutes() -> None:
    starts = RemoteStarts()
    starts.accepted("CP1", "Tag", None, TIME)
    assert starts.find("CP1", "Tag", TIME + REMEMBERED) is not None
    assert starts.find("CP1", "Tag", TIME + REMEMBERED + timedelta(seconds=1)) is None


def test_a_second_remote_start_is_remembered_from_its_own_time() -> None:
    starts, later = RemoteStarts(), TIME + REMEMBERED
    starts.accepted("CP1", "Tag", 1, TIME)
    starts.accepted("CP1", "Tag", 2, later)
    found = starts.find("CP1", "Tag", later + REMEMBERED)
    assert found == RemoteStart(connector_id=2, issued_at=later)


def test_no_more_than_the_limit_is_remembered() -> None:
    starts = RemoteStarts()
    for number in range(LIMIT + 1):
        starts.accepted("CP1", str(number), None, TIME)
    assert starts.find("CP1", "0", TIME) is None
    assert starts.find("CP1", str(LIMIT), TIME) is not None
