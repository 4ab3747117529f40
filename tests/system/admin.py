"""The admin HTTP API as an integrator's program uses it."""

from types import TracebackType
from typing import Any, Self

import httpx

Json = dict[str, Any]


class Admin:
    """Asks the admin API of one server, and says what it answered when that was not expected."""

    def __init__(self, url: str, token: str | None) -> None:
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        # No TLS here, and loading the trusted roots costs more than many of the tests.
        self._http = httpx.AsyncClient(base_url=url, headers=headers, verify=False, timeout=30)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        await self._http.aclose()

    async def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        return await self._http.request(method, path, **options)

    async def get(self, path: str, **parameters: Any) -> Json:
        """The JSON document at `path`."""
        return document(await self._http.get(path, params=parameters))

    async def all(self, path: str, **parameters: Any) -> list[Json]:
        """The items of a list, over all its pages."""
        page = await self.get(path, **parameters)
        items: list[Json] = page["items"]
        while page["next"] is not None:
            page = await self.get(path, **parameters, cursor=page["next"])
            items.extend(page["items"])
        return items

    async def put(self, path: str, body: Json) -> Json:
        return document(await self._http.put(path, json=body))

    async def command(
        self, charge_point_id: str, action: str, payload: Json, **parameters: Any
    ) -> httpx.Response:
        """Issue a command and wait for its outcome, whatever it is."""
        path = f"/v1/charge-points/{charge_point_id}/commands/{action}"
        return await self._http.post(path, json=payload, params=parameters)

    async def result(self, charge_point_id: str, action: str, payload: Json) -> Json:
        """The charge point's confirmation of a command that completed."""
        outcome = document(await self.command(charge_point_id, action, payload))
        result: Json = outcome["result"]
        assert outcome == {"id": outcome["id"], "status": "completed", "result": result}
        return result

    async def add_tag(self, id_tag: str, **fields: Any) -> str:
        """Register an id tag, Accepted unless `fields` say otherwise."""
        await self.put(f"/v1/id-tags/{id_tag}", {"status": "Accepted"} | fields)
        return id_tag

    async def connectors(self, charge_point_id: str) -> dict[int, str]:
        """The last status of each connector that reported one."""
        charge_point = await self.get(f"/v1/charge-points/{charge_point_id}")
        return {each["connectorId"]: each["status"] for each in charge_point["connectors"]}

    async def transaction(self, transaction_id: int) -> Json:
        return await self.get(f"/v1/transactions/{transaction_id}")

    async def meter_values(self, transaction_id: int) -> list[Json]:
        return await self.all(f"/v1/transactions/{transaction_id}/meter-values")

    async def last_decision(self, charge_point_id: str, action: str) -> Json:
        page = await self.get(
            "/v1/decisions", chargePointId=charge_point_id, action=action, limit=1
        )
        decision: Json = page["items"][0]
        return decision


def document(response: httpx.Response) -> Json:
    """The body of a success; anything else fails with the problem the server stated."""
    request = response.request
    assert response.is_success, (
        f"{request.method} {request.url}: {response.status_code} {response.text}"
    )
    body: Json = response.json()
    return body
