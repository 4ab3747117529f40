"""The built-in answers are those the documentation lists."""

from datetime import timedelta
from typing import Any

import pytest

from engine.policy.defaults import ANSWERS, id_tag_info
from protocol import messages as m
from protocol.types import Timestamp
from tests.engine.policy.building import CURRENT_TIME, NOW, a_tag, facts

DAY = timedelta(days=1)
LATER = Timestamp.of(NOW + DAY)


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        (None, m.IdTagInfo(status=m.AuthorizationStatus.Invalid)),
        (a_tag(), m.IdTagInfo(status=m.AuthorizationStatus.Accepted)),
        (
            a_tag(status="Blocked", parent_id_tag="G"),
            m.IdTagInfo(status=m.AuthorizationStatus.Blocked, parent_id_tag="G"),
        ),
        (
            a_tag(expiry_date=NOW),
            m.IdTagInfo(status=m.AuthorizationStatus.Expired, expiry_date=CURRENT_TIME),
        ),
        (
            a_tag(expiry_date=NOW + timedelta(seconds=1)),
            m.IdTagInfo(
                status=m.AuthorizationStatus.Accepted,
                expiry_date=CURRENT_TIME + timedelta(seconds=1),
            ),
        ),
    ],
)
def test_a_tag_is_what_its_record_says(tag: object, expected: m.IdTagInfo) -> None:
    assert id_tag_info(facts(tag=tag)) == expected


@pytest.mark.parametrize(
    ("tag", "parent", "status", "expiry_date"),
    [
        ({}, {}, "Accepted", None),
        ({}, {"status": "Blocked"}, "Blocked", None),
        ({}, {"expiry_date": NOW}, "Expired", CURRENT_TIME),
        ({"status": "Invalid"}, {"status": "Blocked"}, "Invalid", None),
        ({"expiry_date": NOW}, {"status": "Blocked"}, "Expired", CURRENT_TIME),
        ({"expiry_date": LATER}, {}, "Accepted", LATER),
        ({}, {"expiry_date": LATER}, "Accepted", LATER),
        ({"expiry_date": LATER + DAY}, {"expiry_date": LATER}, "Accepted", LATER),
        ({"expiry_date": LATER}, {"expiry_date": LATER + DAY}, "Accepted", LATER),
    ],
)
def test_a_parent_counts_for_a_tag_that_is_good_by_itself(
    tag: dict[str, Any], parent: dict[str, Any], status: str, expiry_date: Timestamp | None
) -> None:
    child = a_tag(parent_id_tag="G", **tag)
    assert id_tag_info(facts(tag=child, parent_tag=a_tag(id_tag="G", **parent))) == m.IdTagInfo(
        status=m.AuthorizationStatus(status), expiry_date=expiry_date, parent_id_tag="G"
    )


def test_a_stop_tells_only_about_a_known_tag() -> None:
    row = ANSWERS["StopTransaction"]
    assert row.default(facts()) == m.StopTransactionConf()
    assert row.default(facts(tag=a_tag())) == m.StopTransactionConf(
        id_tag_info=m.IdTagInfo(status=m.AuthorizationStatus.Accepted)
    )


def test_every_action_of_a_charge_point_has_a_row() -> None:
    assert len(ANSWERS) == 15


def test_what_the_engine_owns_is_a_field_of_the_confirmation() -> None:
    for row in ANSWERS.values():
        assert set(row.owned) <= {"currentTime", "transactionId"}
