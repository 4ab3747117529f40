"""A command, seen from both ends: what the API was asked and said, what the charge point got."""

from tests.system.admin import Admin, Json
from tests.system.charge_point import ChargePoint, Payload


async def carried_out(
    admin: Admin, charge_point: ChargePoint, action: str, payload: Payload, answer: Payload
) -> Json:
    """
    Issue a command that the charge point answers with `answer`.

    The payload arrives as it was given, the answer comes back as it was given, and the command
    stands in the history of this charge point.
    """
    charge_point.will_answer(action, answer)
    assert await admin.result(charge_point.id, action, payload) == answer
    assert await charge_point.next_command() == (action, payload)
    history = await admin.get("/v1/commands", chargePointId=charge_point.id, limit=1)
    command: Json = history["items"][0]
    assert (command["action"], command["status"]) == (action, "completed"), command
    return command
