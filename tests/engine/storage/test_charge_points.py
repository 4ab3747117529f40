from typing import Any

import pytest

from engine.errors import Conflict, NotFound
from engine.policy.facts import ChargePoint
from engine.storage import ChargePointRecord, Store, VersionMismatch
from tests.engine.storage.builders import NOON, minutes

BOOT: dict[str, Any] = {
    "vendor": "Espressif",
    "model": "ESP32",
    "serial_number": "SN1",
    "charge_box_serial_number": "SN2",
    "firmware_version": "1.2.3",
    "iccid": "89310410106543789301",
    "imsi": "310410123456789",
    "meter_type": "DDS238",
    "meter_serial_number": "M1",
}
REGISTERED = ChargePoint(
    id="A", registered=True, groups=("depot", "north"), labels={"site": "7"}, vendor="Espressif"
)


async def test_the_first_sign_of_life_makes_an_unregistered_charge_point(store: Store) -> None:
    await store.write(store.charge_points.seen("A", NOON))
    await store.write(store.charge_points.seen("A", minutes(1)))
    assert await store.charge_points.record("A") == ChargePointRecord(
        charge_point=ChargePoint(id="A"),
        version=1,
        has_password=False,
        created_at=NOON,
        last_seen_at=minutes(1),
    )


async def test_a_boot_is_read_back(store: Store) -> None:
    await store.write(store.charge_points.booted("A", time=NOON, status="Pending", **BOOT))
    assert await store.charge_points.get("A") == ChargePoint(
        id="A", boot_status="Pending", booted_at=NOON, **BOOT
    )


async def test_a_boot_leaves_the_registration_as_it_is(store: Store) -> None:
    await store.charge_points.register(REGISTERED, time=NOON)
    boot = store.charge_points.booted("A", time=NOON, status="Accepted", vendor="V", model="M")
    await store.write(boot)
    charge_point = await store.charge_points.get("A")
    assert charge_point is not None
    assert (charge_point.registered, charge_point.groups, charge_point.labels) == (
        True,
        ("depot", "north"),
        {"site": "7"},
    )


async def test_firmware_and_diagnostics_status_are_read_back(store: Store) -> None:
    await store.write(
        store.charge_points.firmware_status("A", "Installed", NOON),
        store.charge_points.diagnostics_status("A", "Uploaded", NOON),
    )
    assert await store.charge_points.get("A") == ChargePoint(
        id="A", firmware_status="Installed", diagnostics_status="Uploaded"
    )


async def test_an_unknown_charge_point_is_nothing(store: Store) -> None:
    assert await store.charge_points.get("A") is None
    assert await store.charge_points.record("A") is None
    assert await store.charge_points.password_hash("A") is None


async def test_a_registered_charge_point_is_read_back(store: Store) -> None:
    record = await store.charge_points.register(REGISTERED, time=NOON, password_hash="scrypt:x")
    assert record == ChargePointRecord(
        charge_point=REGISTERED, version=1, has_password=True, created_at=NOON
    )
    assert await store.charge_points.record("A") == record
    assert await store.charge_points.password_hash("A") == "scrypt:x"


async def test_a_charge_point_that_connected_before_becomes_registered(store: Store) -> None:
    await store.write(store.charge_points.seen("A", NOON))
    record = await store.charge_points.register(REGISTERED, time=minutes(1))
    assert (record.charge_point.registered, record.version) == (True, 2)
    assert (record.created_at, record.last_seen_at) == (NOON, NOON)


async def test_a_charge_point_is_registered_once(store: Store) -> None:
    await store.charge_points.register(REGISTERED, time=NOON)
    with pytest.raises(Conflict, match="charge point `A` is registered already"):
        await store.charge_points.register(REGISTERED, time=NOON)


async def test_an_edit_counts_the_version_and_keeps_the_password(store: Store) -> None:
    await store.charge_points.register(REGISTERED, time=NOON, password_hash="scrypt:x")
    edited = ChargePoint(id="A", registered=True, groups=("south",))
    record = await store.charge_points.update(edited, version=1)
    assert (record.charge_point.groups, record.version) == (("south",), 2)
    assert await store.charge_points.password_hash("A") == "scrypt:x"


async def test_an_edit_replaces_or_removes_the_password(store: Store) -> None:
    await store.charge_points.register(REGISTERED, time=NOON, password_hash="scrypt:x")
    await store.charge_points.update(REGISTERED, password_hash="scrypt:y")
    assert await store.charge_points.password_hash("A") == "scrypt:y"
    assert not (await store.charge_points.update(REGISTERED, password_hash=None)).has_password


async def test_an_edit_of_an_old_version_changes_nothing(store: Store) -> None:
    await store.charge_points.register(REGISTERED, time=NOON)
    await store.charge_points.update(REGISTERED, version=1)
    with pytest.raises(VersionMismatch, match="charge point `A` is at version 2, not 1"):
        await store.charge_points.update(ChargePoint(id="A"), version=1)
    with pytest.raises(VersionMismatch):
        await store.charge_points.delete("A", version=1)
    assert await store.charge_points.get("A") == REGISTERED


async def test_a_deleted_charge_point_is_gone(store: Store) -> None:
    await store.charge_points.register(REGISTERED, time=NOON)
    await store.charge_points.delete("A", version=1)
    assert await store.charge_points.get("A") is None
    with pytest.raises(NotFound, match="there is no charge point `A`"):
        await store.charge_points.delete("A")
    with pytest.raises(NotFound):
        await store.charge_points.update(REGISTERED)


async def test_charge_points_are_listed_by_id_page_by_page(store: Store) -> None:
    await store.write(*[store.charge_points.seen(name, NOON) for name in "CAEBD"])
    pages: list[list[str]] = []
    after = None
    while not pages or after is not None:
        page = await store.charge_points.list(limit=2, after=after)
        pages.append([record.charge_point.id for record in page.items])
        after = page.next
    assert pages == [["A", "B"], ["C", "D"], ["E"]]


async def test_charge_points_are_listed_by_filter(store: Store) -> None:
    await store.write(store.charge_points.seen("B", NOON))
    registered = await store.charge_points.register(REGISTERED, time=NOON)
    assert (await store.charge_points.list(registered=True)).items == (registered,)
    assert (await store.charge_points.list(vendor="Espressif")).items == (registered,)
    assert (await store.charge_points.list(model="ESP32")).items == ()
