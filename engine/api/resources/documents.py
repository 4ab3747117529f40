"""The API's own documentation: for programs and for people."""

from engine.api.queries import Query
from engine.api.reference import CONTENT_SECURITY_POLICY
from engine.api.routes import Answer, Asked


async def openapi_json(asked: Asked[Query, None]) -> Answer:
    """Answer the OpenAPI document."""
    return Answer(body=asked.services.openapi)


async def docs(asked: Asked[Query, None]) -> Answer:
    """Answer the page that shows the document."""
    return Answer(
        body=asked.services.reference,
        media_type="text/html; charset=utf-8",
        headers={
            "Content-Security-Policy": CONTENT_SECURITY_POLICY,
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
        },
    )


async def home(asked: Asked[Query, None]) -> Answer:
    """Send a person who opens the bare address to the page."""
    return Answer(status=307, headers={"Location": "/docs"})
