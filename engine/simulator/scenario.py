"""
A scenario: what a simulated charge point does, step by step, as a YAML file (docs/simulator.md).

Steps are `boot`, `charge`, `wait`, `repeat`, or any action that a charge point sends, with the
fields of its payload that should differ from what the simulator fills in.
"""

from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from engine.errors import EngineError
from engine.policy.problems import Problem
from engine.policy.yaml.nodes import MappingNode, Node, Scalar, Sequence, plain
from engine.policy.yaml.yaml_text import read
from protocol.actions import Role, sent_by

ACTIONS = sent_by(Role.ChargePoint)
STEPS = ("boot", "charge", "wait", "repeat", *sorted(ACTIONS))


class ScenarioError(EngineError):
    """A scenario file can't be used."""


class Boot(msgspec.Struct, frozen=True):
    """BootNotification until it is Accepted, then the status of each connector."""


class Charge(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """Authorize, and if that is Accepted a whole transaction with its statuses."""

    connector_id: Annotated[int, Meta(ge=1)] = 1
    id_tag: str | None = None
    meter_values: Annotated[int, Meta(ge=0)] = 3
    every_seconds: Annotated[float, Meta(ge=0)] | None = None


class Wait(msgspec.Struct, frozen=True):
    """Do nothing for a while."""

    seconds: float


class Call(msgspec.Struct, frozen=True):
    """Send one request."""

    action: str
    payload: dict[str, Any]
    expect: dict[str, Any] | None
    """What the confirmation must hold, at least."""
    place: str


class Repeat(msgspec.Struct, frozen=True):
    """The same steps several times."""

    times: int
    steps: "tuple[Step, ...]"


Step = Boot | Charge | Wait | Call | Repeat

DEFAULT: tuple[Step, ...] = (Boot(), Charge())


def load(path: Path) -> tuple[Step, ...]:
    """
    Read a scenario file.

    Raises:
        ScenarioError: with everything that is wrong with it.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ScenarioError(f"can't read the scenario `{path}`: {reason}") from error
    problems: list[Problem] = []
    steps: tuple[Step, ...] = ()
    for document in read(str(path), content, problems.append)[:1]:
        found = document.get("steps") if isinstance(document, MappingNode) else None
        if isinstance(found, Sequence):
            steps = _steps(found, problems)
        else:
            problems.append(document.problem("a scenario holds a list called `steps`"))
    if problems or not steps:
        raise ScenarioError("\n".join(map(_with_hint, problems)) or f"`{path}` has no steps")
    return steps


def _with_hint(problem: Problem) -> str:
    return f"{problem}\nhint: {problem.hint}" if problem.hint else str(problem)


def _steps(nodes: Sequence, problems: list[Problem]) -> tuple[Step, ...]:
    read = (_step(node, problems) for node in nodes.items)
    return tuple(step for step in read if step is not None)


def _step(node: Node, problems: list[Problem]) -> Step | None:
    name, value, expect = _parts(node)
    try:
        match name:
            case "boot" if value is None:
                return Boot()
            case "charge":
                return msgspec.convert({} if value is None else plain(value), Charge)
            case "wait":
                return Wait(msgspec.convert(plain(value) if value else None, float))
            case "repeat" if isinstance(node, MappingNode) and value is not None:
                return _repeat(node, value, problems)
            case str() if name in ACTIONS:
                payload = {} if value is None else plain(value)
                return Call(
                    action=name,
                    payload=msgspec.convert(payload, dict[str, Any]),
                    expect=None
                    if expect is None
                    else msgspec.convert(plain(expect), dict[str, Any]),
                    place=_place(node),
                )
            case _:
                shown = f"`{name}` is no step" if name else "this is no step"
                problems.append(node.problem(shown, hint="steps are " + ", ".join(STEPS)))
    except msgspec.ValidationError as error:
        problems.append(node.problem(f"`{name}`: {error}"))
    return None


def _parts(node: Node) -> tuple[str | None, Node | None, Node | None]:
    """The name of a step, what it is given, and what is expected of the answer."""
    match node:
        case Scalar(value=str(name)):
            return name, None, None
        case MappingNode():
            names = [key for key, _ in node.items() if key not in ("expect", "steps")]
            if len(names) == 1:
                value = node.get(names[0])
                empty = isinstance(value, Scalar) and value.value is None
                return names[0], None if empty else value, node.get("expect")
    return None, None, None


def _repeat(node: MappingNode, value: Node, problems: list[Problem]) -> Repeat | None:
    inner = node.get("steps")
    if not isinstance(inner, Sequence):
        problems.append(node.problem("`repeat` needs `steps` beside it"))
        return None
    times = msgspec.convert(plain(value), Annotated[int, Meta(ge=1)])
    return Repeat(times, _steps(inner, problems))


def _place(node: Node) -> str:
    found = node.problem("")
    return f"{found.file}:{found.line}"
