"""The comparison: a central system on the PyPI `ocpp` package, answering from constants."""

# The package is only partly typed.
# mypy: allow-untyped-calls, allow-untyped-decorators, allow-subclassing-any

import contextlib
import itertools
import sys
from typing import Any

import uvloop
import websockets
from ocpp.routing import on
from ocpp.v16 import ChargePoint, call_result
from ocpp.v16.datatypes import IdTagInfo
from ocpp.v16.enums import Action, AuthorizationStatus, RegistrationStatus

NOW = "2026-01-01T00:00:00.000Z"
transaction_ids = itertools.count(1)


class CentralSystem(ChargePoint):
    """The four answers that the benchmark asks for."""

    @on(Action.boot_notification)
    def on_boot(self, **_: Any) -> call_result.BootNotification:
        """Accept."""
        return call_result.BootNotification(NOW, 300, RegistrationStatus.accepted)

    @on(Action.heartbeat)
    def on_heartbeat(self) -> call_result.Heartbeat:
        """Give a constant time."""
        return call_result.Heartbeat(NOW)

    @on(Action.start_transaction)
    def on_start(self, **_: Any) -> call_result.StartTransaction:
        """Accept, and record nothing."""
        tag = IdTagInfo(status=AuthorizationStatus.accepted)
        return call_result.StartTransaction(next(transaction_ids), tag)

    @on(Action.meter_values)
    def on_meter_values(self, **_: Any) -> call_result.MeterValues:
        """Record nothing."""
        return call_result.MeterValues()


async def connected(websocket: websockets.ServerConnection) -> None:
    """Serve one charge point."""
    assert websocket.request is not None
    name = websocket.request.path.rpartition("/")[2]
    with contextlib.suppress(websockets.ConnectionClosed):
        await CentralSystem(name, websocket).start()


async def main(port: int) -> None:
    """Listen until killed."""
    async with websockets.serve(
        connected,
        "127.0.0.1",
        port,
        subprotocols=[websockets.Subprotocol("ocpp1.6")],
        compression=None,
    ) as server:
        await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1])))
