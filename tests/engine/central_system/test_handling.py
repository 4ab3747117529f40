"""Calls are answered by policy, after what they say is on disk."""

import re
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from engine.policy.facts import Connector, Tag, Transaction
from protocol.messages import ChargePointErrorCode, ChargePointStatus
from protocol.timestamps import Timestamp
from tests.engine.central_system.charge_point import a_start, a_stop, some_meter_values
from tests.engine.central_system.running import running

BLOCKED = """
name: all-blocked
action: [Authorize, StartTransaction]
rule:
  match:
    - { id: blocked, explanation: "'no more'", response: { idTagInfo: { status: Blocked } } }
"""
PENDING = """
name: pending
action: BootNotification
rule:
  match:
    - { id: new, response: { status: Pending, interval: 60 } }
"""
CONNECTOR_STATUS = """
name: by-status
action: StartTransaction
rule:
  match:
    - id: faulted
      condition: connector != null && connector.status == 'Faulted'
      response: { idTagInfo: { status: Blocked } }
    - { id: fine, response: { idTagInfo: { status: Accepted } } }
"""
TIME = "2026-01-31T12:00:00.000Z"
AUTHORIZED = {"idTagInfo": {"status": "Invalid"}}


async def test_a_boot_is_accepted_with_the_default_interval(tmp_path: Path) -> None:
    async with running(tmp_path) as system, system.charge_point() as charge_point:
        answer = await charge_point.boot(firmwareVersion="1.2")

        stored = await system.store.charge_points.get("CP1")
    assert (answer["status"], answer["interval"]) == ("Accepted", 300)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", answer["currentTime"])
    assert stored is not None
    boot = (stored.boot_status, stored.vendor, stored.firmware_version)
    assert boot == ("Accepted", "ABB", "1.2")


async def test_a_policys_interval_is_answered_as_written(tmp_path: Path) -> None:
    async with (
        running(tmp_path, {"a.yaml": PENDING}) as system,
        system.charge_point() as charge_point,
    ):
        answer = await charge_point.boot()
    assert (answer["status"], answer["interval"]) == ("Pending", 60)


async def test_every_action_works_without_a_boot_before(tmp_path: Path) -> None:
    async with running(tmp_path) as system, system.charge_point() as charge_point:
        call = charge_point.call
        assert "currentTime" in await call("Heartbeat", {})
        assert await call("Authorize", {"idTag": "TAG"}) == AUTHORIZED
        assert (await charge_point.start())["transactionId"] > 0
        assert await call("MeterValues", some_meter_values()) == {}
        status = {"connectorId": 1, "errorCode": "NoError", "status": "Available"}
        assert await call("StatusNotification", status) == {}
        assert await call("StopTransaction", a_stop(-1)) == {}
        data = {"vendorId": "com.example"}
        assert await call("DataTransfer", data) == {"status": "UnknownVendorId"}
        assert await call("FirmwareStatusNotification", {"status": "Installed"}) == {}
        assert await call("DiagnosticsStatusNotification", {"status": "Uploaded"}) == {}
        assert await call("LogStatusNotification", {"status": "Uploaded", "requestId": 1}) == {}
        signed = {"status": "Installed", "requestId": 1}
        assert await call("SignedFirmwareStatusNotification", signed) == {}
        event = {"type": "SettingSystemTime", "timestamp": TIME}
        assert await call("SecurityEventNotification", event) == {}
        assert await call("SignCertificate", {"csr": "x"}) == {"status": "Rejected"}


async def test_a_registered_tag_is_accepted_in_any_letter_case(tmp_path: Path) -> None:
    async with running(tmp_path) as system, system.charge_point() as charge_point:
        tag = Tag(id_tag="Tag", parent_id_tag="family")
        await system.store.id_tags.put(tag, time=Timestamp.parse(TIME))

        answer = await charge_point.call("Authorize", {"idTag": "TAG"})
    assert answer == {"idTagInfo": {"status": "Accepted", "parentIdTag": "family"}}


async def test_a_decision_is_recorded_with_the_rule_that_made_it(tmp_path: Path) -> None:
    async with running(tmp_path, {"a.yaml": BLOCKED}) as system:
        async with system.charge_point() as charge_point:
            await charge_point.call("Authorize", {"idTag": "TAG"}, "id-1")
        await system.store.flush()
        page = await system.store.decisions.list(action="Authorize")

        decision = page.items[0]
        assert (decision.policy, decision.rule, decision.explanation) == (
            "all-blocked",
            "blocked",
            "no more",
        )
        assert (decision.charge_point_id, decision.message_id) == ("CP1", "id-1")
        assert decision.response == {"idTagInfo": {"status": "Blocked"}}
        assert decision.revision == system.policies.current.revision


async def test_both_raw_messages_are_recorded(tmp_path: Path) -> None:
    async with running(tmp_path) as system, system.charge_point() as charge_point:
        await charge_point.send('[2, "id-1","Authorize", {"idTag":"TAG","vendor":1}]')
        await charge_point.receive()
        await system.store.flush()
        page = await system.store.messages.list()
    assert [(m.direction, m.text, m.message_id, m.action) for m in page.items] == [
        ("sent", '[3,"id-1",{"idTagInfo":{"status":"Invalid"}}]', "id-1", "Authorize"),
        (
            "received",
            '[2, "id-1","Authorize", {"idTag":"TAG","vendor":1}]',
            "id-1",
            "Authorize",
        ),
    ]


async def test_a_refused_start_is_recorded_and_gets_a_transaction_id(tmp_path: Path) -> None:
    async with running(tmp_path, {"a.yaml": BLOCKED}) as system:
        async with system.charge_point() as charge_point:
            answer = await charge_point.start(reservationId=0)
        stored = await system.store.transactions.get(answer["transactionId"])
    assert answer["idTagInfo"] == {"status": "Blocked"}
    assert stored is not None
    assert stored.received_at is not None
    assert stored == Transaction(
        transaction_id=answer["transactionId"],
        charge_point_id="CP1",
        connector_id=1,
        id_tag="TAG",
        started_at=Timestamp.parse(TIME),
        meter_start=1000,
        id_tag_status="Blocked",
        received_at=stored.received_at,
    )


async def test_a_stop_ends_its_transaction_and_keeps_its_meter_values(tmp_path: Path) -> None:
    async with running(tmp_path) as system, system.charge_point() as charge_point:
        transaction_id = (await charge_point.start())["transactionId"]
        data = some_meter_values()["meterValue"]
        stop = a_stop(transaction_id, transactionData=data, reason="EVDisconnected")
        assert await charge_point.call("StopTransaction", stop) == {}

        stored = await system.store.transactions.get(transaction_id)
        values = await system.store.meter_values.list(transaction_id)
    assert stored is not None
    assert (stored.meter_stop, stored.reason) == (3000, "EVDisconnected")
    assert [(value.connector_id, value.number) for value in values.items] == [(1, 2000.0)]


async def test_a_repeated_stop_changes_nothing(tmp_path: Path) -> None:
    async with running(tmp_path) as system, system.charge_point() as charge_point:
        transaction_id = (await charge_point.start())["transactionId"]
        await charge_point.call("StopTransaction", a_stop(transaction_id))
        again = a_stop(transaction_id, meterStop=9999)
        assert await charge_point.call("StopTransaction", again) == {}

        stored = await system.store.transactions.get(transaction_id)
    assert stored is not None
    assert (stored.meter_stop, stored.reason) == (3000, "Local")


@pytest.mark.parametrize("transaction_id", [0, -1, 4711, 2**40])
async def test_a_stop_of_no_known_transaction_is_kept_as_unmatched(
    tmp_path: Path, transaction_id: int
) -> None:
    async with running(tmp_path) as system, system.charge_point() as charge_point:
        assert await charge_point.call("StopTransaction", a_stop(transaction_id)) == {}
        page = await system.store.unmatched_stops.list()
    assert [(s.charge_point_id, s.transaction_id, s.meter_stop) for s in page.items] == [
        ("CP1", transaction_id, 3000)
    ]


async def test_a_stop_of_another_charge_points_transaction_is_unmatched(tmp_path: Path) -> None:
    async with running(tmp_path) as system:
        async with system.charge_point("CP1") as one, system.charge_point("CP2") as two:
            transaction_id = (await one.start())["transactionId"]
            assert await two.call("StopTransaction", a_stop(transaction_id)) == {}
        stored = await system.store.transactions.get(transaction_id)
        page = await system.store.unmatched_stops.list()
    assert stored is not None
    assert stored.stopped_at is None
    assert [stop.charge_point_id for stop in page.items] == ["CP2"]


async def test_meter_values_sent_twice_are_there_once(tmp_path: Path) -> None:
    async with running(tmp_path) as system, system.charge_point() as charge_point:
        transaction_id = (await charge_point.start())["transactionId"]
        values = some_meter_values(transactionId=transaction_id)
        for _ in range(2):
            assert await charge_point.call("MeterValues", values) == {}
        page = await system.store.meter_values.list(transaction_id)
    assert [(v.measurand, v.unit, v.value) for v in page.items] == [
        ("Energy.Active.Import.Register", "Wh", "2000")
    ]


async def test_a_status_is_a_fact_of_the_next_decision(tmp_path: Path) -> None:
    async with running(tmp_path, {"a.yaml": CONNECTOR_STATUS}) as system:
        async with system.charge_point() as charge_point:
            before = await charge_point.start()
            status = {"connectorId": 1, "errorCode": "GroundFailure", "status": "Faulted"}
            await charge_point.call("StatusNotification", status | {"timestamp": TIME})
            after = await charge_point.start(meterStart=2000)
        connectors = await system.store.connectors.list("CP1")
    assert before["idTagInfo"]["status"] == "Accepted"
    assert after["idTagInfo"]["status"] == "Blocked"
    assert connectors == (
        Connector(
            connector_id=1,
            status=ChargePointStatus.Faulted,
            error_code=ChargePointErrorCode.GroundFailure,
            updated_at=Timestamp.parse(TIME),
        ),
    )


async def test_a_call_is_decided_by_the_policies_it_began_with(tmp_path: Path) -> None:
    async with running(tmp_path) as system, system.charge_point() as charge_point:
        began_with = system.policies.current.revision
        with system.locked_database():
            await charge_point.send(2, "1", "StartTransaction", a_start())
            await charge_point.send(2, "2", "Heartbeat", {})
            await system.has_calls_in_work("CP1", 2)
            system.write_policy(BLOCKED)
            await system.policies.reload()
        first = await charge_point.receive()
        await charge_point.receive()
        second = await charge_point.call("Authorize", {"idTag": "TAG"})
        page = await system.store.decisions.list(action="StartTransaction")
    assert first[2]["idTagInfo"]["status"] == "Invalid"
    assert page.items[0].revision == began_with
    assert second == {"idTagInfo": {"status": "Blocked"}}


async def test_before_it_is_accepted_a_charge_point_may_be_refused(tmp_path: Path) -> None:
    async with (
        running(tmp_path, refuse_before_accepted=True) as system,
        system.charge_point() as charge_point,
    ):
        await charge_point.send(2, "1", "Heartbeat", {})
        refused = await charge_point.receive()
        await charge_point.boot()
        answered = await charge_point.call("Heartbeat", {})
    error = "the charge point is not accepted yet"
    assert refused == [4, "1", "SecurityError", error, {}]
    assert "currentTime" in answered


@pytest.mark.parametrize(("mask", "shown"), [(False, "CAFE0123"), (True, "CA***23")])
async def test_the_log_shows_id_tags_in_errors_as_configured(
    tmp_path: Path, mask: bool, shown: str
) -> None:
    failing = BLOCKED.replace("id: blocked", "id: blocked, condition: int(request.idTag) == 1")
    async with (
        running(tmp_path, {"a.yaml": failing}, mask_id_tags=mask) as system,
        system.charge_point() as charge_point,
    ):
        with capture_logs() as logs:
            await charge_point.call("Authorize", {"idTag": "CAFE0123"})
    (failed,) = [log for log in logs if log["event"] == "policy failed"]
    assert failed["errors"][0].endswith(f"`{shown}` is not an integer")


FAILING = """
name: failing
action: [StartTransaction, StopTransaction, MeterValues]
rule:
  match:
    - { id: site, condition: chargePoint.labels.site == 'x', response: RESPONSE }
effects:
  - { id: told, event: { name: told, message: "${ chargePoint.labels.site }" } }
"""


@pytest.mark.parametrize("action", ["StartTransaction", "StopTransaction", "MeterValues"])
async def test_a_failing_policy_leaves_no_transaction_message_unanswered_or_unrecorded(
    tmp_path: Path, action: str
) -> None:
    response = "{}" if action != "StartTransaction" else "{ idTagInfo: { status: Blocked } }"
    policy = FAILING.replace("RESPONSE", response)
    policy = policy.replace("[StartTransaction, StopTransaction, MeterValues]", action)
    async with (
        running(tmp_path, {"a.yaml": policy}) as system,
        system.charge_point() as charge_point,
    ):
        transaction_id = (await charge_point.start())["transactionId"]
        values = some_meter_values(transactionId=transaction_id)
        assert await charge_point.call("MeterValues", values) == {}
        assert await charge_point.call("StopTransaction", a_stop(transaction_id)) == {}
        transaction = await system.store.transactions.get(transaction_id)
        recorded = await system.store.meter_values.list(transaction_id)
        decisions = await system.store.decisions.list(policy="failing")
    assert transaction is not None
    assert transaction.meter_stop == 3000
    assert len(recorded.items) == 1
    assert [(each.source, len(each.errors)) for each in decisions.items] == [("failure", 2)]


EFFECTS = """
name: configured
action: BootNotification
rule: { match: [{ response: { status: Accepted, interval: 1 } }] }
effects:
  - id: key
    command: { action: ChangeConfiguration, payload: { key: AuthorizationKey, value: topsecret } }
  - id: interval
    event: { name: booted, data: { interval: "${ decision.response.interval }" } }
    throttle: { every: 1d }
---
name: later
action: BootNotification
mode: shadow
priority: 1
rule: { match: [{ id: not-yet, response: { status: Pending, interval: 60 } }] }
"""


async def test_effects_and_shadow_decisions_are_recorded_without_secrets(tmp_path: Path) -> None:
    async with running(tmp_path, {"a.yaml": EFFECTS}) as system:
        async with system.charge_point() as charge_point:
            answer = await charge_point.boot()
        await system.store.flush()
        page = await system.store.decisions.list(shadow_differs=True)
    (decision,) = page.items
    assert (answer["status"], answer["interval"]) == ("Accepted", 5)
    command, event = decision.effects
    assert command["command"]["payload"] == {"key": "AuthorizationKey", "value": "***"}
    assert (event["event"]["data"], event["throttleSeconds"]) == ({"interval": 5}, 86_400)
    (shadow,) = decision.shadow
    assert (shadow["rule"], shadow["wouldDecide"]) == ("not-yet", True)
    assert (shadow["response"]["status"], shadow["response"]["interval"]) == ("Pending", 60)
