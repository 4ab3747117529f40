"""A central system that listens on a real socket, with a real store and real policies."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from engine.central_system import CentralSystem
from engine.config import OcppSettings
from engine.policy.live.host import PolicyHost
from engine.policy.live.revisions import KeptRevision
from engine.servers import bind, ocpp_server
from engine.storage import Store, upgrade
from engine.telemetry.metrics import Metrics
from tests.engine.central_system.charge_point import ChargePoint


class Memory:
    """Remembers the last good policy set for as long as a test runs."""

    def __init__(self) -> None:
        self._last: tuple[str, dict[str, bytes]] | None = None

    async def save(
        self, revision: str, files: Mapping[str, bytes], rolled_back_from: str | None = None
    ) -> None:
        """Keep a set."""
        self._last = (revision, dict(files))

    async def load(self, revision: str | None = None) -> tuple[str, dict[str, bytes]] | None:
        """The set that was kept last."""
        return self._last

    async def kept(self) -> tuple[KeptRevision, ...]:
        """What can be put back: nothing."""
        return ()


async def until(condition: Callable[[], bool]) -> None:
    """Let everything else go on until something is so."""
    while not condition():  # noqa: ASYNC110 - not a wait: it yields once
        await asyncio.sleep(0)


class Running:
    """What a test works with."""

    def __init__(
        self,
        url: str,
        database: Path,
        store: Store,
        policies: PolicyHost,
        central_system: CentralSystem,
        metrics: Metrics,
    ) -> None:
        self.url = url
        self.database = database
        self.store = store
        self.policies = policies
        self.central_system = central_system
        self.metrics = metrics

    def charge_point(self, charge_point_id: str = "CP1") -> ChargePoint:
        """A charge point that will connect to it."""
        return ChargePoint(self.url, charge_point_id)

    def write_policy(self, text: str, name: str = "policy.yaml") -> None:
        """Put a policy file beside the others; `policies.reload()` takes it up."""
        (self.policies.path / name).write_text(text)

    async def has_calls_in_work(self, charge_point_id: str, calls: int) -> None:
        """Wait until so many Calls of the charge point have come and are not answered."""

        def in_work() -> int:
            live = self.central_system.connections.known(charge_point_id)
            if live is None or live.handling is None:
                return 0
            return 1 + len(live.waiting or ())

        await until(lambda: in_work() >= calls)

    @contextmanager
    def locked_database(self) -> Iterator[None]:
        """Hold the database, so that no write gets through until the end of the block."""
        other = sqlite3.connect(self.database, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            other.execute("ROLLBACK")
            other.close()

    def break_store(self) -> None:
        """Make every write fail: each of them logs messages."""
        self.execute("ALTER TABLE exchanges RENAME TO gone")

    def mend_store(self) -> None:
        """Undo `break_store`."""
        self.execute("ALTER TABLE gone RENAME TO exchanges")

    def execute(self, statement: str) -> None:
        """Do something to the database behind the store's back."""
        other = sqlite3.connect(self.database, isolation_level=None)
        other.execute(statement)
        other.close()


_EMPTY: dict[str, bytes] = {}


async def _empty_database(folder: Path) -> bytes:
    """A database with its tables; they are made once and copied, which saves most of the time."""
    if not _EMPTY:
        made = folder / "empty.db"
        await upgrade(f"sqlite:///{made}")
        with sqlite3.connect(made) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        _EMPTY["bytes"] = made.read_bytes()
    return _EMPTY["bytes"]


@asynccontextmanager
async def running(
    folder: Path,
    policies: Mapping[str, str] | None = None,
    *,
    mask_id_tags: bool = False,
    **settings: object,
) -> AsyncIterator[Running]:
    """Run a central system in `folder`; `settings` are those of the section `ocpp`."""
    database, directory = folder / "voltrule.db", folder / "policies"
    directory.mkdir(exist_ok=True)
    for name, text in (policies or {}).items():
        (directory / name).write_text(text)
    if not database.exists():
        database.write_bytes(await _empty_database(folder))
    store = await Store.open(f"sqlite:///{database}")
    host = PolicyHost(directory, memory=Memory())
    await host.start()
    metrics = Metrics()
    options = OcppSettings(**settings)  # type: ignore[arg-type]
    system = CentralSystem(
        store=store,
        policies=host,
        settings=options,
        metrics=metrics,
        mask_id_tags=mask_id_tags,
    )
    with bind("ocpp.listen", "127.0.0.1:0") as listener:
        server = ocpp_server(system.asgi, listener, options, ())
        async with system:
            await server.start()
            try:
                url = f"ws://{server.address}/ocpp"
                yield Running(url, database, store, host, system, metrics)
            finally:
                await system.shutdown()
                await server.shutdown()
                await asyncio.gather(*server.server_state.tasks)
    await store.close()
