"""Answers as JSON: OCPP's spelling, times in milliseconds."""

from datetime import UTC, datetime, timedelta, timezone

from engine.api.answers import encode, problem_response, response
from engine.api.problems import NOT_FOUND, ProblemError
from engine.api.routes import Answer
from engine.policy.facts import Connector
from protocol.messages import (
    ChargePointErrorCode,
    ChargePointStatus,
    ChargingSchedulePeriod,
    HeartbeatConf,
)
from protocol.types import OneDecimal, Timestamp


def test_a_time_is_utc_with_milliseconds_and_z() -> None:
    there = timezone(timedelta(hours=2))
    times = [
        datetime(2026, 1, 31, 12, 0, 0, 123456, tzinfo=UTC),
        datetime(2026, 1, 31, 14, tzinfo=there),
        Timestamp.parse("2026-01-31T12:00:00Z"),
    ]
    assert encode(times) == (
        b'["2026-01-31T12:00:00.123Z","2026-01-31T12:00:00.000Z","2026-01-31T12:00:00.000Z"]'
    )


def test_a_fact_shows_every_member_in_camel_case() -> None:
    connector = Connector(
        connector_id=1,
        status=ChargePointStatus.Available,
        error_code=ChargePointErrorCode.NoError,
        updated_at=datetime(2026, 1, 31, tzinfo=UTC),
    )
    assert encode(connector) == (
        b'{"connectorId":1,"status":"Available","errorCode":"NoError","info":null,'
        b'"vendorId":null,"vendorErrorCode":null,"updatedAt":"2026-01-31T00:00:00.000Z"}'
    )


def test_an_ocpp_message_is_written_as_on_the_wire() -> None:
    time = Timestamp.parse("2026-01-31T12:00:00Z")
    period = ChargingSchedulePeriod(start_period=0, limit=OneDecimal(8.1))
    assert encode([HeartbeatConf(current_time=time), period]) == (
        b'[{"currentTime":"2026-01-31T12:00:00.000Z"},{"startPeriod":0,"limit":8.1}]'
    )


def test_text_that_is_no_unicode_does_not_break_an_answer() -> None:
    assert encode({"text": "ä\udc80"}) == '{"text":"ä?"}'.encode()


def test_an_answer_without_body_has_none() -> None:
    made = response(Answer(status=204))
    assert (made.status_code, made.body) == (204, b"")


def test_nothing_is_kept_by_caches() -> None:
    made = [response(Answer(body={})), problem_response(ProblemError(NOT_FOUND, "x"))]
    assert [one.headers["cache-control"] for one in made] == ["no-store", "no-store"]
