"""Policies as an operator would write or switch them on, run by the real server."""

from collections.abc import Callable

from tests.engine.policy.design import DESIGN
from tests.system.admin import Admin
from tests.system.charge_point import ChargePoint, a_start
from tests.system.server import Server

# Of equal priority the one that is first by name decides, so that the first needs a lower one.
ORDERED = DESIGN.replace("name: connector-one-only", "name: connector-one-only\npriority: 50")
PENDING = """\
name: unregistered-wait
action: BootNotification
rule:
  match:
    - id: unregistered
      condition: "!chargePoint.registered"
      response: { status: Pending, interval: 60 }
"""


async def started(charge_point: ChargePoint, id_tag: str, connector_id: int) -> str:
    request = a_start(id_tag, connector_id=connector_id)
    answer = await charge_point.request("StartTransaction", request)
    status: str = answer["idTagInfo"]["status"]
    return status


async def test_the_policies_that_the_design_shows(new_server: Callable[..., Server]) -> None:
    server = new_server(policies={"policies.yaml": ORDERED}).start()
    async with (
        Admin(server.admin_url, server.token) as admin,
        ChargePoint(server.ocpp_url, "CP") as charge_point,
    ):
        await admin.add_tag("MEMBER", parentIdTag="GROUP")
        await admin.add_tag("OLD", expiryDate="2020-01-01T00:00:00Z")
        member = {"status": "Accepted", "parentIdTag": "GROUP"}
        assert await charge_point.authorize("member") == member
        assert await charge_point.authorize("OLD") == {"status": "Expired"}
        assert await charge_point.authorize("NOBODY") == {"status": "Invalid"}
        assert await started(charge_point, "MEMBER", 1) == "Accepted"
        assert await started(charge_point, "MEMBER", 2) == "Blocked"
        assert await started(charge_point, "NOBODY", 1) == "Invalid"


async def test_the_shipped_connector_one_policy_works_once_it_is_switched_on(
    new_server: Callable[..., Server],
) -> None:
    server = new_server()
    file = server.policies / "only-connector-one.yaml"
    file.write_text(file.read_text().replace("enabled: false", "enabled: true"))
    server.start()
    async with (
        Admin(server.admin_url, server.token) as admin,
        ChargePoint(server.ocpp_url, "CP") as charge_point,
    ):
        await admin.add_tag("TAG")
        assert await started(charge_point, "TAG", 1) == "Accepted"
        assert await started(charge_point, "TAG", 2) == "Blocked"


async def test_a_charge_point_is_pending_until_an_operator_registers_it(
    new_server: Callable[..., Server],
) -> None:
    server = new_server(policies={"boot.yaml": PENDING}).start()
    async with (
        Admin(server.admin_url, server.token) as admin,
        ChargePoint(server.ocpp_url, "CP") as charge_point,
    ):
        pending = await charge_point.boot()
        assert (pending["status"], pending["interval"]) == ("Pending", 60)
        # "While in pending state, […] not allowed: RemoteStartTransaction" (OCPP 1.6 §4.2.1).
        start = await admin.command("CP", "RemoteStartTransaction", {"idTag": "TAG"})
        assert (start.status_code, charge_point.received) == (409, [])
        charge_point.will_answer("ChangeConfiguration", {"status": "Accepted"})
        key = {"key": "HeartbeatInterval", "value": "60"}
        assert await admin.result("CP", "ChangeConfiguration", key) == {"status": "Accepted"}
        await admin.put("/v1/charge-points/CP", {})
        assert (await charge_point.boot())["status"] == "Accepted"
