"""The rows for those who run the process; open to everyone."""

from typing import Any

from engine.api import problems
from engine.api.resources import documents, health
from engine.api.routes import Outcome, Route

operation_rows = (
    Route(
        method="GET",
        path="/healthz",
        operation="getHealth",
        tag="Operation",
        summary="Ask whether the process runs",
        scope=None,
        handler=health.healthz,
        outcomes={200: Outcome(description="It does.", type=health.Health)},
    ),
    Route(
        method="GET",
        path="/readyz",
        operation="getReadiness",
        tag="Operation",
        summary="Ask whether the process can serve charge points",
        description="A broken policy edit does not make it unready: the last good set goes on.",
        scope=None,
        handler=health.readyz,
        outcomes={200: Outcome(description="It can.", type=health.Readiness)},
        problems=(problems.NOT_READY,),
    ),
    Route(
        method="GET",
        path="/metrics",
        operation="getMetrics",
        tag="Operation",
        summary="Get the metrics",
        description="In Prometheus' text format.",
        scope=None,
        handler=health.metrics,
        outcomes={200: Outcome(description="The metrics.", type=str, media_type="text/plain")},
    ),
    Route(
        method="GET",
        path="/openapi.json",
        operation="getOpenApi",
        tag="Operation",
        summary="Get the OpenAPI document",
        scope=None,
        handler=documents.openapi_json,
        outcomes={200: Outcome(description="The document.", type=dict[str, Any])},
    ),
    Route(
        method="GET",
        path="/",
        operation="getHome",
        tag="Operation",
        summary="Find the documentation",
        scope=None,
        handler=documents.home,
        outcomes={307: Outcome(description="It is at /docs.")},
    ),
    Route(
        method="GET",
        path="/docs",
        operation="getDocs",
        tag="Operation",
        summary="Read the API's documentation",
        scope=None,
        handler=documents.docs,
        outcomes={200: Outcome(description="The page.", type=str, media_type="text/html")},
    ),
)
