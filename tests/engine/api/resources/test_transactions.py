"""Transactions and meter values over the API, made by a real charge point."""

from typing import Any

import pytest

from tests.engine.api.running import Api, call


def a_sample(hour: int, value: str, **changes: str) -> dict[str, Any]:
    timestamp = f"2026-01-31T{hour:02}:00:00Z"
    return {"timestamp": timestamp, "sampled_value": [{"value": value} | changes]}


async def charge(api: Api, id_: str = "CP-1", tag: str = "RandomToken", hour: int = 10) -> int:
    """Start a transaction, sample it twice, and stop it after an hour."""
    async with api.charge_point(id_=id_) as charge_point:
        start = await charge_point.call(
            call.StartTransaction(
                connector_id=1,
                id_tag=tag,
                meter_start=100,
                timestamp=f"2026-01-31T{hour:02}:00:00Z",
            )
        )
        samples = [a_sample(hour, "110"), a_sample(hour, "16.0", measurand="Current.Import")]
        await charge_point.call(call.MeterValues(1, samples, transaction_id=start.transaction_id))
        await charge_point.call(
            call.StopTransaction(
                transaction_id=start.transaction_id,
                meter_stop=900,
                timestamp=f"2026-01-31T{hour + 1:02}:00:00Z",
                reason="EVDisconnected",
            )
        )
    number: int = start.transaction_id
    return number


async def test_a_transaction_shows_its_start_its_stop_and_the_answer(api: Api) -> None:
    await api.put("/v1/id-tags/RandomToken")
    number = await charge(api)
    transaction = await api.get(f"/v1/transactions/{number}")
    assert transaction["receivedAt"] <= transaction["stopReceivedAt"]
    assert transaction == {
        "transactionId": number,
        "chargePointId": "CP-1",
        "connectorId": 1,
        "idTag": "RandomToken",
        "startedAt": "2026-01-31T10:00:00.000Z",
        "meterStart": 100,
        "reservationId": None,
        "idTagStatus": "Accepted",
        "stoppedAt": "2026-01-31T11:00:00.000Z",
        "meterStop": 900,
        "reason": "EVDisconnected",
        "stopIdTag": None,
        "parentIdTag": None,
        "receivedAt": transaction["receivedAt"],
        "stopReceivedAt": transaction["stopReceivedAt"],
        "abandonedAt": None,
        "abandonedReason": None,
        "reconciled": None,
        "flags": [],
    }


async def test_the_meter_values_of_a_transaction_have_ocpps_defaults(api: Api) -> None:
    number = await charge(api)
    path = f"/v1/transactions/{number}/meter-values"
    values = (await api.get(path))["items"]
    assert sorted(value["value"] for value in values) == ["110", "16.0"]
    (energy,) = (await api.get(path, measurand="Energy.Active.Import.Register"))["items"]
    assert energy == {
        "chargePointId": "CP-1",
        "connectorId": 1,
        "transactionId": number,
        "measuredAt": "2026-01-31T10:00:00.000Z",
        "measurand": "Energy.Active.Import.Register",
        "phase": None,
        "context": "Sample.Periodic",
        "location": "Outlet",
        "unit": "Wh",
        "format": "Raw",
        "value": "110",
        "number": 110.0,
    }


@pytest.mark.parametrize("number", ["999", "0", "-1", "x", "1.5", "99999999999999999999"])
async def test_an_unknown_transaction_is_404(api: Api, number: str) -> None:
    for path in (f"/v1/transactions/{number}", f"/v1/transactions/{number}/meter-values"):
        response = await api.call("GET", path)
        assert response.status_code == 404
        assert response.json()["detail"] == f"There is no transaction `{number}`"


async def test_transactions_are_listed_newest_first_page_by_page(api: Api) -> None:
    numbers = [await charge(api, hour=hour) for hour in (10, 12, 11)]
    first = await api.get("/v1/transactions", limit=2)
    second = await api.get("/v1/transactions", limit=2, cursor=first["next"])
    listed = [item["transactionId"] for page in (first, second) for item in page["items"]]
    assert listed == [numbers[1], numbers[2], numbers[0]]
    assert second["next"] is None


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"chargePointId": "CP-1"}, [0]),
        ({"idTag": "OTHER"}, [1]),
        ({"connectorId": "2"}, []),
        ({"open": "true"}, []),
        ({"open": "false"}, [1, 0]),
        ({"from": "2026-01-31T12:00:00Z"}, [1]),
        ({"to": "2026-01-31T12:00:00Z"}, [0]),
        ({"from": "2026-01-31T11:00:00+01:00", "to": "2026-01-31T12:00:00.001Z"}, [1, 0]),
    ],
)
async def test_transactions_are_filtered(api: Api, query: Any, found: list[int]) -> None:
    numbers = [await charge(api), await charge(api, id_="CP-2", tag="Other", hour=12)]
    items = (await api.get("/v1/transactions", **query))["items"]
    assert [item["transactionId"] for item in items] == [numbers[place] for place in found]
