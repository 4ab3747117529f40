"""Meter values over the API, made by a real charge point."""

import csv
import io
from typing import Any

import pytest

from tests.engine.api.resources.test_transactions import a_sample, charge
from tests.engine.api.running import Api, call


async def test_the_meter_values_of_a_transaction_have_ocpps_defaults(api: Api) -> None:
    number = await charge(api)
    path = f"/v1/transactions/{number}/meter-values"
    values = (await api.get(path))["items"]
    assert [value["value"] for value in values] == ["110", "16.0"]
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
        "number": 110,
        "baseNumber": 110,
        "baseUnit": "Wh",
    }


async def test_the_meter_values_of_a_transaction_come_as_csv(api: Api) -> None:
    number = await charge(api)
    path = f"/v1/transactions/{number}/meter-values"
    response = await api.call("GET", path, headers={"Accept": "text/csv"})
    assert response.headers["content-type"] == "text/csv; charset=utf-8; header=present"
    disposition = f'attachment; filename="transaction-{number}-meter-values.csv"'
    assert response.headers["content-disposition"] == disposition
    rows = list(csv.DictReader(io.StringIO(response.text)))
    assert [(row["measurand"], row["value"], row["baseUnit"]) for row in rows] == [
        ("Energy.Active.Import.Register", "110", "Wh"),
        ("Current.Import", "16.0", "A"),
    ]
    assert list(rows[0]) == list((await api.get(path))["items"][0])


async def measure(api: Api) -> None:
    """Send what the main meter measured at three full hours, outside of any transaction."""
    async with api.charge_point() as charge_point:
        for hour in (10, 11, 12):
            sample = a_sample(hour, str(hour), context="Sample.Clock", phase="L1")
            await charge_point.call(call.MeterValues(0, [sample]))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["10", "11", "12"]),
        ({"connectorId": "0", "phase": "L1"}, ["10", "11", "12"]),
        ({"connectorId": "1"}, []),
        ({"measurand": "SoC"}, []),
        ({"context": "Sample.Clock", "from": "2026-01-31T11:00:00Z"}, ["11", "12"]),
        ({"to": "2026-01-31T11:00:00Z"}, ["10"]),
    ],
)
async def test_values_outside_of_transactions_are_found_by_charge_point(
    api: Api, query: dict[str, str], found: list[str]
) -> None:
    await measure(api)
    items = (await api.get("/v1/meter-values", chargePointId="CP-1", **query))["items"]
    assert [(item["transactionId"], item["value"]) for item in items] == [
        (None, value) for value in found
    ]


async def test_the_values_of_a_charge_point_come_page_by_page_and_as_csv(api: Api) -> None:
    await measure(api)
    wanted: dict[str, Any] = {"chargePointId": "CP-1"}
    first = await api.get("/v1/meter-values", limit=2, **wanted)
    second = await api.get("/v1/meter-values", limit=2, cursor=first["next"], **wanted)
    values = [item["value"] for page in (first, second) for item in page["items"]]
    assert (values, second["next"]) == (["10", "11", "12"], None)
    response = await api.call("GET", "/v1/meter-values", params=wanted | {"format": "csv"})
    assert [row["value"] for row in csv.DictReader(io.StringIO(response.text))] == values


async def test_the_values_of_all_charge_points_at_once_are_not_listed(api: Api) -> None:
    response = await api.call("GET", "/v1/meter-values")
    assert response.status_code == 422
    assert response.json()["detail"] == "`chargePointId` is required"
