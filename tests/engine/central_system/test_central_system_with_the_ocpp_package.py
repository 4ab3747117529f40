"""The PyPI `ocpp` package's charge point charges against the central system."""

import asyncio
from pathlib import Path
from typing import Any

from ocpp.routing import on
from ocpp.v16 import ChargePoint as OcppChargePoint
from ocpp.v16 import call, call_result
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from engine.policy.facts import Tag
from protocol.messages import RemoteStartStopStatus, RemoteStartTransactionReq
from protocol.timestamps import Timestamp
from tests.engine.central_system.running import running

TIME = "2026-01-31T12:00:00.000Z"
SAMPLES: Any = [{"timestamp": TIME, "sampledValue": [{"value": "1500", "unit": "Wh"}]}]


class Peer(OcppChargePoint):
    """Answers remote starts."""

    @on("RemoteStartTransaction")  # type: ignore[no-untyped-call, untyped-decorator]
    def on_remote_start(self, **_: object) -> call_result.RemoteStartTransaction:
        """Say that it will try."""
        return call_result.RemoteStartTransaction(status="Accepted")  # type: ignore[arg-type]


async def test_a_session_from_boot_to_stop(tmp_path: Path) -> None:
    async with running(tmp_path) as system:
        await system.store.id_tags.put(Tag(id_tag="TAG"), time=Timestamp.parse(TIME))
        url, subprotocols = f"{system.url}/CP1", [Subprotocol("ocpp1.6")]
        async with connect(url, subprotocols=subprotocols) as socket:
            peer = Peer("CP1", socket)  # type: ignore[no-untyped-call]
            reading = asyncio.ensure_future(peer.start())  # type: ignore[no-untyped-call]
            answers = await _charges(peer)
            request = RemoteStartTransactionReq(id_tag="OTHER", connector_id=1)
            remote = await system.central_system.command("CP1", "RemoteStartTransaction", request)
            reading.cancel()
        stored = await system.store.transactions.get(answers["start"].transaction_id)
    assert answers["boot"].status == "Accepted"
    assert answers["authorize"].id_tag_info == {"status": "Accepted"}
    assert answers["stop"] == call_result.StopTransaction()
    assert stored is not None
    assert (stored.meter_start, stored.meter_stop) == (1000, 2000)
    assert remote.confirmation.status is RemoteStartStopStatus.Accepted  # type: ignore[attr-defined]


async def _charges(peer: Any) -> dict[str, Any]:
    boot = await peer.call(call.BootNotification("Terra", "ABB"))
    authorize = await peer.call(call.Authorize("TAG"))
    start = await peer.call(call.StartTransaction(1, "TAG", 1000, TIME))
    await peer.call(call.MeterValues(1, SAMPLES, start.transaction_id))
    stop = await peer.call(call.StopTransaction(2000, TIME, start.transaction_id))
    return {"boot": boot, "authorize": authorize, "start": start, "stop": stop}
