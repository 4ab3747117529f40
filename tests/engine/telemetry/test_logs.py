"""Logs are readable on a terminal, JSON otherwise, and never hold a secret."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from engine.telemetry.logs import configure_logs


@pytest.fixture(autouse=True)
def _logs_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def test_a_log_line_is_one_json_object() -> None:
    stream = io.StringIO()
    configure_logs("info", "auto", stream)
    structlog.get_logger().info("charge point connected", chargePointId="CP1")
    line = json.loads(stream.getvalue())
    time = line.pop("timestamp")
    assert line == {"event": "charge point connected", "level": "info", "chargePointId": "CP1"}
    assert time.endswith("Z")


def test_a_log_line_for_people_begins_with_the_time_and_the_level() -> None:
    stream = io.StringIO()
    configure_logs("info", "console", stream)
    structlog.get_logger().warning("message ignored", chargePointId="CP1")
    assert stream.getvalue()[8:].split() == [
        "[warning",
        "]",
        "message",
        "ignored",
        "chargePointId=CP1",
    ]


def test_what_is_below_the_level_is_not_written() -> None:
    stream = io.StringIO()
    configure_logs("warning", "json", stream)
    structlog.get_logger().info("charge point connected")
    logging.getLogger("library").info("busy")
    assert stream.getvalue() == ""


def test_what_libraries_log_has_the_same_form() -> None:
    stream = io.StringIO()
    configure_logs("info", "json", stream)
    logging.getLogger("library").warning("slow %s", "disk")
    line = json.loads(stream.getvalue())
    assert (line["event"], line["level"]) == ("slow disk", "warning")


def test_an_exception_is_written_with_its_traceback() -> None:
    stream = io.StringIO()
    configure_logs("info", "json", stream)
    try:
        raise ValueError("no")
    except ValueError:
        structlog.get_logger().exception("call failed")
    assert json.loads(stream.getvalue())["exception"].endswith("ValueError: no")


def test_secrets_are_hidden() -> None:
    stream = io.StringIO()
    configure_logs("info", "json", stream)
    structlog.get_logger().info(
        "store failed", password="Secret", url="postgresql://me:Secret@host/x", api_key="Secret"
    )
    assert "Secret" not in stream.getvalue()
    assert "postgresql://***@host/x" in stream.getvalue()


def test_what_a_charge_point_sends_does_not_steer_the_terminal() -> None:
    stream = io.StringIO()
    configure_logs("info", "console", stream)
    structlog.get_logger().info("handshake refused", path="/ocpp/\x1b[2J\x9b31m\u202e")
    logging.getLogger("library").info("got %s", "\x1b]0;x\x07")
    assert r"path=/ocpp/\x1b[2J\x9b31m\u202e" in stream.getvalue()
    assert r"got \x1b]0;x\x07" in stream.getvalue()
