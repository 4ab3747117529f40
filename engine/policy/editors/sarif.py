"""
Problems as SARIF 2.1.0: what code hosts and editors show beside the line.

SARIF groups results by rule. Here a rule is the kind of a problem, which its words tell: so a new
check needs no number, and one whose words fit no kind is a mistake in the policy's shape.
"""

import json
import re
from collections.abc import Iterable
from urllib.parse import quote

import msgspec

from engine import __version__
from engine.policy.problems import Problem

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """One rule of the report."""

    id: str
    text: str
    """What is wrong, in one sentence."""
    pattern: str = ""
    """Is in the message of each problem of this kind."""

    def rule(self) -> dict[str, object]:
        return {"id": self.id, "shortDescription": {"text": self.text}}


KINDS = (
    Kind(
        id="directory",
        text="The policy directory can't be read.",
        pattern=r"^the policy directory is not usable",
    ),
    Kind(
        id="expression-syntax",
        text="An expression is not CEL.",
        pattern=r"^CEL: |is never closed by `\}`$",
    ),
    Kind(
        id="expression-name",
        text="An expression names what does not exist.",
        pattern=r"^undeclared |^`[^`]*` has no (key )?`|has no field `"
        r"|has no fields$",
    ),
    Kind(
        id="expression-type",
        text="An expression does not fit the types it works with.",
        pattern=r"^no matching overload|^incompatible output types|^this must be "
        r"|^an optional is needed|^this map's keys are |^a list or a map is needed"
        r"|can't be the key of a map$|can't be constructed$",
    ),
    Kind(
        id="expression-value",
        text="An expression always fails, or compares with a value that never occurs.",
        pattern=r"^this always fails|possible values$|^these are never equal"
        r"|more than an expression may$",
    ),
    Kind(
        id="duplicate",
        text="Something is there twice.",
        pattern=r"is already (in |short for |`)|is (given|defined|there) twice|^both `.* are given$"
        r"|, not both$",
    ),
    Kind(
        id="unreachable",
        text="A part of a policy is never reached.",
        pattern=r"never reached|always (true|false|applies)|never decides|never read$",
    ),
    Kind(
        id="action",
        text="An action can't be decided like this.",
        pattern=r"is not (an action|a command) |there is nothing to decide$|can't be denied"
        r"|it is no command$",
    ),
    Kind(
        id="response",
        text="A response, or the payload of a command, is not valid OCPP 1.6.",
        pattern=r"^`[^`]*` is not a field of |^the (response|payload) "
        r"|^`(response|output|payload)` must be "
        r"|engine's own field|may be left out, but |^`[^`]*` can't be `"
        r"|^`[^`]*` has [0-9]+ characters",
    ),
    Kind(
        id="yaml",
        text="The file is not YAML, or not what was meant.",
        pattern=r"YAML|^the file |^nested deeper|^a key must be|^`<<`|^`\*|^the quote |can't begin "
        r"with|can't stand here$|is never closed$|after the closing|does not fit in here"
        r"|^text can't follow|is missing( after|$)|^a second policy begins|^a value between"
        r"|must be indented$|^in double quotes",
    ),
    Kind(
        id="table",
        text="A table of `data/` can't be read.",
        pattern=r"^the row has |^this is not CSV|^the first line must|can't be named in an|column"
        r"|^`[^`]*` must be of type ",
    ),
    Kind(id="shape", text="A key or a value is not what the policy language has at this place."),
)


def kind_of(problem: Problem) -> Kind:
    return next(kind for kind in KINDS if re.search(kind.pattern, problem.message))


def as_sarif(problems: Iterable[Problem], base: str) -> str:
    """
    One run with one result per problem.

    Args:
        base: what stands before each file to make it a URI; ends in `/`, or is empty.
    """
    driver = {
        "name": "voltrule",
        "version": __version__,
        "rules": [kind.rule() for kind in KINDS],
    }
    run = {
        "tool": {"driver": driver},
        # Columns are counted in characters, not in the UTF-16 units that are SARIF's default.
        "columnKind": "unicodeCodePoints",
        "results": [_result(problem, base) for problem in problems],
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=2, ensure_ascii=False)


def _result(problem: Problem, base: str) -> dict[str, object]:
    kind = kind_of(problem)
    hint = f"\nhint: {problem.hint}" if problem.hint else ""
    return {
        "ruleId": kind.id,
        "ruleIndex": KINDS.index(kind),
        "level": problem.severity,
        "message": {"text": problem.message + hint},
        "locations": [{"physicalLocation": _location(problem, kind, base)}],
    }


def _location(problem: Problem, kind: Kind, base: str) -> dict[str, object]:
    if kind.id == "directory":
        return {"artifactLocation": {"uri": base or "."}}
    return {
        "artifactLocation": {"uri": base + quote(problem.file)},
        "region": {"startLine": problem.line, "startColumn": problem.column},
    }
