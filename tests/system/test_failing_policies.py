"""Policies that fail at run time lose no transaction, leave no charge point without an answer."""

from collections.abc import Callable

import pytest

from tests.system.admin import Admin
from tests.system.charge_point import ChargePoint, a_start
from tests.system.server import Server

MakeServer = Callable[..., Server]

CONNECT = """\
name: connect
action: Connect
rule: { match: [{ id: anyone, response: { status: Accepted } }] }
"""
ACTIONS = {
    "StartTransaction": "{ idTagInfo: { status: Accepted } }",
    "MeterValues": "{}",
    "StatusNotification": "{}",
    "StopTransaction": "{}",
}
"""With what their policy would answer, if it did not fail."""
FAILING = {
    "a condition without a value": "{ condition: chargePoint.labels.absent == 'x', response: $ }",
    "a condition that takes too long": """
        condition: >-
          lists.range(1000).all(a, lists.range(1000).all(b,
            lists.range(1000).all(c, a + b + c >= size(chargePoint.labels))))
        response: $""",
    "an output that is no confirmation": '{ output: "{chargePoint.id: chargePoint.id}" }',
}


def policies(item: str) -> dict[str, str]:
    failing = (
        f"name: failing-{action}\naction: {action}\nrule:\n  match:\n    - {item}\n".replace(
            "$", good
        )
        for action, good in ACTIONS.items()
    )
    return {"policies.yaml": "---\n".join([CONNECT, *failing])}


@pytest.mark.parametrize("item", FAILING.values(), ids=FAILING)
async def test_a_charge_under_a_failing_policy_is_answered_and_recorded_whole(
    new_server: MakeServer, item: str
) -> None:
    server = new_server(policies=policies(item)).start()
    async with (
        Admin(server.admin_url, server.token) as admin,
        ChargePoint(server.ocpp_url, "CP") as charge_point,
    ):
        await admin.add_tag("CARD")
        answer = await charge_point.request("StartTransaction", a_start("CARD"))
        transaction_id = answer["transactionId"]
        assert answer == {"transactionId": transaction_id, "idTagInfo": {"status": "Invalid"}}
        await charge_point.meter(transaction_id, "1100")
        await charge_point.status(1, "Charging")
        assert await charge_point.stop_transaction(transaction_id) == {}
        transaction = await admin.transaction(transaction_id)
        values = [each["value"] for each in await admin.meter_values(transaction_id)]
        decisions = await admin.all("/v1/decisions", chargePointId="CP")
    assert (transaction["idTagStatus"], transaction["meterStop"]) == ("Invalid", 2500)
    assert values == ["1100"]
    failed = {each["action"]: each for each in decisions if each["source"] == "failure"}
    assert {action: each["policy"] for action, each in failed.items()} == {
        action: f"failing-{action}" for action in ACTIONS
    }
    assert [len(each["errors"]) for each in failed.values()] == [1] * len(ACTIONS)


async def test_a_transaction_that_nobody_knows_is_answered_and_kept_all_the_same(
    new_server: MakeServer,
) -> None:
    server = new_server(policies=policies(FAILING["a condition without a value"])).start()
    async with (
        Admin(server.admin_url, server.token) as admin,
        ChargePoint(server.ocpp_url, "CP") as charge_point,
    ):
        await charge_point.meter(-1, "1100")
        assert await charge_point.stop_transaction(-1) == {}
        decisions = await admin.all("/v1/decisions", chargePointId="CP")
    assert {each["action"]: each["source"] for each in decisions} == {
        "Connect": "policy",
        "MeterValues": "failure",
        "StopTransaction": "failure",
    }
