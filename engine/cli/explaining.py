"""`voltrule explain`: what a request would be answered, and why, without a server."""

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import msgspec
import typer
from rich.console import Console
from rich.text import Text

from engine.cel import did_you_mean
from engine.cli.policies import directory_of
from engine.errors import EngineError
from engine.policy.deciding.policy_set import PolicySet
from engine.policy.defaults import ANSWERS
from engine.policy.explaining import recorded_facts
from engine.policy.explaining.explanation import Explanation, explain
from engine.policy.explaining.explanation_text import text_of
from engine.policy.facts import Facts
from engine.policy.live.directory import read_directory
from engine.policy.problems import PolicyProblems, Problem, as_text
from engine.policy.reading.compiling import compile_set
from engine.policy.testing.fixtures import Fixtures
from engine.policy.yaml import yaml_text
from engine.policy.yaml.nodes import MappingNode, Node, Scalar, Source
from engine.policy.yaml.value_nodes import mapping_of
from engine.telemetry.explanations import without_secrets
from protocol.types import Timestamp

STANDARD_INPUT = "-"
_STYLES: Mapping[str, str] = {
    r"(?m)^\s+\S+:\d+(:\d+)?:": "dim",
    r"(?m)(?<=: )(decides|matched|wanted|would decide)\b.*$": "green",
    r"(?m)(?<=: )(failed|error): .*$": "red",
    r"(?m)(?<=: )(not reached|disabled|out of scope|not valid now|no opinion)\b.*$": "dim",
    r"(?m)^\S.*$": "bold",
}


def run(
    action: str,
    request: str,
    facts: Mapping[str, Path],
    now: str | None,
    policies: Path | None,
    config: Path | None,
    form: Literal["text", "json"],
) -> int:
    """
    Explain one request; returns the exit code.

    Args:
        request: JSON, `@` and the name of a file, or `-` for standard input.
        facts: files by the names of facts, as tests have them.

    Raises:
        EngineError: with everything that is wrong with what was given.
    """
    if action not in ANSWERS:
        hint = did_you_mean(action, list(ANSWERS)) or f"one of {', '.join(ANSWERS)}"
        raise EngineError(f"`{action}` is not an action a policy decides", hint=hint)
    moment = Timestamp.of(datetime.now(UTC)) if now is None else _moment(now)
    known = _given(action, request, facts)
    known = msgspec.structs.replace(known, now=moment)
    compiled = _compiled(directory_of(policies, config))
    explanation = explain(compiled, action, known, recorded_facts.owned({}, moment))
    _print(without_secrets(explanation), form)
    return 0


def _moment(text: str) -> Timestamp:
    try:
        return Timestamp.parse(text)
    except ValueError:
        hint = "write it like `2026-01-31T12:00:00Z`"
        raise EngineError(f"`--now`: `{text}` is no date and time", hint=hint) from None


def _compiled(directory: Path) -> PolicySet:
    try:
        files = read_directory(directory)
    except PolicyProblems as unusable:
        (problem, *_) = unusable.problems
        raise EngineError(f"{problem.file}: {problem.message}", hint=problem.hint) from None
    try:
        return compile_set(files)
    except PolicyProblems as broken:
        text = as_text(broken.problems, files)
        raise EngineError(f"the policies in {directory} have mistakes\n\n{text}") from None


def _given(action: str, request: str, files: Mapping[str, Path]) -> Facts:
    problems: list[Problem] = []
    entries: dict[str, Node | None] = {"request": _request(request, problems.append)}
    for name, path in files.items():
        entries[name] = _node(path.name, _read(path), problems.append)
    _refuse(problems)
    source = Source("", "")
    key = Scalar(source, 0, "", None, 0, "")
    given = {name: (key, node) for name, node in entries.items() if node is not None}
    whole, nothing = MappingNode(source, 0, given), MappingNode(source, 0, {})
    facts = Fixtures(problems.append).facts(action, whole, nothing)
    _refuse(problems)
    assert facts is not None
    return facts


def _refuse(problems: Sequence[Problem]) -> None:
    if problems:
        raise EngineError("what was given can't be used\n" + "\n".join(map(_shown, problems)))


def _shown(problem: Problem) -> str:
    # JSON has no lines worth telling.
    place = problem.file if problem.line == 0 else f"{problem.file}:{problem.line}:{problem.column}"
    message = problem.message.removeprefix("the request: " if place == "request" else "")
    return f"  {place}: {message}{f' ({problem.hint})' if problem.hint else ''}"


def _request(request: str, report: Callable[[Problem], None]) -> Node | None:
    if request == STANDARD_INPUT:
        return _json("request", "", sys.stdin.read(), report)
    if request.startswith("@"):
        path = Path(request[1:])
        return _node(path.name, _read(path), report)
    return _json("request", "", request, report)


def _node(name: str, content: bytes, report: Callable[[Problem], None]) -> Node | None:
    """A file as YAML, with lines, unless it calls itself JSON."""
    if name.endswith(".json"):
        return _json(name, f"{name}: ", content.decode("utf-8-sig", "replace"), report)
    documents = yaml_text.read(name, content, report)
    if len(documents) > 1:
        report(documents[1].problem("one fact is one document"))
    return documents[0] if documents else None


def _json(name: str, prefix: str, text: str, report: Callable[[Problem], None]) -> Node | None:
    try:
        values = json.loads(text)
    except (ValueError, RecursionError) as error:
        reason = str(error) or "it nests too deep"
        report(Problem(file=name, line=0, column=0, message=f"is not JSON: {reason}"))
        return None
    if not isinstance(values, dict):
        report(Problem(file=name, line=0, column=0, message="is no object, `{ … }`"))
        return None
    return mapping_of(values, report, name, prefix)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise EngineError(f"`{path}` can't be read: {str(error.strerror).lower()}") from None


def _print(explanation: Explanation, form: Literal["text", "json"]) -> None:
    if form == "json":
        values = msgspec.to_builtins(explanation)
        typer.echo(json.dumps(values, indent=2, ensure_ascii=False))
        return
    text = text_of(explanation)
    if not sys.stdout.isatty():
        typer.echo(text)
        return
    styled = Text(text)
    for pattern, style in _STYLES.items():
        styled.highlight_regex(pattern, style)
    Console(highlight=False, soft_wrap=True).print(styled)
