from typing import get_args

from protocol.actions import actions
from protocol.events import CallReceived, Event
from protocol.messages import HeartbeatReq
from tests.protocol.builders import an_id


def test_events_are_values() -> None:
    event = CallReceived(an_id("1"), actions["Heartbeat"], HeartbeatReq(), b"{}")
    assert event == CallReceived(an_id("1"), actions["Heartbeat"], HeartbeatReq(), b"{}")
    assert hash(event)


def test_every_event_says_what_it_means() -> None:
    assert all(event.__doc__ for event in get_args(Event))
