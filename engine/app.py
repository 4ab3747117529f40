"""The composition root: builds the parts, runs the two servers, and stops them in order."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import msgspec
import structlog

from engine.api import make_api
from engine.central_system import CentralSystem
from engine.config import Address, Settings, StoreSettings
from engine.errors import StoreUnavailable
from engine.policy.live.host import PolicyHost
from engine.security.first_token import ensure_first_token
from engine.servers import Server, admin_server, bind, ocpp_server
from engine.storage import Keep, Pruned, Store, upgrade
from engine.strangers import accepts_strangers, warns_of_opening
from engine.telemetry.metrics import Metrics

log = structlog.get_logger()


class Started(msgspec.Struct, frozen=True, kw_only=True):
    """What a person wants to know once both servers listen."""

    ocpp_url: str
    admin_url: str
    first_token: str | None
    """Shown this one time; None when there was a token already or the operator set it."""
    policies: Path
    revision: str
    open_to_all: bool
    """True when any charge point may connect, registered or not, without a password."""


async def serve(settings: Settings, announce: Callable[[Started], None]) -> None:
    """
    Run Voltrule until SIGTERM or SIGINT.

    The order at the end: refuse new connections; answer what is in flight; close the charge
    points' sockets (1001, going away); finish the admin requests; write what is unwritten;
    close the store. A second signal skips the waiting. SIGHUP loads the policies again.

    Raises:
        EngineError: if it can't start, with the reason and a hint.
        asyncio.CancelledError: if a second signal ended it.
    """
    async with contextlib.AsyncExitStack() as stack:
        ocpp_listener = stack.enter_context(bind("ocpp.listen", settings.ocpp.listen))
        admin_listener = stack.enter_context(bind("admin.listen", settings.admin.listen))
        store = await stack.enter_async_context(_open(settings.store))
        policies = PolicyHost(
            settings.policies.path,
            memory=store.policy_revisions,
            quiet_seconds=settings.policies.quiet_seconds,
            require_tests=settings.policies.require_tests,
        )
        await policies.start()
        policies.on_change.append(warns_of_opening(policies))
        first_token = await ensure_first_token(store, settings.admin.token)
        metrics = Metrics()
        system = await stack.enter_async_context(
            CentralSystem(
                store=store,
                policies=policies,
                settings=settings.ocpp,
                metrics=metrics,
                mask_id_tags=settings.security.mask_id_tags,
            )
        )
        proxies = settings.security.trusted_proxies
        ocpp = ocpp_server(system.asgi, ocpp_listener, settings.ocpp, proxies)
        api = make_api(
            store=store,
            central_system=system,
            policies=policies,
            metrics=metrics,
            settings=settings.admin,
            mask_id_tags=settings.security.mask_id_tags,
            ocpp_listening=lambda: ocpp.accepting,
        )
        admin = admin_server(api, admin_listener, proxies)
        pruning = _pruning(store, settings.store, metrics)
        async with _running(ocpp, admin, policies, pruning) as stopping:
            announce(
                Started(
                    ocpp_url=f"ws://{_reachable(ocpp.address)}/ocpp/{{chargePointId}}",
                    admin_url=f"http://{_reachable(admin.address)}",
                    first_token=first_token,
                    policies=settings.policies.path,
                    revision=policies.current.revision,
                    open_to_all=accepts_strangers(policies.current),
                )
            )
            await stopping.wait()
            log.info("stopping", note="a second signal stops at once")
            ocpp.stop_accepting()
            admin.stop_accepting()
            await system.shutdown()
            seconds = settings.ocpp.shutdown_seconds
            await asyncio.gather(ocpp.finish(seconds), admin.finish(seconds))
    log.info("stopped")


@contextlib.asynccontextmanager
async def _open(settings: StoreSettings) -> AsyncIterator[Store]:
    """
    Open the store, its schema brought up to date where that is allowed.

    Raises:
        StoreUnavailable, SchemaMismatch: with the reason.
    """
    if settings.upgrade:
        await upgrade(settings.url)
    store = await Store.open(settings.url, group_seconds=settings.group_seconds)
    try:
        yield store
    finally:
        with contextlib.suppress(StoreUnavailable):
            await store.flush()
        await store.close()


async def _pruning(store: Store, settings: StoreSettings, metrics: Metrics) -> None:
    """Remove what is older than it is to be kept, and count it."""
    keep = Keep(
        messages_days=settings.keep_messages_days,
        decisions_days=settings.keep_decisions_days,
        meter_values_days=settings.keep_meter_values_days,
    )

    def tell(pruned: Pruned) -> None:
        for log, rows in msgspec.structs.asdict(pruned).items():
            metrics.counter("voltrule_store_pruned_total", log).inc(rows)

    await store.retention(keep).run(tell)


@contextlib.asynccontextmanager
async def _running(
    ocpp: Server, admin: Server, policies: PolicyHost, pruning: Coroutine[Any, Any, None]
) -> AsyncIterator[asyncio.Event]:
    """Let the servers listen, policies be watched, logs be pruned; gives what a signal sets."""
    stopping = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        await admin.start()
        await ocpp.start()
        background = [
            tasks.create_task(work)
            for work in (admin.main_loop(), ocpp.main_loop(), policies.run(), pruning)
        ]
        with _signals(stopping, lambda: tasks.create_task(_reload(policies))):
            yield stopping
        for task in background:
            task.cancel()


async def _reload(policies: PolicyHost) -> None:
    await policies.reload()


@contextlib.contextmanager
def _signals(stopping: asyncio.Event, reload: Callable[[], object]) -> Iterator[None]:
    loop = asyncio.get_running_loop()
    main = asyncio.current_task()
    assert main is not None

    def stop() -> None:
        if stopping.is_set():
            main.cancel()
        stopping.set()

    handlers = {signal.SIGTERM: stop, signal.SIGINT: stop, signal.SIGHUP: reload}
    for number, handler in handlers.items():
        loop.add_signal_handler(number, handler)
    try:
        yield
    finally:
        for number in handlers:
            loop.remove_signal_handler(number)


def _reachable(address: Address) -> Address:
    """An address to connect to: one that stands for all addresses becomes this machine's name."""
    everywhere = address.host in ("0.0.0.0", "::")  # noqa: S104 - compared, not bound
    return Address("localhost", address.port) if everywhere else address
