"""
The page at `/docs`: the OpenAPI document as HTML that a person can read.

It is one file without scripts and without anything from elsewhere, so that it works in a control
room with no internet, and the strictest Content-Security-Policy holds.
"""

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from engine.api.examples import example_of
from engine.api.reference_style import STYLE
from engine.api.schemas import Schema

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)


def render(document: Schema) -> str:
    """Write the page for an OpenAPI document of ours."""
    info = document["info"]
    return "\n".join(
        [
            "<!doctype html>",
            '<html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{escape(info['title'])}</title><style>{STYLE}</style></head><body>",
            *_contents(document),
            f"<main><h1>{escape(info['title'])} <small>{escape(info['version'])}</small></h1>",
            _paragraphs(info["description"]),
            '<p>The same for programs: <a href="/openapi.json">/openapi.json</a> '
            "(OpenAPI 3.1).</p>",
            *_operations(document),
            *_types(document["components"]["schemas"]),
            "</main></body></html>",
        ]
    )


def _by_tag(document: Schema) -> Iterator[tuple[str, list[tuple[str, str, Schema]]]]:
    for tag in document["tags"]:
        yield (
            tag["name"],
            [
                (method, path, operation)
                for path, methods in document["paths"].items()
                for method, operation in methods.items()
                if tag["name"] in operation["tags"]
            ],
        )


def _contents(document: Schema) -> Iterator[str]:
    yield "<nav>"
    for tag, operations in _by_tag(document):
        yield f"<h2>{escape(tag)}</h2><ul>"
        for _, _, operation in operations:
            name = operation["operationId"]
            yield f'<li><a href="#{name}">{_inline(operation["summary"])}</a></li>'
        yield "</ul>"
    yield '<h2><a href="#types">Types</a></h2></nav>'


def _operations(document: Schema) -> Iterator[str]:
    for tag, operations in _by_tag(document):
        yield f"<h2>{escape(tag)}</h2>"
        for method, path, operation in operations:
            yield from _operation(document, method, path, operation)


def _operation(document: Schema, method: str, path: str, operation: Schema) -> Iterator[str]:
    yield f'<section id="{operation["operationId"]}"><h3>{_inline(operation["summary"])}</h3>'
    yield f'<p class="route"><b class="{method}">{method.upper()}</b> '
    yield f"<code>{escape(path)}</code></p>"
    yield _paragraphs(operation["description"])
    if parameters := operation.get("parameters"):
        yield "<h4>Parameters</h4><table>"
        yield from map(_parameter, parameters)
        yield "</table>"
    body = operation.get("requestBody")
    if body:
        schema = next(iter(body["content"].values()))["schema"]
        needed = "" if body["required"] else " (may be left out)"
        yield f"<h4>Body{needed}: {_type(schema)}</h4>"
    yield f"<pre>{escape(_curl(document, method, path, operation))}</pre>"
    yield "<h4>Answers</h4><table>"
    for status, response in operation["responses"].items():
        yield from _answer(status, response)
    yield "</table></section>"


def _parameter(parameter: Schema) -> str:
    needed = "" if parameter.get("required") else "optional"
    default = parameter["schema"].get("default")
    if default is not None:
        needed = f"default {escape(json.dumps(default))}"
    return (
        f"<tr><th><code>{escape(parameter['name'])}</code></th>"
        f"<td>{parameter['in']}</td><td>{_type(parameter['schema'])}</td>"
        f"<td>{_inline(parameter.get('description', ''))} <i>{needed}</i></td></tr>"
    )


def _answer(status: str, response: Schema) -> Iterator[str]:
    kinds = " ".join(
        _type(media["schema"]) for media in response.get("content", {}).values() if media
    )
    headers = "".join(
        f"<br><code>{escape(name)}</code>: {_inline(header['description'])}"
        for name, header in response.get("headers", {}).items()
    )
    yield f'<tr><th class="status{status[0]}">{status}</th><td>{kinds}</td>'
    yield f"<td>{_inline(response['description'])}{headers}</td></tr>"


def _curl(document: Schema, method: str, path: str, operation: Schema) -> str:
    examples = {
        parameter["name"]: str(parameter.get("example", f"<{parameter['name']}>"))
        for parameter in operation.get("parameters", ())
        if parameter["in"] == "path"
    }
    url = "http://127.0.0.1:8080" + re.sub(r"{(\w+)}", lambda m: examples[m[1]], path)
    lines = [f"curl {shlex.quote(url)}" if method == "get" else f"curl -X {method.upper()} {url}"]
    if operation["security"]:
        lines.append('-H "Authorization: Bearer $VOLTRULE_TOKEN"')
    body = operation.get("requestBody")
    if body:
        media_type, media = next(iter(body["content"].items()))
        schemas = document["components"]["schemas"]
        example = media.get("example", example_of(media["schema"], schemas))
        lines.append(f"-H 'Content-Type: {media_type}'")
        lines.append(f"-d {shlex.quote(json.dumps(example, ensure_ascii=False))}")
    return " \\\n  ".join(lines)


def _types(schemas: Mapping[str, Schema]) -> Iterator[str]:
    yield '<h2 id="types">Types</h2>'
    for name, schema in schemas.items():
        yield f'<section id="type-{name}"><h3>{escape(name)}</h3>'
        yield _paragraphs(schema.get("description", ""))
        if "enum" in schema:
            yield f"<p>{_type(schema)}</p>"
        if schema.get("properties"):
            yield "<table>"
            for field, place in schema["properties"].items():
                needed = "" if field in schema.get("required", ()) else "<i>optional</i>"
                yield f"<tr><th><code>{escape(field)}</code></th><td>{_type(place)}</td>"
                yield f"<td>{_inline(place.get('description', ''))} {needed}</td></tr>"
            yield "</table>"
        yield "</section>"


def _type(schema: Mapping[str, Any]) -> str:
    """Write a schema in one line, with links to the types it names."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f'<a href="#type-{name}">{escape(name)}</a>'
    if "anyOf" in schema:
        return " or ".join(_type(choice) for choice in schema["anyOf"])
    if "enum" in schema:
        return " ".join(f"<code>{escape(str(value))}</code>" for value in schema["enum"])
    match schema.get("type"):
        case "array":
            return f"list of {_type(schema.get('items', {}))}"
        case "object" if isinstance(schema.get("additionalProperties"), dict):
            return f"object: name → {_type(schema['additionalProperties'])}"
        case None:
            return "any JSON"
        case kind:
            return escape(f"{schema.get('format', kind)}{_limits(schema)}")


def _limits(schema: Mapping[str, Any]) -> str:
    limits = [
        f"{meaning} {schema[key]}"
        for key, meaning in {
            "maxLength": "up to",
            "minimum": "≥",
            "exclusiveMinimum": ">",
            "maximum": "≤",
        }.items()
        if key in schema
    ]
    return f" ({', '.join(limits)})" if limits else ""


def _paragraphs(text: str) -> str:
    return "".join(f"<p>{_inline(part)}</p>" for part in text.split("\n\n") if part.strip())


def _inline(text: str) -> str:
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))
