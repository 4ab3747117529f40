"""The admin API as an ASGI application."""

import json
from collections.abc import Callable

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware

from engine.api.endpoints import EncodedPaths, refused, starlette_routes
from engine.api.openapi import make_document
from engine.api.reference import render
from engine.api.services import Services
from engine.api.table import routes
from engine.central_system import CentralSystem
from engine.config import AdminSettings
from engine.policy.live.host import PolicyHost
from engine.storage import Store
from engine.telemetry.metrics import Metrics


def make_api(
    *,
    store: Store,
    central_system: CentralSystem,
    policies: PolicyHost,
    metrics: Metrics,
    settings: AdminSettings,
    mask_id_tags: bool = False,
    ocpp_listening: Callable[[], bool] = lambda: True,
) -> Starlette:
    """
    Build the API.

    There is no CORS: a browser lets no page of another origin read an answer.

    Args:
        ocpp_listening: says whether charge points can connect now, for `/readyz`.
    """
    document = make_document(routes)
    services = Services(
        store=store,
        central_system=central_system,
        policies=policies,
        metrics=metrics,
        settings=settings,
        mask_id_tags=mask_id_tags,
        ocpp_listening=ocpp_listening,
        openapi=json.dumps(document, indent=2, ensure_ascii=False).encode(),
        reference=render(document).encode(),
    )
    app = Starlette(
        routes=starlette_routes(routes, services),
        exception_handlers={HTTPException: refused},
        middleware=[Middleware(EncodedPaths)],
    )
    # A path with a slash too many is an unknown path, not a detour.
    app.router.redirect_slashes = False
    return app
