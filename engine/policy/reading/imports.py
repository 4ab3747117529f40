"""
`imports` of a policy: short names for names with dots, as the CEL Policy format has them.

After `imports: [{ name: google.protobuf.Timestamp }]` expressions may say `Timestamp`.
"""

import re
from collections.abc import Mapping

from engine.policy.problems import Problem
from engine.policy.yaml.nodes import Node, Scalar
from engine.policy.yaml.shape import Shape

IMPORT_KEYS = ("name",)
_QUALIFIED = re.compile(r"[_a-zA-Z][_a-zA-Z0-9]*(\.[_a-zA-Z][_a-zA-Z0-9]*)+")


def read_imports(node: Node | None, shape: Shape) -> Mapping[str, str]:
    """By the last part of a name the whole of it."""
    found: dict[str, str] = {}
    for item in () if node is None else shape.items(node, "imports"):
        mapping = shape.mapping(item, "an import", IMPORT_KEYS)
        value = mapping and shape.required(mapping, "name", "the import")
        name = (shape.text(value, "name") or "").strip() if value else ""
        short = name.rpartition(".")[2]
        if not value or not name:
            continue
        if not _QUALIFIED.fullmatch(name):
            message = f"invalid qualified name: {name}, wanted name of the form 'qualified.name'"
            shape.report(_at_text(value, message))
        elif found.get(short, name) != name:
            shape.report(_at_text(value, f"`{short}` is already short for `{found[short]}`"))
        else:
            found[short] = name
    return found


def _at_text(value: Node, message: str) -> Problem:
    return value.problem_at(0, message) if isinstance(value, Scalar) else value.problem(message)
