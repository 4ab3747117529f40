"""Charging sessions in the steps that most certification cases share."""

from tests.system.admin import Admin, Json
from tests.system.charge_point import ChargePoint, Payload
from tests.system.commands import carried_out


async def plugged_in(charge_point: ChargePoint, id_tag: str, connector_id: int = 1) -> int:
    """Cable, card, charge: the transaction that runs now."""
    await charge_point.status(connector_id, "Preparing")
    assert (await charge_point.authorize(id_tag))["status"] == "Accepted"
    return await begun(charge_point, id_tag, connector_id)


async def begun(
    charge_point: ChargePoint, id_tag: str, connector_id: int = 1, **changes: object
) -> int:
    """The start itself, from the StartTransaction to Charging."""
    transaction_id = await charge_point.start_transaction(id_tag, connector_id, **changes)
    await charge_point.status(connector_id, "Charging")
    return transaction_id


async def ended(charge_point: ChargePoint, transaction_id: int, **changes: object) -> Payload:
    """The stop itself, from the StopTransaction to Available; the answer."""
    answer = await charge_point.stop_transaction(transaction_id, **changes)
    await charge_point.status(1, "Finishing")
    await charge_point.status(1, "Available")
    return answer


async def started_remotely(
    admin: Admin, charge_point: ChargePoint, id_tag: str, **payload: object
) -> None:
    """RemoteStartTransaction on connector 1, which the charge point will try."""
    await carried_out(
        admin,
        charge_point,
        "RemoteStartTransaction",
        {"connectorId": 1, "idTag": id_tag} | payload,
        {"status": "Accepted"},
    )


async def recorded(admin: Admin, transaction_id: int) -> Json:
    """What the API shows of a transaction, but for its times and owner."""
    transaction = await admin.transaction(transaction_id)
    names = ("connectorId", "idTag", "meterStart", "meterStop", "reason", "idTagStatus")
    return {name: transaction[name] for name in names}


def a_transaction(id_tag: str, **changes: object) -> Json:
    """What `recorded` shows of a started transaction that runs."""
    running = {
        "connectorId": 1,
        "idTag": id_tag,
        "meterStart": 1000,
        "meterStop": None,
        "reason": None,
        "idTagStatus": "Accepted",
    }
    return running | changes


def a_stopped_transaction(id_tag: str, **changes: object) -> Json:
    """What `recorded` shows of a transaction that the charge point stopped, by default locally."""
    return a_transaction(id_tag, **({"meterStop": 2500, "reason": "Local"} | changes))
