"""What is proven sound can be written; of all else the proof doesn't know."""

from datetime import UTC
from typing import Any

import msgspec
import pytest

from protocol.messages import (
    AuthorizationStatus,
    AuthorizeConf,
    BootNotificationConf,
    IdTagInfo,
    RegistrationStatus,
    StartTransactionConf,
)
from protocol.payloads import decode, encode
from protocol.proofs import is_sound
from protocol.types import Message, Timestamp

NOON = Timestamp(2026, 1, 31, 12, tzinfo=UTC)


def a_start(**changes: Any) -> StartTransactionConf:
    tag = IdTagInfo(status=AuthorizationStatus.Accepted, parent_id_tag="P" * 20)
    return msgspec.structs.replace(
        StartTransactionConf(id_tag_info=tag, transaction_id=7), **changes
    )


@pytest.mark.parametrize(
    "message",
    [
        a_start(),
        BootNotificationConf(status=RegistrationStatus.Accepted, current_time=NOON, interval=300),
    ],
)
def test_what_is_sound_is_written_and_read_back_the_same(message: Message) -> None:
    assert is_sound(message)
    assert decode(type(message), encode(message)) == message


@pytest.mark.parametrize(
    "info",
    [
        IdTagInfo(status="Accepted"),  # type: ignore[arg-type]
        IdTagInfo(status=AuthorizationStatus.Accepted, parent_id_tag="P" * 21),
        IdTagInfo(status=AuthorizationStatus.Accepted, expiry_date="soon"),  # type: ignore[arg-type]
    ],
)
def test_what_ocpp_does_not_allow_is_not_proven(info: IdTagInfo) -> None:
    assert not is_sound(AuthorizeConf(id_tag_info=info))


def test_true_is_no_integer() -> None:
    assert not is_sound(a_start(transaction_id=True))
