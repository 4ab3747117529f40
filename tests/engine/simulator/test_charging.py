from engine.simulator import Tally
from engine.simulator.charging import authorize, charge
from protocol.messages import AuthorizationData, IdTagInfo, SendLocalListReq, UpdateType
from protocol.messages.transactions import AuthorizationStatus
from tests.engine.simulator.central_system import booted, central_system


async def test_a_charge_is_reported_from_plug_to_plug() -> None:
    async with central_system() as system, booted(system, speed=1.0) as charge_point:
        connector = charge_point.connectors[1]
        assert await charge(charge_point, connector, "TAG", samples=2, every_seconds=0)
    assert [action for action, _ in system.received] == [
        "StatusNotification",
        "StartTransaction",
        "StatusNotification",
        "MeterValues",
        "MeterValues",
        "StopTransaction",
        "StatusNotification",
        "StatusNotification",
    ]
    assert system.statuses(1) == ["Preparing", "Charging", "Finishing", "Available"]
    start, stop = (
        dict(system.received)["StartTransaction"],
        dict(system.received)["StopTransaction"],
    )
    assert (start["idTag"], start["meterStart"]) == ("TAG", 0)
    assert (stop["transactionId"], stop["meterStop"]) == (7, 6)


async def test_a_transaction_that_is_not_accepted_ends_at_once_as_deauthorized() -> None:
    async with central_system() as system, booted(system) as charge_point:
        system.answers["StartTransaction"] = lambda _: {
            "transactionId": 8,
            "idTagInfo": {"status": "Blocked"},
        }
        assert not await charge(charge_point, charge_point.connectors[1], "TAG")
    assert system.statuses(1) == ["Preparing", "Finishing", "Available"]
    stop = dict(system.received)["StopTransaction"]
    assert (stop["reason"], stop["transactionId"], stop["meterStop"]) == ("DeAuthorized", 8, 0)


async def test_a_refused_id_tag_may_not_charge() -> None:
    notes: list[str] = []
    tally = Tally(remark=lambda _, text: notes.append(text))
    async with central_system() as system, booted(system, tally) as charge_point:
        system.answers["Authorize"] = lambda _: {"idTagInfo": {"status": "Invalid"}}
        assert not await authorize(charge_point, "TAG")
    assert "`TAG` may not charge: Invalid" in notes


async def test_the_local_list_is_asked_first_where_it_may_answer() -> None:
    async with central_system() as system, booted(system) as charge_point:
        accepted = IdTagInfo(status=AuthorizationStatus.Accepted)
        tags = (AuthorizationData(id_tag="Tag", id_tag_info=accepted),)
        charge_point.local_list.update(
            SendLocalListReq(
                list_version=1, update_type=UpdateType.Full, local_authorization_list=tags
            )
        )
        charge_point.configuration.change("LocalPreAuthorize", "true")
        assert await authorize(charge_point, "TAG")
        assert "Authorize" not in dict(system.received)


async def test_the_meter_measures_what_the_configuration_asks_for() -> None:
    async with central_system() as system, booted(system) as charge_point:
        charge_point.configuration.change("MeterValuesSampledData", "SoC,Voltage,Frequency")
        await system.command("TriggerMessage", requestedMessage="MeterValues", connectorId=2)
        sampled = (await system.seen("MeterValues"))["meterValue"][0]["sampledValue"]
    assert [(value["measurand"], value["value"]) for value in sampled] == [
        ("Voltage", "230"),
        ("SoC", "20"),
    ]
