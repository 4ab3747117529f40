"""Expressions are typed by the action, and know their place."""

from engine.cel import BOOL, STRING, Constants
from engine.policy.problems import Problem
from engine.policy.reading.expressions import Expressions, and_variable, visible_to
from engine.policy.yaml.nodes import MappingNode
from engine.policy.yaml.yaml_text import read

CONSTANTS = Constants({"constants": {"a": {"b": 1}, "none": None}, "data": {"t": {}}})


def compiled(text: str, action: str | None) -> tuple[str | None, list[str]]:
    """Where its fifth character stands, and what is wrong with it."""
    found: list[Problem] = []
    (document,) = read("f.yaml", f"c: {text}\n".encode(), found.append)
    assert isinstance(document, MappingNode)
    visible = visible_to(action, CONSTANTS, variables=False)
    cel = Expressions(found.append).read(document.get("c"), "c", visible)
    return None if cel is None else cel.locate(4), [f"{p.column}: {p.message}" for p in found]


def test_an_expression_knows_its_place_in_the_file() -> None:
    assert compiled("'request.connectorId == 1'", "MeterValues") == ("f.yaml:1:9", [])
    assert compiled("'\"\" == ''\\x41'''", "MeterValues") == ("f.yaml:1:9", [])
    assert compiled('"\\x20now == now"', "MeterValues") == ("f.yaml:1:12", [])


def test_the_request_is_that_of_the_action() -> None:
    assert compiled("request.chargePointVendor", "BootNotification")[1] == []
    assert compiled("request.subprotocols", "Connect")[1] == []
    assert compiled("request.anything.at.all", None)[1] == []
    assert compiled("request.chargePointVendor", "Heartbeat")[1] == [
        "12: `request` has no field `chargePointVendor`"
    ]


def test_constants_are_known_at_every_depth() -> None:
    assert compiled("constants.a.b == 1 && has(data.t.x)", "Heartbeat")[1] == []
    assert compiled("constants.none > 3", "Heartbeat")[1] == []
    assert compiled("constants.a.c", "Heartbeat")[1] == ["16: `constants.a` has no field `c`"]
    assert compiled("constants.a.b.c", "Heartbeat")[1] == ["18: int has no fields"]
    assert compiled("data.u", "Heartbeat")[1] == ["9: `data` has no field `u`"]


def test_a_variable_has_a_type_and_another_one_hides_it() -> None:
    visible = visible_to("Heartbeat", CONSTANTS, variables=True)
    visible = and_variable(visible, "x", "variable_1", BOOL)
    visible = and_variable(visible, "x", "variable_2", STRING)
    assert visible.attributes["variables.x"] == "variable_2"
    assert visible.variables["variables.x"] is STRING
