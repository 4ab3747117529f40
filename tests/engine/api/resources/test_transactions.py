"""Transactions over the API, made by a real charge point."""

import csv
import io
from typing import Any

import pytest

from tests.engine.api.running import Api, call
from tests.engine.storage.builders import a_transaction, minutes


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
        "energy": 800,
        "power": None,
        "socFirst": None,
        "socLast": None,
        "lastMeasuredAt": "2026-01-31T10:00:00.000Z",
    }


async def test_a_running_transaction_shows_its_energy_power_and_state_of_charge(api: Api) -> None:
    async with api.charge_point() as charge_point:
        time = "2026-01-31T10:00:00Z"
        start = await charge_point.call(call.StartTransaction(1, "Tag", 100, time))
        number = start.transaction_id
        samples = [
            a_sample(11, "1.3501", unit="kWh"),
            a_sample(11, "7.36", measurand="Power.Active.Import", unit="kW"),
            a_sample(11, "40", measurand="SoC", unit="Percent"),
            a_sample(12, "42", measurand="SoC", unit="Percent"),
        ]
        await charge_point.call(call.MeterValues(1, samples, transaction_id=number))
    shown = await api.get(f"/v1/transactions/{number}")
    said = ("energy", "power", "socFirst", "socLast", "lastMeasuredAt", "stoppedAt")
    assert [shown[name] for name in said] == [
        1250.1,
        7360,
        40,
        42,
        "2026-01-31T12:00:00.000Z",
        None,
    ]
    (listed,) = (await api.get("/v1/transactions"))["items"]
    assert listed["energy"] is None


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
        ({"chargePointId": "CP-1", "connectorId": "1"}, [0]),
        ({"chargePointId": "CP-1", "connectorId": "2"}, []),
        ({"idTagStatus": "Invalid"}, [1, 0]),
        ({"idTagStatus": "Blocked"}, []),
        ({"parentIdTag": "Family"}, []),
        ({"abandoned": "true"}, []),
        ({"abandoned": "false"}, [1, 0]),
        ({"reason": "EVDisconnected"}, [1, 0]),
        ({"reason": "PowerLoss"}, []),
        ({"stoppedFrom": "2026-01-31T13:00:00Z"}, [1]),
        ({"stoppedTo": "2026-01-31T13:00:00Z"}, [0]),
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


async def test_a_connector_alone_is_refused(api: Api) -> None:
    response = await api.call("GET", "/v1/transactions?connectorId=1")
    assert response.status_code == 422
    assert response.json()["detail"] == (
        "`connectorId` needs `chargePointId`: every charge point has a connector of that number"
    )


async def test_a_connector_that_no_database_holds_is_refused(api: Api) -> None:
    for path in ("/v1/transactions", "/v1/meter-values"):
        query = {"chargePointId": "CP-1", "connectorId": str(2**64)}
        response = await api.call("GET", path, params=query)
        assert response.json()["detail"].startswith("`connectorId` must be a whole number")


async def test_a_reason_that_ocpp_does_not_have_is_refused(api: Api) -> None:
    response = await api.call("GET", "/v1/transactions?reason=EvDisconnected")
    assert response.status_code == 422
    assert response.json()["detail"].startswith("`reason` must be one of `DeAuthorized`, ")


async def test_a_list_has_one_time(api: Api) -> None:
    time = "2026-01-31T13:00:00Z"
    query = {"to": time, "stoppedFrom": time, "stoppedTo": time}
    response = await api.call("GET", "/v1/transactions", params=query)
    message = "is not for a list by `from` and `to`: a list has one time"
    assert [(error["path"], error["message"]) for error in response.json()["errors"]] == [
        ("stoppedFrom", message),
        ("stoppedTo", message),
    ]


async def test_transactions_come_as_csv_with_the_fields_of_the_list(api: Api) -> None:
    await charge(api, tag="=1+1")
    await charge(api, tag="Other", hour=12)
    listed = (await api.get("/v1/transactions"))["items"]
    response = await api.call("GET", "/v1/transactions?format=csv")
    assert response.headers["content-disposition"] == 'attachment; filename="transactions.csv"'
    rows = list(csv.DictReader(io.StringIO(response.text)))
    assert [list(row) for row in rows] == [list(item) for item in listed]
    assert [(row["idTag"], row["energy"]) for row in rows] == [("Other", "800"), ("'=1+1", "800")]


async def test_a_csv_has_more_rows_than_a_page(api: Api) -> None:
    starts = [a_transaction(i, started_at=minutes(i)) for i in range(1, 2502)]
    await api.store.write(*map(api.store.transactions.started, starts))
    response = await api.call("GET", "/v1/transactions?format=csv&to=2026-02-28T00:00:00Z")
    rows = list(csv.DictReader(io.StringIO(response.text)))
    assert [row["transactionId"] for row in rows] == [str(i) for i in range(2501, 0, -1)]


async def test_the_energy_of_all_transactions_adds_up_to_the_wh(api: Api) -> None:
    meters = [(i * 37 % 1009, i * 37 % 1009 + i * 101 % 20_011) for i in range(1, 700)]
    for number, (start, stop) in enumerate(meters, 1):
        await api.store.write(
            api.store.transactions.started(a_transaction(number, meter_start=start)),
            api.store.transactions.stopped(number, stopped_at=minutes(9), meter_stop=stop),
        )
    response = await api.call("GET", "/v1/transactions", headers={"Accept": "text/csv"})
    rows = csv.DictReader(io.StringIO(response.text))
    delivered = sum(int(row["energy"]) for row in rows)
    assert delivered == sum(stop - start for start, stop in meters)


async def test_the_head_of_a_csv_is_answered_without_the_rows(api: Api) -> None:
    response = await api.call("HEAD", "/v1/transactions?format=csv")
    assert (response.status_code, response.text) == (200, "")
    assert response.headers["content-disposition"] == 'attachment; filename="transactions.csv"'
