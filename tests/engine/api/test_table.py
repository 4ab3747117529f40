"""The table of routes, and the page that integrators read about it."""

from pathlib import Path

import pytest

from engine.api.problems import problem_types
from engine.api.resources.commands import commands
from engine.api.routes import Route
from engine.api.table import routes

DOCS = (Path(__file__).parents[3] / "docs" / "api.md").read_text()
COMMANDS = "/v1/charge-points/{chargePointId}/commands/"


def shown(route: Route) -> str:
    """The row of a route in the docs; all commands share one."""
    path = COMMANDS + "{Action}" if route.path.startswith(COMMANDS) else route.path
    scope = f"`{route.scope}`" if route.scope else "none"
    return f"| `{route.method} {path}` | {scope} | "


@pytest.mark.parametrize("route", routes, ids=lambda route: route.operation)
def test_every_route_is_documented_with_its_scope(route: Route) -> None:
    assert shown(route) in DOCS


def test_no_route_is_documented_that_is_not_there() -> None:
    rows = [line for line in DOCS.splitlines() if line.startswith(("| `GET", "| `P", "| `DEL"))]
    known = tuple({shown(route) for route in routes})
    assert [row for row in rows if not row.startswith(known)] == []


def test_every_command_is_named() -> None:
    (sentence,) = [part for part in DOCS.split("\n\n") if part.startswith("The actions: ")]
    named = sentence.removeprefix("The actions: ").rstrip(".").replace("\n", " ").split(", ")
    assert named == [action.name for action in commands]


def test_every_problem_is_documented() -> None:
    for problem in problem_types:
        assert f"| `{problem.uri}` | {problem.status} | {problem.when} |" in DOCS


def test_a_method_of_a_path_stands_once() -> None:
    pairs = [(route.method, route.path) for route in routes]
    assert len(pairs) == len(set(pairs))


def test_what_changes_something_needs_more_than_read() -> None:
    changing = [route for route in routes if route.method != "GET"]
    readable = [route.path for route in changing if route.scope in (None, "read")]
    assert readable == ["/v1/policies/check", "/v1/policies/explain"]
