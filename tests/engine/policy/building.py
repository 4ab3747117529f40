"""Short ways to policies, facts and problems."""

import re
from datetime import UTC, datetime
from typing import Any

from engine.policy import Decision, PolicyProblems, PolicySet, compile_set
from engine.policy.deciding.decide import decide
from engine.policy.facts import ChargePoint, Facts, Tag
from engine.policy.problems import as_text
from protocol import messages as m
from protocol.types import Timestamp

NOW = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)
CURRENT_TIME = Timestamp.of(NOW)
OWNED: dict[str, object] = {"currentTime": CURRENT_TIME, "transactionId": 7}


def examples_in(page: str) -> dict[str, bytes]:
    """The files that a page of the documentation shows, by name."""
    found = re.finditer(r"```\w+ file=(\S+)\n(.*?)```", page, re.DOTALL)
    return {match[1]: match[2].encode() for match in found}


def a_policy(
    match: str, *, action: str = "StartTransaction", name: str = "p", more: str = ""
) -> str:
    """A policy file with these items of its match."""
    indented = "\n".join(f"    {line}" for line in match.strip("\n").split("\n"))
    return f"name: {name}\naction: {action}\n{more}rule:\n  match:\n{indented}\n"


def a_set(*documents: str, **tables: str) -> PolicySet:
    """A set of these documents in one file, and of tables: `vips_csv="id\\nA"`."""
    files = {f"data/{name.replace('_', '.')}": text.encode() for name, text in tables.items()}
    return compile_set({"p.yaml": "\n---\n".join(documents).encode(), **files})


def a_start(connector_id: int = 1, **changes: Any) -> m.StartTransactionReq:
    fields = {"id_tag": "CARD-1", "meter_start": 0, "timestamp": Timestamp.of(NOW), **changes}
    return m.StartTransactionReq(connector_id=connector_id, **fields)


def facts(request: object = None, **changes: Any) -> Facts:
    known = {"charge_point": ChargePoint(id="CP-1"), "now": NOW, **changes}
    return Facts(request=request if request is not None else a_start(), **known)


def a_tag(**changes: Any) -> Tag:
    return Tag(**{"id_tag": "CARD-1", **changes})


def start(policies: PolicySet, known: Facts | None = None, **changes: Any) -> Decision:
    """The decision on a StartTransaction."""
    return decide(policies, "StartTransaction", known or facts(**changes), OWNED)


def status(decision: Decision) -> str:
    response: Any = decision.response
    return str(response.id_tag_info.status)


def problems(*documents: str, **tables: str) -> list[str]:
    """What is wrong: `line:column: message` or, with a hint, `… (hint)`."""
    try:
        a_set(*documents, **tables)
    except PolicyProblems as broken:
        return [
            f"{p.line}:{p.column}: {p.message}" + (f" ({p.hint})" if p.hint else "")
            for p in broken.problems
        ]
    return []


def whole_text(source: str) -> str:
    """The problems of one file as an operator sees them."""
    files = {"p.yaml": source.encode()}
    try:
        compile_set(files)
    except PolicyProblems as broken:
        return as_text(broken.problems, files)
    return ""


def doc_rejected(doors: str) -> str:
    """What `voltrule check` says of the documentation's first policy with a wrong status."""
    files = {"doors.yaml": doors.replace("Blocked", "Rejected").encode()}
    try:
        compile_set(files)
    except PolicyProblems as broken:
        return as_text(broken.problems, files)
    return ""
