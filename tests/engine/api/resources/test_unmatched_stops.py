"""Stops without a transaction are listed, and matched by an operator."""

from datetime import UTC, datetime

from engine.policy.facts import Transaction
from engine.security.tokens import Scope
from tests.engine.api.running import Api
from tests.engine.storage.builders import a_transaction, an_unmatched_stop

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


async def one_of_each(api: Api) -> tuple[str, Transaction]:
    """A stop that is unmatched, and a transaction that waits for one."""
    stop, transaction = an_unmatched_stop(cause="Ambiguous"), a_transaction(7)
    await api.store.write(
        api.store.unmatched_stops.recorded(stop), api.store.transactions.started(transaction)
    )
    return stop.id, transaction


async def test_a_stop_is_listed_as_it_was_sent(api: Api) -> None:
    stop_id, _ = await one_of_each(api)
    assert await api.get("/v1/unmatched-stops") == {
        "items": [
            {
                "id": stop_id,
                "chargePointId": "ESP32_Charger",
                "transactionId": -1,
                "stoppedAt": "2026-01-31T12:30:00.000Z",
                "meterStop": 4200,
                "reason": "Local",
                "idTag": "RandomToken",
                "receivedAt": "2026-01-31T12:31:00.000Z",
                "cause": "Ambiguous",
                "transactionData": None,
                "matchedTransactionId": None,
                "matchedAt": None,
                "matchedBy": None,
            }
        ],
        "next": None,
    }


async def test_an_operator_lets_it_end_a_transaction(api: Api) -> None:
    stop_id, _ = await one_of_each(api)
    path = f"/v1/unmatched-stops/{stop_id}/match"
    response = await api.call("POST", path, json={"transactionId": 7})
    stop = response.json()
    assert (response.status_code, stop["matchedTransactionId"]) == (200, 7)
    assert (await api.get("/v1/unmatched-stops", matched=True))["items"] == [stop]
    assert (await api.get("/v1/unmatched-stops", matched=False))["items"] == []
    assert (await api.get("/v1/transactions/7"))["reconciled"] == "operator"
    again = await api.call("POST", path, json={"transactionId": 7})
    assert (again.status_code, again.json()["detail"]) == (
        409,
        "the stop is that of transaction 7 already",
    )


async def test_who_may_only_command_matches_nothing(api: Api) -> None:
    stop_id, _ = await one_of_each(api)
    path = f"/v1/unmatched-stops/{stop_id}/match"
    response = await api.call("POST", path, scope=Scope.command, json={"transactionId": 7})
    assert response.status_code == 403


async def test_what_is_not_there_or_no_transaction_id_is_said(api: Api) -> None:
    unknown = await api.call("POST", "/v1/unmatched-stops/x/match", json={"transactionId": 7})
    assert (unknown.status_code, unknown.json()["detail"]) == (
        404,
        "There is no unmatched stop `x`",
    )
    wrong = await api.call("POST", "/v1/unmatched-stops/x/match", json={"transactionId": -1})
    assert wrong.json()["errors"][0]["path"] == "transactionId"
