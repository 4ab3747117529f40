import gc
import math

import pytest

from protocol.messages import AuthorizeReq, IdTagInfo, StatusNotificationReq
from protocol.types import Message, OneDecimal
from tests.protocol.builders import an_authorize_conf


@pytest.mark.parametrize(
    ("value", "held"), [(8.1, 8.1), (16, 16.0), (8.14, 8.1), (0.1 + 0.2, 0.3), (-1e300, -1e300)]
)
def test_limits_hold_at_most_one_decimal(value: float, held: float) -> None:
    assert OneDecimal(value) == held


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_limits_are_numbers_that_json_can_hold(value: float) -> None:
    with pytest.raises(ValueError, match="not a number that JSON can hold"):
        OneDecimal(value)


def test_messages_are_values() -> None:
    assert an_authorize_conf() == an_authorize_conf()
    assert len({an_authorize_conf(), an_authorize_conf()}) == 1
    with pytest.raises(AttributeError):
        AuthorizeReq(id_tag="A").id_tag = "B"  # type: ignore[misc]  # the point of the test


def test_messages_take_their_fields_by_name_only() -> None:
    with pytest.raises(TypeError):
        AuthorizeReq("A")  # type: ignore[call-arg]  # the point of the test


def test_fields_are_named_as_in_the_specification() -> None:
    fields = StatusNotificationReq.__struct_encode_fields__
    assert fields[:3] == ("connectorId", "errorCode", "info")
    assert issubclass(IdTagInfo, Message)


def test_the_garbage_collector_ignores_messages() -> None:
    assert not gc.is_tracked(an_authorize_conf())
