"""Whether the process lives, whether it can serve, and what it counts."""

import asyncio
from typing import Literal

import msgspec

from engine.api.problems import NOT_READY, ProblemError
from engine.api.queries import Query
from engine.api.routes import Answer, Asked
from engine.api.services import Services
from engine.errors import EngineError
from engine.policy.facts import Fact
from engine.telemetry.metrics import CONTENT_TYPE

PATIENCE_SECONDS = 5
"""A store that takes longer to write one row can't serve a fleet."""


class Health(Fact, frozen=True, kw_only=True):
    """The process runs."""

    status: Literal["ok"] = "ok"


class Component(Fact, frozen=True, kw_only=True):
    """One part of the engine, and whether it can do its work."""

    ready: bool
    detail: str
    """What is seen of it, for people."""


class Readiness(Fact, frozen=True, kw_only=True):
    """The process can serve charge points."""

    status: Literal["ready"] = "ready"
    components: dict[str, Component]
    """`store`, `policies` and `ocpp`."""


async def healthz(asked: Asked[Query, None]) -> Answer:
    """Answer that the process runs."""
    return Answer(body=Health())


async def readyz(asked: Asked[Query, None]) -> Answer:
    """Answer whether every component can do its work; 503 with the same members if not."""
    services = asked.services
    components = {
        "store": await _store(services),
        "policies": _policies(services),
        "ocpp": _ocpp(services),
    }
    if not all(component.ready for component in components.values()):
        down = [name for name, component in components.items() if not component.ready]
        raise ProblemError(
            NOT_READY, f"Not ready: {', '.join(down)}", components=msgspec.to_builtins(components)
        )
    return Answer(body=Readiness(components=components))


async def _store(services: Services) -> Component:
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await services.store.probe()
    except TimeoutError:
        return Component(ready=False, detail=f"no answer within {PATIENCE_SECONDS} s")
    except EngineError as error:
        return Component(ready=False, detail=error.message)
    return Component(ready=True, detail="writes")


def _policies(services: Services) -> Component:
    status = services.policies.status()
    # A broken edit does not make the engine unready: the last good set goes on.
    problems = f", {len(status.problems)} problems in the directory" if status.problems else ""
    return Component(ready=True, detail=f"revision {status.revision}{problems}")


def _ocpp(services: Services) -> Component:
    if not services.ocpp_listening():
        return Component(ready=False, detail="does not accept connections")
    return Component(ready=True, detail="accepts connections")


async def metrics(asked: Asked[Query, None]) -> Answer:
    """Answer the metrics in Prometheus' text format."""
    return Answer(body=asked.services.metrics.exposition(), media_type=CONTENT_TYPE)
