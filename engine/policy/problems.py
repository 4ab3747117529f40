"""What is wrong with policy files: all of it at once, each with its place and what to do."""

import json
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from typing import Literal

import msgspec

from engine.errors import EngineError

Severity = Literal["error", "warning"]


class Problem(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """One mistake at one place; `line` and `column` count from 1. DESIGN §3."""

    file: str
    line: int
    column: int
    severity: Severity = "error"
    """A warning is shown, but does not keep a policy set from going live."""
    message: str
    hint: str | None = None

    def __str__(self) -> str:
        kind = "warning: " if self.severity == "warning" else ""
        return f"{self.file}:{self.line}:{self.column}: {kind}{self.message}"


class PolicyProblems(EngineError):
    """A policy set that can't be used, with every problem in it, sorted by place."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted_by_place(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def text(self, sources: Mapping[str, bytes]) -> str:
        return as_text(self.problems, sources)

    def json(self) -> str:
        return as_json(self.problems)


def sorted_by_place(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    return tuple(
        sorted(set(problems), key=lambda p: (p.file, p.line, p.column, p.message, p.hint or ""))
    )


def for_actions(
    found: Mapping[Problem, Collection[str]], actions: Collection[str]
) -> list[Problem]:
    """
    The problems of a policy that decides several actions, once each.

    One that is not there for every action says for which it is.
    """
    merged: dict[Problem, tuple[list[str], list[str]]] = {}
    for problem, where in found.items():
        same = msgspec.structs.replace(problem, hint=None)
        hints, among = merged.setdefault(same, ([], []))
        hints += [problem.hint] if problem.hint else []
        among += where
    return [
        msgspec.structs.replace(
            problem,
            message=problem.message + _in(among, actions),
            # "did you mean" of one action is worth more than the list of all fields of another.
            hint=min(hints, key=lambda hint: not hint.startswith("did you"), default=None),
        )
        for problem, (hints, among) in merged.items()
    ]


def _in(among: list[str], actions: Collection[str]) -> str:
    return "" if len(among) == len(actions) else f" (in {', '.join(among)})"


def as_text(problems: Iterable[Problem], sources: Mapping[str, bytes]) -> str:
    """Each problem with the line it is in, a caret under the place, and its hint."""
    return "\n\n".join(_with_source(problem, sources) for problem in problems)


def as_json(problems: Iterable[Problem]) -> str:
    return json.dumps(
        {"problems": [msgspec.to_builtins(problem) for problem in problems]},
        indent=2,
        ensure_ascii=False,
    )


def _with_source(problem: Problem, sources: Mapping[str, bytes]) -> str:
    parts = [str(problem)]
    lines = sources.get(problem.file, b"").decode("utf-8-sig", "replace").split("\n")
    if problem.line <= len(lines) and lines[problem.line - 1].strip():
        line = lines[problem.line - 1].rstrip("\r")
        indent = "".join(map(_blank, line[: problem.column - 1]))
        parts += [f"    {line}", f"    {indent}^"]
    if problem.hint:
        parts.append(f"hint: {problem.hint}")
    return "\n".join(parts)


def _blank(letter: str) -> str:
    """White space as wide as a character, so that a caret stands under its place."""
    if letter == "\t":
        return "\t"
    if unicodedata.combining(letter) or unicodedata.category(letter) in ("Cf", "Mn", "Me"):
        return ""
    return "  " if unicodedata.east_asian_width(letter) in ("W", "F") else " "
