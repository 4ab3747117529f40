"""Cases of the CEL Policy format: what their expressions may name, and what they are given."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from engine.cel import STRING, Environment, Type, compile
from engine.cel.checking.types import DYN, parse_type
from engine.cel.errors import Failure
from engine.cel.functions.library import LIBRARY
from engine.cel.functions.table import Function, Overload
from engine.cel.values.kinds import kind_of
from engine.policy.problems import Problem
from engine.policy.reading.expressions import NAMESPACES
from engine.policy.yaml.nodes import MappingNode, Node, Scalar, Sequence, plain
from engine.policy.yaml.yaml_text import read

_TYPES = {"google.protobuf.Timestamp": "timestamp", "google.protobuf.Duration": "duration"}


class NeedsMessages(Exception):
    """A case that is about messages of protocol buffers, which this project has not."""


def documents(path: Path, problems: list[Problem]) -> list[Node]:
    return read(path.name, path.read_bytes(), problems.append)


def plain_file(path: Path) -> Any:
    """The one document of a file; nothing where there is no file."""
    if not path.exists():
        return {}
    (document,) = documents(path, [])
    return plain(document)


def environment(folder: Path) -> Environment:
    """What `config.yaml` declares; its `extensions` and `stdlib` only take from what we have."""
    config = plain_file(folder / "config.yaml")
    if "context_variable" in config:
        raise NeedsMessages
    rows = config.get("variables", [])
    names = {row["name"]: _type(row.get("type", row)) for row in rows}
    return Environment(
        names,
        functions=LIBRARY.with_rows(*map(_function, config.get("functions", []))),
        container=config.get("container", ""),
        scope="attributes",
        attributes={name: f"facts.{attribute(name)}" for name in names},
        namespaces=NAMESPACES,
    )


def _type(row: Any) -> Type:
    if isinstance(row, str):
        return _type({"type_name": row})
    name, parameters = row["type_name"], [_type(each) for each in row.get("params", ())]
    match name:
        case "map":
            return Type("map", tuple(parameters) or (STRING, DYN))
        case "list":
            return Type("list", tuple(parameters) or (DYN,))
        case _ if "." in name and name not in _TYPES:
            raise NeedsMessages
        case _:
            return parse_type(_TYPES.get(name, name))


def attribute(name: str) -> str:
    return name.replace(".", "_")


def _location(address: str) -> str:
    return {"10.0.0.1": "us", "10.0.0.2": "de"}.get(address, "ir")


def _has(*names: str) -> Callable[[object], bool]:
    return lambda value: isinstance(value, Mapping) and any(name in value for name in names)


_COMPUTED: Mapping[str, Callable[..., object]] = {
    "locationCode": _location,
    "hasCreditCard": _has("cc"),
    "hasEmailOrPhone": _has("email", "phone"),
    "classifier.has_credit_card": _has("cc"),
    "classifier.has_email_or_phone": _has("email", "phone"),
}
"""
What functions of cases do. A case only declares them: what they do stands in the programs that
run the public suite, and is here as it is there.
"""


def _function(row: Mapping[str, Any]) -> Function:
    name = row["name"]

    def not_known(*_: object) -> object:
        raise Failure(f"what the function `{name}` of the case does is not known")

    compute = _COMPUTED.get(name, not_known)
    overloads = tuple(_overload(each, compute) for each in row["overloads"])
    return Function(name, doc="", example="", overloads=overloads)


def _overload(row: Mapping[str, Any], compute: Callable[..., object]) -> Overload:
    target = [row["target"]] if "target" in row else []
    parameters = tuple(_type(each) for each in [*target, *row.get("args", ())])
    return Overload(row["id"], compute, parameters, _type(row["return"]), member=bool(target))


def rule_of(document: MappingNode) -> Node | None:
    """The rule; a ValidatingAdmissionPolicy, which the public suite has too, is made one."""
    spec = document.get("spec")
    if not isinstance(spec, MappingNode):
        return document.get("rule")
    validations = spec.get("validations")
    assert isinstance(validations, Sequence)
    match = Sequence(spec.source, validations.index, list(map(_validation, validations.items)))
    rule = MappingNode(spec.source, spec.index, {})
    rule.entries["match"] = _key(validations, "match"), match
    if "variables" in spec.entries:
        rule.entries["variables"] = spec.entries["variables"]
    return rule


def _validation(node: Node) -> Node:
    """What must hold becomes a condition that it does not."""
    assert isinstance(node, MappingNode)
    holds, message = node.get("expression"), node.get("messageExpression")
    assert isinstance(holds, Scalar)
    assert message is not None
    text = f"!({holds.text})"
    condition = Scalar(node.source, holds.index, text, holds.style, holds.end, text)
    item = MappingNode(node.source, node.index, {})
    item.entries["condition"] = _key(holds, "condition"), condition
    item.entries["output"] = _key(message, "output"), message
    return item


def _key(node: Node, text: str) -> Scalar:
    return Scalar(node.source, node.index, text, None, node.index, text)


def value(given: Any) -> object:
    """An `expr` or a `value` of a case."""
    if "expr" in given:
        return compile(given["expr"]).evaluate({})
    if kind_of(given["value"]) == "map" and "@type" in given["value"]:
        raise NeedsMessages
    return given["value"]


def cases(folder: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The tests of a folder by name."""
    tests = plain_file(folder / "tests.yaml")
    for section in tests.get("section", tests.get("sections", ())):
        for case in section["tests"]:
            yield f"{folder.name}/{section['name']}/{case['name']}", case
