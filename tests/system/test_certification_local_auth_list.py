"""The certification cases of the Local Auth List Management profile."""

import pytest

from tests.system.admin import Admin
from tests.system.charge_point import ChargePoint
from tests.system.commands import carried_out

LIST = [
    {"idTag": "A", "idTagInfo": {"status": "Accepted", "expiryDate": "2030-01-01T00:00:00.000Z"}},
    {"idTag": "B", "idTagInfo": {"status": "Blocked", "parentIdTag": "P"}},
]


@pytest.mark.parametrize(
    "version",
    [
        pytest.param(-1, id="tc_042_1_get_local_list_version_not_supported"),
        pytest.param(0, id="tc_042_2_get_local_list_version_empty"),
    ],
)
async def test_get_local_list_version(
    admin: Admin, charge_point: ChargePoint, version: int
) -> None:
    await carried_out(admin, charge_point, "GetLocalListVersion", {}, {"listVersion": version})


@pytest.mark.parametrize(
    "status",
    [
        pytest.param("NotSupported", id="tc_043_1_send_local_list_not_supported"),
        pytest.param("Failed", id="tc_043_3_send_local_list_failed"),
        pytest.param("VersionMismatch", id="send_local_list_version_mismatch"),
        pytest.param("Accepted", id="tc_043_4_send_local_list_full"),
    ],
)
async def test_send_local_list_full(admin: Admin, charge_point: ChargePoint, status: str) -> None:
    full = {"listVersion": 1, "updateType": "Full", "localAuthorizationList": LIST}
    await carried_out(admin, charge_point, "SendLocalList", full, {"status": status})


async def test_tc_043_5_send_local_list_differential(
    admin: Admin, charge_point: ChargePoint
) -> None:
    await carried_out(admin, charge_point, "GetLocalListVersion", {}, {"listVersion": 1})
    # An entry without idTagInfo is one to remove (OCPP 1.6 §7.2).
    changes = [{"idTag": "A"}, {"idTag": "C", "idTagInfo": {"status": "Accepted"}}]
    update = {"listVersion": 2, "updateType": "Differential", "localAuthorizationList": changes}
    await carried_out(admin, charge_point, "SendLocalList", update, {"status": "Accepted"})
    await carried_out(admin, charge_point, "GetLocalListVersion", {}, {"listVersion": 2})
