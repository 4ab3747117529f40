"""A decision gets the facts that its policies read, and nothing else is fetched."""

from pathlib import Path

import pytest

from engine.policy.facts import Tag
from protocol.timestamps import Timestamp
from tests.engine.central_system.charge_point import a_stop, some_meter_values
from tests.engine.central_system.running import running

TIME = Timestamp.parse("2026-01-31T12:00:00Z")
POLICY = """
name: shows-a-fact
action: DataTransfer
rule:
  match:
    - id: shown
      response: { status: Accepted, data: "${ FACT }" }
"""


def policy(action: str, condition: str) -> dict[str, str]:
    """A policy that blocks where the condition holds."""
    text = f"""
name: blocks
action: {action}
rule:
  match:
    - condition: {condition}
      response: {{ idTagInfo: {{ status: Blocked }} }}
"""
    return {"policy.yaml": text}


async def test_the_charge_points_last_boot_is_a_fact(tmp_path: Path) -> None:
    shown = {"policy.yaml": POLICY.replace("FACT", "chargePoint.vendor")}
    async with running(tmp_path, shown) as system, system.charge_point() as charge_point:
        await charge_point.boot(chargePointVendor="Alfen")
        answer = await charge_point.call("DataTransfer", {"vendorId": "x"})
    assert answer == {"status": "Accepted", "data": "Alfen"}


async def test_the_charge_point_is_known_after_a_reconnect_without_a_boot(tmp_path: Path) -> None:
    shown = {"policy.yaml": POLICY.replace("FACT", "chargePoint.vendor")}
    async with running(tmp_path, shown) as system:
        async with system.charge_point() as charge_point:
            await charge_point.boot(chargePointVendor="Alfen")
        async with system.charge_point() as charge_point:
            answer = await charge_point.call("DataTransfer", {"vendorId": "x"})
    assert answer["data"] == "Alfen"


async def test_an_edited_tag_is_a_fact_of_the_next_request(tmp_path: Path) -> None:
    async with running(tmp_path) as system, system.charge_point() as charge_point:
        statuses = []
        for status in ("Accepted", "Blocked"):
            await system.store.id_tags.put(Tag(id_tag="TAG", status=status), time=TIME)
            answer = await charge_point.call("Authorize", {"idTag": "tag"})
            statuses.append(answer["idTagInfo"]["status"])
    assert statuses == ["Accepted", "Blocked"]


async def test_an_edited_parent_counts_for_its_group_from_the_next_request_on(
    tmp_path: Path,
) -> None:
    async with running(tmp_path) as system, system.charge_point() as charge_point:
        tags, statuses = system.store.id_tags, []
        await tags.put(Tag(id_tag="TAG", parent_id_tag="FLEET"), time=TIME)
        edits = (Tag(id_tag="fleet"), Tag(id_tag="Fleet", status="Blocked"), None)
        for edit in edits:
            await (tags.delete("FLEET") if edit is None else tags.put(edit, time=TIME))
            answer = await charge_point.call("Authorize", {"idTag": " tag "})
            statuses.append(answer["idTagInfo"]["status"])
    assert statuses == ["Accepted", "Blocked", "Accepted"]


async def test_only_the_parent_is_read_where_a_policy_reads_only_that(tmp_path: Path) -> None:
    blocks = policy("StopTransaction", "parentTag != null && parentTag.status == 'Blocked'")
    async with running(tmp_path, blocks) as system, system.charge_point() as charge_point:
        await system.store.id_tags.put(Tag(id_tag="TAG", parent_id_tag="FLEET"), time=TIME)
        await system.store.id_tags.put(Tag(id_tag="FLEET", status="Blocked"), time=TIME)
        stop = a_stop(7, idTag="TAG")
        answers = [await charge_point.call("StopTransaction", stop) for _ in range(2)]
    assert answers == [{"idTagInfo": {"status": "Blocked"}}] * 2


async def test_a_stop_sees_its_transaction_also_after_a_restart(tmp_path: Path) -> None:
    blocks = policy("StopTransaction", "transaction != null && transaction.meterStart == 1000")
    async with running(tmp_path, blocks) as system, system.charge_point() as charge_point:
        transaction_id = (await charge_point.start())["transactionId"]
    async with running(tmp_path) as system, system.charge_point() as charge_point:
        stop = a_stop(transaction_id, idTag="TAG")
        known = await charge_point.call("StopTransaction", stop)
        unknown = await charge_point.call("StopTransaction", stop | {"transactionId": 0})
    assert known == {"idTagInfo": {"status": "Blocked"}}
    assert unknown == {}


@pytest.mark.parametrize("table", ["id_tags", "transactions", "connectors"])
async def test_what_no_policy_reads_is_not_fetched(tmp_path: Path, table: str) -> None:
    async with running(tmp_path) as system, system.charge_point() as charge_point:
        system.execute(f"ALTER TABLE {table} RENAME TO gone")
        values = some_meter_values(transactionId=7)
        assert await charge_point.call("MeterValues", values) == {}


async def test_what_a_policy_reads_and_can_not_be_fetched_is_no_acknowledgement(
    tmp_path: Path,
) -> None:
    async with running(tmp_path) as system, system.charge_point() as charge_point:
        system.execute("ALTER TABLE id_tags RENAME TO gone")
        await charge_point.send(2, "1", "Authorize", {"idTag": "TAG"})
        assert (await charge_point.receive())[:3] == [4, "1", "InternalError"]
        system.execute("ALTER TABLE gone RENAME TO id_tags")
        answer = await charge_point.call("Authorize", {"idTag": "TAG"})
    assert answer == {"idTagInfo": {"status": "Invalid"}}
