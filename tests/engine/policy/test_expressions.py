"""Expressions are typed by the action, and know their place."""

from engine.policy.expressions import Expressions
from engine.policy.nodes import MappingNode
from engine.policy.problems import Problem
from engine.policy.yaml_text import read


def compiled(text: str, *actions: str) -> tuple[str | None, list[str]]:
    found: list[Problem] = []
    (document,) = read("f.yaml", f"c: {text}\n".encode(), found.append)
    assert isinstance(document, MappingNode)
    expressions = Expressions(actions, {"a": {"b": 1}}, frozenset({"t"}), found.append)
    cel = expressions.read(document.get("c"), "c", {})
    return None if cel is None else cel.place, [f"{p.column}: {p.message}" for p in found]


def test_an_expression_knows_its_place_in_the_file() -> None:
    assert compiled("'  request.connectorId == 1'", "MeterValues") == ("f.yaml:1:7", [])


def test_the_request_is_that_of_the_action() -> None:
    assert compiled("request.chargePointVendor", "BootNotification")[1] == []
    assert compiled("request.subprotocols", "Connect")[1] == []
    assert compiled("request.chargePointVendor", "Heartbeat")[1] == [
        "12: `request` has no field `chargePointVendor`"
    ]


def test_constants_are_known_at_every_depth() -> None:
    assert compiled("constants.a.b == 1 && data.t.x", "Heartbeat")[1] == []
    assert compiled("constants.a.c", "Heartbeat")[1] == ["16: there is no key `c`"]
    assert compiled("constants.a.b.c", "Heartbeat")[1] == [
        "18: `constants.a.b` is a number and has no field `c`"
    ]
