from typing import Any

import pytest

from protocol import messages as m
from protocol.proofs import is_sound
from protocol.types import Message, Timestamp

NOON = Timestamp.parse("2026-01-31T12:00:00Z")
INFO = m.IdTagInfo(status=m.AuthorizationStatus.Accepted, expiry_date=NOON, parent_id_tag="P")


@pytest.mark.parametrize(
    "message",
    [
        m.MeterValuesConf(),
        m.HeartbeatConf(current_time=NOON),
        m.StartTransactionConf(transaction_id=7, id_tag_info=INFO),
        m.StopTransactionConf(),
        m.DataTransferConf(status=m.DataTransferStatus.Accepted, data="any length" * 1000),
        m.GetConfigurationConf(),
    ],
)
def test_what_is_decoded_or_filled_in_is_sound(message: Message) -> None:
    assert is_sound(message)


UNKNOWN: list[Any] = [
    m.HeartbeatConf(current_time="2026-01-31T12:00:00.000Z"),  # type: ignore[arg-type]
    m.HeartbeatConf(current_time=None),  # type: ignore[arg-type]
    m.StartTransactionConf(transaction_id=True, id_tag_info=INFO),
    m.StartTransactionConf(transaction_id=2**63, id_tag_info=INFO),
    m.StartTransactionConf(transaction_id=7, id_tag_info=m.MeterValuesConf()),  # type: ignore[arg-type]
    m.AuthorizeConf(id_tag_info=m.IdTagInfo(status="Accepted")),  # type: ignore[arg-type]
    m.AuthorizeReq(id_tag="x" * 21),
    m.MeterValuesReq(connector_id=1, meter_value=None),  # type: ignore[arg-type]
    m.GetConfigurationConf(unknown_key=("x",)),
]


@pytest.mark.parametrize("message", UNKNOWN)
def test_what_is_not_seen_to_be_sound_is_not_called_so(message: Message) -> None:
    assert not is_sound(message)
