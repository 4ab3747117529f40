"""The API's own documentation, for programs and for people, and what editors of policies read."""

import json

from engine.api.problems import NOT_FOUND, ProblemError
from engine.api.queries import Query
from engine.api.reference import CONTENT_SECURITY_POLICY
from engine.api.routes import Answer, Asked
from engine.policy.editors.editor_schemas import NAMES, editor_schema


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


async def schema(asked: Asked[Query, None]) -> Answer:
    """Answer the JSON Schema of a kind of policy file."""
    name = asked.path["schema"]
    if name not in NAMES:
        hint = f"there are {', '.join(f'`{known}`' for known in NAMES)}"
        raise ProblemError(NOT_FOUND, f"There is no schema `{name}`", hint=hint)
    body = json.dumps(editor_schema(name), ensure_ascii=False).encode()
    return Answer(body=body, media_type="application/schema+json")
