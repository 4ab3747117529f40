"""What is written of an exchange can be read back, and decided again."""

import json
from pathlib import Path

import msgspec
import pytest

from engine.policy import Decision, PolicySet, decide
from engine.policy.defaults import ANSWERS
from engine.policy.explaining import recorded_facts
from engine.policy.facts import FACTS, ChargePoint, Tag
from engine.security.passwords import hash_password
from engine.storage import DecisionRecord
from protocol import payloads
from protocol.messages import ChangeConfigurationReq, RemoteStartTransactionReq, ReserveNowReq
from protocol.timestamps import Timestamp
from tests.engine.central_system.charge_point import ChargePoint as Client
from tests.engine.central_system.charge_point import Payload, a_boot, a_stop, some_meter_values
from tests.engine.central_system.running import Running, running
from tests.engine.central_system.test_handshake import PASSWORD, basic


async def test_an_unreadable_message_is_recorded_as_it_came(tmp_path: Path) -> None:
    async with running(tmp_path) as system, system.charge_point() as charge_point:
        await charge_point.send("[2,")
        await charge_point.call("Heartbeat", {})
        await system.store.flush()
        page = await system.store.messages.list()
    oldest = page.items[-1]
    assert (oldest.direction, oldest.text, oldest.action) == ("received", "[2,", None)


async def test_a_refused_call_and_its_call_error_are_recorded(tmp_path: Path) -> None:
    async with running(tmp_path, refuse_before_accepted=True) as system:
        async with system.charge_point() as charge_point:
            await charge_point.send(2, "1", "Heartbeat", {})
            answer = await charge_point.receive()
        await system.store.flush()
        page = await system.store.messages.list(action="Heartbeat")
    assert [json.loads(message.text) for message in page.items] == [
        answer,
        [2, "1", "Heartbeat", {}],
    ]


async def test_a_command_and_its_answer_are_recorded_under_its_id(tmp_path: Path) -> None:
    async with running(tmp_path) as system, system.charge_point() as charge_point:
        request = ChangeConfigurationReq(key="HeartbeatInterval", value="60")
        command = await system.central_system.issue("CP1", "ChangeConfiguration", request)
        call = await charge_point.receive()
        await charge_point.send(3, call[1], {"status": "Accepted"})
        await command.result()
        await system.store.flush()
        page = await system.store.messages.list(action="ChangeConfiguration")
    assert [(m.direction, m.message_id, json.loads(m.text)) for m in page.items] == [
        ("received", command.id, [3, command.id, {"status": "Accepted"}]),
        ("sent", command.id, call),
    ]


TIME = Timestamp.parse("2026-01-31T11:00:00.000Z")

RESPONSES = {
    "Connect": "{ status: Accepted }",
    "Authorize": "{ idTagInfo: { status: Accepted, parentIdTag?: '${ variables.group }' } }",
    "BootNotification": "{ status: Accepted, interval: 300 }",
    "DataTransfer": "{ status: Accepted, data: '${ string(now) }' }",
    "SignCertificate": "{ status: Accepted }",
    "StartTransaction": "{ idTagInfo: { status: Accepted, expiryDate?: '${ variables.expiry }' } }",
}
READS_EVERYTHING = """
name: reads-everything-{action}
action: {action}
rule:
  variables:
    - {{ name: group, expression: "tag == null ? null : tag.parentIdTag" }}
    - {{ name: expiry, expression: "tag == null ? null : tag.expiryDate" }}
  match:
    - id: known
      condition: chargePoint.labels[?'site'].orValue('?') in data.sites
      explanation: >-
        string(now) + ' ' + chargePoint.id + ' ' + string(chargePoint.bootedAt != null) + ' '
        + (connector == null ? '-' : connector.status + string(connector.updatedAt)) + ' '
        + (transaction == null ? '-' : transaction.idTag + string(transaction.startedAt)) + ' '
        + (remoteStart == null ? '-' : string(remoteStart.issuedAt))
        + (variables.group == null ? '-' : variables.group)
        + (parentTag == null ? '-' : parentTag.status)
        + (reservation == null ? '-' : string(reservation.expiryDate))
        + string(counters.activeTransactionsOfChargePoint)
      response: {response}
"""
CALLS: tuple[tuple[str, Payload], ...] = (
    ("BootNotification", a_boot()),
    ("Heartbeat", {}),
    ("StatusNotification", {"connectorId": 1, "errorCode": "NoError", "status": "Available"}),
    ("Authorize", {"idTag": "unknown"}),
    ("Authorize", {"idTag": "card"}),
    ("MeterValues", some_meter_values(transactionId=1)),
    ("MeterValues", some_meter_values(transactionId=77)),
    ("StopTransaction", a_stop(1, idTag="CARD")),
    ("StopTransaction", a_stop(-1)),
    ("DataTransfer", {"vendorId": "V", "data": '\u00e9\\ "x"'}),
    ("DiagnosticsStatusNotification", {"status": "Idle"}),
    ("FirmwareStatusNotification", {"status": "Installed"}),
    ("LogStatusNotification", {"status": "Idle", "requestId": 1}),
    ("SecurityEventNotification", {"type": "Reboot", "timestamp": "2026-01-31T12:00:00+02:00"}),
    ("SignCertificate", {"csr": "x"}),
    ("SignedFirmwareStatusNotification", {"status": "Installed"}),
)


OBSERVERS = """
name: stricter
action: Authorize
mode: shadow
priority: 1
scope: { chargePoint: "CP*" }
rule:
  match:
    - id: none
      condition: tag == null || tag.idTag != 'x'
      response: { idTagInfo: { status: Blocked } }
---
name: tells
action: [Authorize, MeterValues]
effects:
  - id: known
    when: decision.source == 'policy' && chargePoint.id == 'CP1'
    event: { name: seen, message: "${ string(now) }", data: { at: "${ now }" } }
"""


def reading_everything(sites: str = "id\nberlin\n") -> dict[str, str]:
    """Policies on all actions, whose explanations show all facts that they read."""
    policies = {
        f"{action}.yaml": READS_EVERYTHING.format(
            action=action, response=RESPONSES.get(action, "{}")
        )
        for action in ANSWERS
    }
    return policies | {"data/sites.csv": sites, "observers.yaml": OBSERVERS}


async def _everything(system: Running, charge_point: Client) -> None:
    """All 14 actions, with a transaction that we started ourselves."""
    expiry = Timestamp.parse("2100-01-01T00:00:00Z")
    for request in (
        RemoteStartTransactionReq(id_tag="Card"),
        ReserveNowReq(connector_id=2, id_tag="Card", expiry_date=expiry, reservation_id=9),
    ):
        action = type(request).__name__.removesuffix("Req")
        command = await system.central_system.issue("CP1", action, request)
        call = await charge_point.receive()
        await charge_point.send(3, call[1], {"status": "Accepted"})
        await command.result()
    assert (await charge_point.start(idTag="CARD"))["transactionId"] == 1
    for action, payload in CALLS:
        await charge_point.call(action, payload)


async def _register(system: Running) -> None:
    known = ChargePoint(id="CP1", registered=True, labels={"site": "berlin"}, groups=("a",))
    hashed = hash_password(PASSWORD)
    await system.store.charge_points.register(known, time=TIME, password_hash=hashed)
    tag = Tag(id_tag="Card", parent_id_tag="Fleet", expiry_date=TIME.replace(year=2030))
    await system.store.id_tags.put(tag, time=TIME)
    await system.store.id_tags.put(Tag(id_tag="Fleet"), time=TIME)


async def _recorded(system: Running) -> list[DecisionRecord]:
    await system.store.flush()
    return list((await system.store.decisions.list(limit=1000)).items)


def decided_again(record: DecisionRecord, policies: PolicySet) -> Decision:
    """The decision of the record alone, on the revision it was made with."""
    facts = recorded_facts.read(record.action, record.facts, record.time)
    owned = recorded_facts.owned(record.response, record.time)
    return decide(policies, record.action, facts, owned)


def assert_same(record: DecisionRecord, again: Decision) -> None:
    """The decision is the recorded one, in all that it says."""
    assert payloads.to_builtins(again.response) == record.response
    for name in ("action", "source", "policy", "rule", "explanation", "errors", "revision"):
        assert getattr(again, name) == getattr(record, name), record.action
    assert msgspec.to_builtins(again.effects) == record.effects
    assert tuple(each.plain() for each in again.shadow) == record.shadow


@pytest.mark.parametrize("policies", [reading_everything(), {}])
async def test_every_kind_of_decision_is_made_again_of_its_record(
    tmp_path: Path, policies: dict[str, str]
) -> None:
    (tmp_path / "policies/data").mkdir(parents=True)
    async with running(tmp_path, policies) as system:
        await _register(system)
        charge_point = system.charge_point()
        charge_point.headers = basic("CP1", PASSWORD)
        async with charge_point:
            await _everything(system, charge_point)
        records, current = await _recorded(system), system.policies.current
    if policies:
        every = FACTS.keys() - {"request"}
        assert all(current.facts_read(action) >= every for action in ANSWERS)
    assert {record.action for record in records} == set(ANSWERS)
    reserved = [r for r in records if r.facts.get("reservation") is not None]
    assert bool(reserved) is bool(policies)
    assert {record.policy is None for record in records} == {not policies}
    observed = {record.action for record in records if record.effects or record.shadow}
    assert observed == ({"Authorize", "MeterValues"} if policies else set())
    for record in records:
        assert_same(record, decided_again(record, current))


async def test_a_decision_is_made_again_with_the_tables_of_its_revision(tmp_path: Path) -> None:
    (tmp_path / "policies/data").mkdir(parents=True)
    async with running(tmp_path, reading_everything()) as system:
        await _register(system)
        charge_point = system.charge_point()
        charge_point.headers = basic("CP1", PASSWORD)
        sets = {system.policies.current.revision: system.policies.current}
        async with charge_point:
            await charge_point.call("Authorize", {"idTag": "Card"})
            system.write_policy("id\nhamburg\n", "data/sites.csv")
            await system.policies.reload()
            sets[system.policies.current.revision] = system.policies.current
            await charge_point.call("Authorize", {"idTag": "Card"})
        after, before, _ = await _recorded(system)
    assert (before.policy, after.policy) == ("reads-everything-Authorize", None)
    for record in (before, after):
        assert_same(record, decided_again(record, sets[record.revision]))


async def test_the_facts_that_were_read_are_recorded_and_no_others(tmp_path: Path) -> None:
    policy = """
name: metered
action: MeterValues
rule:
  match:
    - { condition: transaction == null && chargePoint.registered, response: {} }
"""
    async with running(tmp_path, {"metered.yaml": policy}) as system:
        async with system.charge_point() as charge_point:
            await charge_point.call("MeterValues", some_meter_values(transactionId=9))
            await charge_point.call("Heartbeat", {})
        heartbeat, metered, connect = await _recorded(system)
    time = metered.facts["now"]
    assert Timestamp.parse(time) == metered.time
    assert metered.facts == {
        "request": some_meter_values(transactionId=9),
        "chargePoint": {"id": "CP1", "registered": False},
        "transaction": None,
        "now": time,
    }
    assert heartbeat.facts == {"request": {}, "now": heartbeat.facts["now"]}
    assert connect.facts["request"]["authentication"] == {"method": "none", "verified": False}


async def test_no_password_of_a_handshake_is_recorded(tmp_path: Path) -> None:
    (tmp_path / "policies/data").mkdir(parents=True)
    async with running(tmp_path, reading_everything()) as system:
        await _register(system)
        charge_point = system.charge_point()
        charge_point.headers = basic("CP1", PASSWORD)
        async with charge_point:
            await charge_point.call("Heartbeat", {})
        await system.store.flush()
        stored = "".join(path.read_bytes().decode("latin-1") for path in _files(tmp_path))
    assert '"method":"basic","verified":true' in stored
    text = PASSWORD.decode("latin-1")
    for secret in (text, text[1:], basic("CP1", PASSWORD)["Authorization"].split()[1]):
        assert secret not in stored


def _files(folder: Path) -> list[Path]:
    """The database with what is not in it yet."""
    return sorted(folder.glob("voltrule.db*"))


async def test_who_a_policy_is_about_is_recorded_where_no_expression_reads_it(
    tmp_path: Path,
) -> None:
    policy = """
name: theirs
action: DataTransfer
scope: { vendor: ABB }
rule:
  match:
    - response: { status: Accepted }
"""
    async with running(tmp_path, {"theirs.yaml": policy}) as system:
        async with system.charge_point() as charge_point:
            await charge_point.call("DataTransfer", {"vendorId": "V"})
            await charge_point.boot()
            await charge_point.call("DataTransfer", {"vendorId": "V"})
        after, _, before, _ = await _recorded(system)
        current = system.policies.current
    assert (before.policy, after.policy) == (None, "theirs")
    for record in (before, after):
        assert_same(record, decided_again(record, current))
