"""The Calls a benchmark sends: texts made ready, so that the load costs less than the servers."""

import itertools
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

SAMPLED_VALUES = (
    '{"value":"%d","measurand":"Energy.Active.Import.Register","unit":"Wh"},'
    '{"value":"7360","measurand":"Power.Active.Import","unit":"W"},'
    '{"value":"16.0","measurand":"Current.Import","phase":"L1","unit":"A"}'
)

BOOT = (
    '[2,"boot","BootNotification",'
    '{"chargePointVendor":"Bench","chargePointModel":"Load","firmwareVersion":"1.0"}]'
)

Calls = Callable[[int, int], Iterator[str]]
"""From the number of the connection and its transaction id to its endless Calls."""


def heartbeats(connection: int, transaction_id: int) -> Iterator[str]:
    """Heartbeats, each with a message id of its own."""
    for number in itertools.count():
        yield f'[2,"h{number}","Heartbeat",{{}}]'


def start_transactions(connection: int, transaction_id: int) -> Iterator[str]:
    """StartTransactions of one id tag, none a repetition of another."""
    for number, time in enumerate(_times()):
        yield (
            f'[2,"s{number}","StartTransaction",{{"connectorId":1,"idTag":"BENCH",'
            f'"meterStart":{number},"timestamp":"{time}"}}]'
        )


def meter_values(connection: int, transaction_id: int) -> Iterator[str]:
    """MeterValues of one transaction with three sampled values, none a repetition of another."""
    for number, time in enumerate(_times()):
        yield (
            f'[2,"m{number}","MeterValues",{{"connectorId":1,"transactionId":{transaction_id},'
            f'"meterValue":[{{"timestamp":"{time}","sampledValue":[{SAMPLED_VALUES % number}]}}]}}]'
        )


def _times() -> Iterator[str]:
    """Each measurement begins later than any before it, so that nothing is a repetition."""
    begin = datetime.now(UTC)
    for number in itertools.count():
        yield f"{begin + timedelta(milliseconds=number):%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z"


actions: dict[str, Calls] = {
    "Heartbeat": heartbeats,
    "StartTransaction": start_transactions,
    "MeterValues": meter_values,
}
