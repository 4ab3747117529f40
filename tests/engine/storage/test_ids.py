from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from engine.storage import new_id
from engine.storage.ids import content_id, first_id

MOMENTS = st.datetimes(
    min_value=datetime(1970, 1, 1),  # noqa: DTZ001 - the strategy adds the zone
    timezones=st.just(UTC),
)


@given(MOMENTS)
def test_an_id_is_a_uuid_of_version_7(time: datetime) -> None:
    uuid = UUID(new_id(time))
    assert (uuid.version, uuid.variant) == (7, "specified in RFC 4122")


@given(MOMENTS, MOMENTS)
def test_the_order_of_ids_is_the_order_of_time(a: datetime, b: datetime) -> None:
    if a != b:
        assert (new_id(a) < new_id(b)) == (a < b)


@given(MOMENTS)
def test_ids_of_a_time_lie_between_its_bounds(time: datetime) -> None:
    later = time + timedelta(microseconds=1) if time.year < 9999 else time
    assert first_id(time) <= new_id(time)
    assert later == time or new_id(time) < first_id(later)


def test_ids_of_one_moment_differ() -> None:
    noon = datetime(2026, 1, 31, 12, tzinfo=UTC)
    assert len({new_id(noon) for _ in range(1000)}) == 1000


def test_equal_contents_have_equal_numbers_and_others_do_not() -> None:
    assert content_id("a", None, 1) == content_id("a", None, 1)
    assert len({content_id("a", "b"), content_id("ab", ""), content_id("b", "a")}) == 3
    assert all(-(2**63) <= content_id(i) < 2**63 for i in range(100))
