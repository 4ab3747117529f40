"""The real API over a real store and a real central system with its socket, for tests."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar, cast

import httpx
import ocpp.v16
import websockets
from ocpp import routing
from ocpp.v16 import ChargePoint

from engine.api import make_api
from engine.central_system import CentralSystem
from engine.config import AdminSettings, OcppSettings
from engine.policy.live.host import PolicyHost
from engine.security import tokens
from engine.security.tokens import Scope
from engine.servers import bind, ocpp_server
from engine.storage import Store, upgrade
from engine.telemetry.metrics import Metrics
from protocol.timestamps import Timestamp

Json = dict[str, Any]
F = TypeVar("F", bound=Callable[..., Any])

# The package `ocpp` says little of its types.
call: Any = ocpp.v16.call
call_result: Any = ocpp.v16.call_result


def on(action: str, **options: bool) -> Callable[[F], F]:
    """Mark the method that answers an action."""
    decorate: Any = routing.on
    return cast("Callable[[F], F]", decorate(action, **options))


POLICY = b"""\
name: known-tags
action: Authorize
rule:
  match:
    - id: unknown
      condition: tag == null
      explanation: "'nobody knows ' + request.idTag"
      response: { idTagInfo: { status: Invalid } }
"""


OCPP = OcppSettings()


class Api:
    """The API of one test, called as integrators call it."""

    def __init__(
        self, app: Any, store: Store, policies: Path, ocpp_url: str, database: Path
    ) -> None:
        self.store = store
        self.policies = policies
        self.ocpp_url = ocpp_url
        self.listening = True
        self._database = database
        self._transport = httpx.ASGITransport(app)

    async def call(
        self, method: str, path: str, scope: Scope | None = Scope.admin, **options: Any
    ) -> httpx.Response:
        """Ask with the token of that scope, or without any."""
        headers = dict(options.pop("headers", {}))
        if scope is not None:
            headers = {"Authorization": f"Bearer {scope}-token"} | headers
        async with httpx.AsyncClient(transport=self._transport, base_url="http://api") as client:
            return await client.request(method, path, headers=headers, **options)

    async def get(self, path: str, **parameters: Any) -> Any:
        """The JSON of a success."""
        response = await self.call("GET", path, params=parameters)
        assert response.status_code == 200, response.text
        return response.json()

    async def put(self, path: str, body: Json | None = None) -> Json:
        """The JSON of a success."""
        response = await self.call("PUT", path, json=body or {})
        assert response.is_success, response.text
        document: Json = response.json()
        return document

    async def execute(self, statement: str) -> None:
        """Do something to the database behind the store's back, when all is on disk."""
        await self.store.flush()
        other = sqlite3.connect(self._database, isolation_level=None)
        other.execute(statement)
        other.close()

    async def command(self, action: str, payload: Json, **options: Any) -> httpx.Response:
        """Send a command to `CP-1`."""
        path = f"/v1/charge-points/CP-1/commands/{action}"
        return await self.call("POST", path, json=payload, **options)

    @asynccontextmanager
    async def charge_point(
        self, kind: Callable[..., Any] = ChargePoint, id_: str = "CP-1"
    ) -> AsyncIterator[Any]:
        """A charge point of the PyPI `ocpp` package, connected over a real socket."""
        async with websockets.connect(
            f"{self.ocpp_url}/{id_}", subprotocols=[websockets.Subprotocol("ocpp1.6")]
        ) as socket:
            charge_point = kind(id_, socket)
            reading = asyncio.create_task(_read(charge_point))
            try:
                yield charge_point
            finally:
                reading.cancel()


async def _read(charge_point: Any) -> None:
    try:
        await charge_point.start()
    except websockets.ConnectionClosed:
        return


@asynccontextmanager
async def running(
    directory: Path, *, ocpp: OcppSettings = OCPP, mask_id_tags: bool = False, **settings: Any
) -> AsyncIterator[Api]:
    """Run everything but the process: store, policies, central system with its port, API."""
    policies_path = directory / "policies"
    policies_path.mkdir()
    (policies_path / "tags.yaml").write_bytes(POLICY)
    url = f"sqlite:///{directory}/voltrule.db"
    await upgrade(url)
    async with AsyncExitStack() as stack:
        store = await Store.open(url)
        stack.push_async_callback(store.close)
        for scope in Scope:
            digest = tokens.digest(f"{scope}-token")
            await store.tokens.add(name=scope, scope=scope, digest=digest, time=now())
        policies = PolicyHost(policies_path, memory=store.policy_revisions)
        await policies.start()
        metrics = Metrics()
        system = await stack.enter_async_context(
            CentralSystem(store=store, policies=policies, settings=ocpp, metrics=metrics)
        )
        ocpp_url = await stack.enter_async_context(_listening(system))
        api: Api
        app = make_api(
            store=store,
            central_system=system,
            policies=policies,
            metrics=metrics,
            settings=AdminSettings(**settings),
            mask_id_tags=mask_id_tags,
            ocpp_listening=lambda: api.listening,
        )
        api = Api(app, store, policies_path, ocpp_url, directory / "voltrule.db")
        yield api
        await system.shutdown()


@asynccontextmanager
async def _listening(system: CentralSystem) -> AsyncIterator[str]:
    with bind("ocpp.listen", "127.0.0.1:0") as listener:
        server = ocpp_server(system.asgi, listener, OcppSettings(), ())
        await server.start()
        yield f"ws://{server.address}/ocpp"
        await server.shutdown()


def now() -> Timestamp:
    """This moment."""
    return Timestamp.parse("2026-01-31T12:00:00.000Z")
