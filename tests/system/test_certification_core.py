"""The certification cases of the Core profile, in the Open Charge Alliance's order."""

import pytest

from tests.system.admin import Admin
from tests.system.charge_point import OUR_TIMESTAMP, ChargePoint, a_start
from tests.system.commands import carried_out
from tests.system.server import Server
from tests.system.sessions import (
    a_stopped_transaction,
    a_transaction,
    begun,
    ended,
    plugged_in,
    recorded,
    started_remotely,
)

YESTERDAY = "2026-01-30T12:00:00Z"


async def test_tc_001_cold_boot(server: Server, admin: Admin) -> None:
    async with ChargePoint(server.ocpp_url, "TC_001") as charge_point:
        answer = await charge_point.boot()
        assert OUR_TIMESTAMP.fullmatch(answer.pop("currentTime"))
        assert answer == {"status": "Accepted", "interval": 300}
        for connector_id in (0, 1, 2):
            await charge_point.status(connector_id, "Available")
        assert list(await charge_point.request("Heartbeat", {})) == ["currentTime"]
        assert await admin.connectors("TC_001") == dict.fromkeys((0, 1, 2), "Available")


async def test_tc_003_regular_session_plugin_first(
    admin: Admin, charge_point: ChargePoint, tag: str
) -> None:
    transaction_id = await plugged_in(charge_point, tag)
    assert await recorded(admin, transaction_id) == a_transaction(tag)
    assert await admin.connectors(charge_point.id) == {0: "Available", 1: "Charging"}
    answer = await ended(charge_point, transaction_id, idTag=tag)
    assert answer == {"idTagInfo": {"status": "Accepted"}}
    assert await recorded(admin, transaction_id) == a_stopped_transaction(tag)
    assert await admin.connectors(charge_point.id) == {0: "Available", 1: "Available"}


async def test_tc_004_1_regular_session_identification_first(
    admin: Admin, charge_point: ChargePoint, tag: str
) -> None:
    assert await charge_point.authorize(tag) == {"status": "Accepted"}
    await charge_point.status(1, "Preparing")
    transaction_id = await begun(charge_point, tag)
    await charge_point.meter(transaction_id, "1200")
    await ended(charge_point, transaction_id, idTag=tag, reason="Local")
    assert await recorded(admin, transaction_id) == a_stopped_transaction(tag)
    assert [each["value"] for each in await admin.meter_values(transaction_id)] == ["1200"]


async def test_tc_004_2_identification_first_connection_time_out(
    admin: Admin, charge_point: ChargePoint, tag: str
) -> None:
    key = {"key": "ConnectionTimeOut", "value": "10"}
    await carried_out(admin, charge_point, "ChangeConfiguration", key, {"status": "Accepted"})
    assert await charge_point.authorize(tag) == {"status": "Accepted"}
    await charge_point.status(1, "Preparing")
    await charge_point.status(1, "Available")
    assert await admin.connectors(charge_point.id) == {0: "Available", 1: "Available"}
    assert await admin.all("/v1/transactions", chargePointId=charge_point.id) == []


async def test_tc_005_1_ev_side_disconnected(
    admin: Admin, charge_point: ChargePoint, tag: str
) -> None:
    key = {"key": "StopTransactionOnEVSideDisconnect", "value": "true"}
    await carried_out(admin, charge_point, "ChangeConfiguration", key, {"status": "Accepted"})
    transaction_id = await plugged_in(charge_point, tag)
    await charge_point.status(1, "SuspendedEV")
    assert await ended(charge_point, transaction_id, reason="EVDisconnected") == {}
    stopped = a_stopped_transaction(tag, reason="EVDisconnected")
    assert await recorded(admin, transaction_id) == stopped


async def test_tc_007_start_with_cached_id(
    admin: Admin, charge_point: ChargePoint, tag: str
) -> None:
    await charge_point.authorize(tag)
    await charge_point.status(1, "Preparing")
    # From here on the charge point answers its driver from its cache, and only reports the start.
    transaction_id = await begun(charge_point, tag)
    assert await recorded(admin, transaction_id) == a_transaction(tag)
    decision = await admin.last_decision(charge_point.id, "StartTransaction")
    assert decision["response"]["idTagInfo"] == {"status": "Accepted"}


async def test_tc_010_remote_start_cable_first(admin: Admin, charge_point: ChargePoint) -> None:
    await charge_point.status(1, "Preparing")
    await started_remotely(admin, charge_point, "TC010")
    assert await charge_point.authorize("TC010") == {"status": "Accepted"}
    transaction_id = await begun(charge_point, "TC010")
    assert await recorded(admin, transaction_id) == a_transaction("TC010")


async def test_tc_011_1_remote_start_first(admin: Admin, charge_point: ChargePoint) -> None:
    await started_remotely(admin, charge_point, "TC011")
    assert await charge_point.authorize("TC011") == {"status": "Accepted"}
    await charge_point.status(1, "Preparing")
    transaction_id = await begun(charge_point, "TC011")
    assert await admin.connectors(charge_point.id) == {0: "Available", 1: "Charging"}
    assert await recorded(admin, transaction_id) == a_transaction("TC011")


async def test_tc_011_2_remote_start_time_out(admin: Admin, charge_point: ChargePoint) -> None:
    await started_remotely(admin, charge_point, "TC011")
    assert await charge_point.authorize("TC011") == {"status": "Accepted"}
    await charge_point.status(1, "Preparing")
    await charge_point.status(1, "Available")
    assert await admin.connectors(charge_point.id) == {0: "Available", 1: "Available"}
    assert await admin.all("/v1/transactions", chargePointId=charge_point.id) == []


async def test_tc_012_remote_stop(admin: Admin, charge_point: ChargePoint, tag: str) -> None:
    transaction_id = await plugged_in(charge_point, tag)
    stop = {"transactionId": transaction_id}
    await carried_out(admin, charge_point, "RemoteStopTransaction", stop, {"status": "Accepted"})
    assert await ended(charge_point, transaction_id, reason="Remote") == {}
    assert await recorded(admin, transaction_id) == a_stopped_transaction(tag, reason="Remote")


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        pytest.param("Hard", "HardReset", id="tc_013_hard_reset"),
        pytest.param("Soft", "SoftReset", id="tc_014_soft_reset"),
    ],
)
async def test_reset_with_session(
    admin: Admin, charge_point: ChargePoint, tag: str, kind: str, reason: str
) -> None:
    transaction_id = await plugged_in(charge_point, tag)
    await carried_out(admin, charge_point, "Reset", {"type": kind}, {"status": "Accepted"})
    await charge_point.stop_transaction(transaction_id, reason=reason)
    await charge_point.disconnect()
    await charge_point.connect()
    assert (await charge_point.boot())["status"] == "Accepted"
    await charge_point.status(1, "Available")
    assert await recorded(admin, transaction_id) == a_stopped_transaction(tag, reason=reason)


@pytest.mark.parametrize(
    ("connector_id", "status"),
    [
        pytest.param(1, "Unlocked", id="tc_017_1_unlock_no_session_not_fixed_cable"),
        pytest.param(1, "NotSupported", id="tc_017_2_unlock_no_session_fixed_cable"),
        pytest.param(1, "UnlockFailed", id="tc_030_unlock_failure"),
        pytest.param(7, "NotSupported", id="tc_031_unlock_unknown_connector"),
    ],
)
async def test_unlock_connector(
    admin: Admin, charge_point: ChargePoint, connector_id: int, status: str
) -> None:
    payload = {"connectorId": connector_id}
    await carried_out(admin, charge_point, "UnlockConnector", payload, {"status": status})


async def test_tc_018_1_unlock_with_session(
    admin: Admin, charge_point: ChargePoint, tag: str
) -> None:
    transaction_id = await plugged_in(charge_point, tag)
    unlock = {"connectorId": 1}
    await carried_out(admin, charge_point, "UnlockConnector", unlock, {"status": "Unlocked"})
    assert await ended(charge_point, transaction_id, reason="UnlockCommand") == {}
    stopped = a_stopped_transaction(tag, reason="UnlockCommand")
    assert await recorded(admin, transaction_id) == stopped


async def test_tc_019_1_get_all_configuration(admin: Admin, charge_point: ChargePoint) -> None:
    keys = [
        {"key": "HeartbeatInterval", "readonly": False, "value": "300"},
        {"key": "NumberOfConnectors", "readonly": True, "value": "1"},
        {"key": "AuthorizationKey", "readonly": False},
    ]
    answer = {"configurationKey": keys}
    await carried_out(admin, charge_point, "GetConfiguration", {}, answer)


async def test_tc_019_2_get_specific_key(admin: Admin, charge_point: ChargePoint) -> None:
    profiles = {"key": "SupportedFeatureProfiles", "readonly": True, "value": "Core,SmartCharging"}
    asked = {"key": ["SupportedFeatureProfiles", "NoSuchKey"]}
    answer = {"configurationKey": [profiles], "unknownKey": ["NoSuchKey"]}
    await carried_out(admin, charge_point, "GetConfiguration", asked, answer)


@pytest.mark.parametrize(
    ("key", "value", "status"),
    [
        pytest.param("MeterValueSampleInterval", "60", "Accepted", id="tc_021_change_config"),
        pytest.param("NoSuchKey", "1", "NotSupported", id="tc_040_1_key_not_supported"),
        pytest.param("MeterValueSampleInterval", "-1", "Rejected", id="tc_040_2_invalid_value"),
        pytest.param("WebSocketPingInterval", "60", "RebootRequired", id="reboot_required"),
    ],
)
async def test_change_configuration(
    admin: Admin, charge_point: ChargePoint, key: str, value: str, status: str
) -> None:
    change = {"key": key, "value": value}
    await carried_out(admin, charge_point, "ChangeConfiguration", change, {"status": status})


async def test_tc_023_1_authorize_invalid(admin: Admin, charge_point: ChargePoint) -> None:
    await charge_point.status(1, "Preparing")
    assert await charge_point.authorize("NO-SUCH-TAG") == {"status": "Invalid"}
    decision = await admin.last_decision(charge_point.id, "Authorize")
    assert decision["response"] == {"idTagInfo": {"status": "Invalid"}}


async def test_tc_023_2_authorize_expired(admin: Admin, charge_point: ChargePoint) -> None:
    tag = await admin.add_tag("TC023-EXPIRED", expiryDate="2020-01-01T00:00:00Z")
    await charge_point.status(1, "Preparing")
    assert (await charge_point.authorize(tag))["status"] == "Expired"


async def test_tc_023_3_authorize_blocked(admin: Admin, charge_point: ChargePoint) -> None:
    tag = await admin.add_tag("TC023-BLOCKED", status="Blocked")
    await charge_point.status(1, "Preparing")
    assert await charge_point.authorize(tag) == {"status": "Blocked"}


async def test_tc_024_lock_failure(admin: Admin, charge_point: ChargePoint, tag: str) -> None:
    assert await charge_point.authorize(tag) == {"status": "Accepted"}
    await charge_point.status(1, "Preparing")
    await charge_point.status(1, "Faulted", errorCode="ConnectorLockFailure")
    shown = await admin.get(f"/v1/charge-points/{charge_point.id}")
    connector = next(each for each in shown["connectors"] if each["connectorId"] == 1)
    assert (connector["status"], connector["errorCode"]) == ("Faulted", "ConnectorLockFailure")


async def test_tc_026_remote_start_rejected(
    admin: Admin, charge_point: ChargePoint, tag: str
) -> None:
    await plugged_in(charge_point, tag)
    start = {"connectorId": 1, "idTag": "TC026"}
    await carried_out(admin, charge_point, "RemoteStartTransaction", start, {"status": "Rejected"})
    # A start that was refused vouches for nobody.
    assert await charge_point.authorize("TC026") == {"status": "Invalid"}


async def test_tc_028_remote_stop_rejected(
    admin: Admin, charge_point: ChargePoint, tag: str
) -> None:
    transaction_id = await plugged_in(charge_point, tag)
    stop = {"transactionId": transaction_id + 100_000}
    await carried_out(admin, charge_point, "RemoteStopTransaction", stop, {"status": "Rejected"})
    assert await recorded(admin, transaction_id) == a_transaction(tag)


async def test_tc_032_1_power_failure_boot_stop_transactions(
    admin: Admin, charge_point: ChargePoint, tag: str
) -> None:
    transaction_id = await plugged_in(charge_point, tag)
    await charge_point.lose_power()
    await charge_point.connect()
    assert (await charge_point.boot())["status"] == "Accepted"
    assert await ended(charge_point, transaction_id, reason="PowerLoss") == {}
    assert await recorded(admin, transaction_id) == a_stopped_transaction(tag, reason="PowerLoss")


async def test_tc_037_1_offline_start_valid_id_tag(
    admin: Admin, charge_point: ChargePoint, tag: str
) -> None:
    await charge_point.disconnect()
    await charge_point.connect()
    transaction_id = await begun(charge_point, tag, timestamp=YESTERDAY)
    assert await recorded(admin, transaction_id) == a_transaction(tag)
    assert (await admin.transaction(transaction_id))["startedAt"] == "2026-01-30T12:00:00.000Z"


async def test_tc_037_3_offline_start_invalid_id_tag_stop_transaction_on_invalid_id(
    admin: Admin, charge_point: ChargePoint
) -> None:
    await charge_point.disconnect()
    await charge_point.connect()
    answer = await charge_point.request("StartTransaction", a_start("TC037", timestamp=YESTERDAY))
    assert answer["idTagInfo"] == {"status": "Invalid"}
    await charge_point.status(1, "Charging")
    assert await ended(charge_point, answer["transactionId"], reason="DeAuthorized") == {}
    refused = a_stopped_transaction("TC037", reason="DeAuthorized", idTagStatus="Invalid")
    assert await recorded(admin, answer["transactionId"]) == refused


async def test_tc_039_offline_transaction(
    admin: Admin, charge_point: ChargePoint, tag: str
) -> None:
    await charge_point.disconnect()
    await charge_point.connect()
    transaction_id = await charge_point.start_transaction(tag, timestamp=YESTERDAY)
    await charge_point.meter(transaction_id, "1800")
    stop = {"timestamp": "2026-01-30T13:00:00Z", "idTag": tag}
    answer = await charge_point.stop_transaction(transaction_id, **stop)
    assert answer == {"idTagInfo": {"status": "Accepted"}}
    assert await recorded(admin, transaction_id) == a_stopped_transaction(tag)
    assert (await admin.transaction(transaction_id))["stoppedAt"] == "2026-01-30T13:00:00.000Z"


async def test_tc_061_clear_cache(admin: Admin, charge_point: ChargePoint) -> None:
    await carried_out(admin, charge_point, "ClearCache", {}, {"status": "Accepted"})


async def test_tc_064_data_transfer_to_the_central_system(
    admin: Admin, charge_point: ChargePoint
) -> None:
    request = {"vendorId": "com.example", "messageId": "hello", "data": "world"}
    assert await charge_point.request("DataTransfer", request) == {"status": "UnknownVendorId"}
    decision = await admin.last_decision(charge_point.id, "DataTransfer")
    assert decision["response"] == {"status": "UnknownVendorId"}
