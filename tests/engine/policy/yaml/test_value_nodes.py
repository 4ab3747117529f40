"""JSON values read by what reads YAML: a problem names the path of the field."""

from typing import Any

from engine.policy.problems import Problem
from engine.policy.testing.fixtures import Fixtures
from engine.policy.yaml.nodes import MappingNode, plain
from engine.policy.yaml.value_nodes import mapping_of
from engine.policy.yaml.yaml_text import DEPTH_LIMIT


def nodes(values: dict[str, Any], name: str = "") -> MappingNode:
    found: list[Problem] = []
    node = mapping_of(values, found.append, name)
    assert node is not None, found
    return node


def test_values_stay_what_they_are() -> None:
    values = {"a": [1, 2.5, "3", {"b": None}], "c": True, "": "😀\x7f"}
    assert plain(nodes(values)) == values


def test_a_problem_has_the_path_of_its_field() -> None:
    values = {"a": [{"b.c": 1}], "d": 2}
    node = nodes(values, "the body")
    inner = node.get("a")
    assert inner is not None
    paths = [
        node.problem("x").file,
        node.key("d").problem("x").file,
        inner.items[0].key("b.c").problem("x").file,  # type: ignore[attr-defined]
    ]
    assert paths == ["the body", "d", "a[0].b.c"]


def test_what_nests_too_deep_is_a_problem() -> None:
    values: dict[str, Any] = {}
    for _ in range(5000):
        values = {"x": values}
    found: list[Problem] = []
    assert mapping_of(values, found.append) is None
    (problem,) = found
    assert problem.file == ".".join("x" * (DEPTH_LIMIT + 1))
    assert problem.message == f"nests deeper than {DEPTH_LIMIT} levels"


def test_facts_given_as_values_are_read_like_those_of_a_test() -> None:
    found: list[Problem] = []
    values = {
        "request": {"idTag": 5, "x": 1},
        "tag": {"status": "Accepted", "labels": {"a": 1}, "parent": "y"},
        "connector": 3,
    }
    given = nodes(values)
    assert Fixtures(found.append).facts("Authorize", given, nodes({})) is None
    assert {(each.file, each.message) for each in found} == {
        ("request.idTag", "the request: `idTag` must be text, not an integer"),
        ("request.x", "the request: `x` is not a field here"),
        ("tag.parent", "`parent` is not a field of Tag"),
        ("tag.labels", "`labels[...]` must be text, not a whole number"),
        ("connector", "`connector` must be a mapping, or null, not the number 3"),
    }
