"""
How long `voltrule check` takes for 1,000 rules: `python -m benchmarks.check`.

A rule is an item of a match, those of nested rules included. Each kind is written to a directory of
its own and checked as an operator does it: by a new process, the start of Python included. No two
rules are alike, as nothing may be worked out once for all.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

RULES = 1_000
ROUNDS = 3
WANTED_SECONDS = 2.0
_PER_FILE = 21

_SIMPLE = """\
    - id: rule-{n}
      condition: request.idTag == 'CARD-{n}' && request.connectorId == {n}
      response: {{ idTagInfo: {{ status: Blocked }} }}
"""

_INTERPOLATED = """\
    - id: rule-{n}
      condition: tag != null && tag.parentIdTag == 'FLEET-{n}' && tag.status == 'Accepted'
      response:
        idTagInfo:
          status: "${{ tag.expiryDate != null && tag.expiryDate <= now ? 'Expired' : tag.status }}"
          parentIdTag: F{n}-${{ request.idTag.substring(0, 2) }}
          expiryDate?: ${{ tag.expiryDate }}
      explanation: "'fleet {n}, card ' + request.idTag + ' at ' + chargePoint.id"
"""

_HEAVY = """\
    - id: rule-{n}
      condition: >-
        request.idTag.startsWith('C{n}') && chargePoint.vendor in ['ABB', 'Vendor {n}', 'Other']
        && (variables.local.getHours('Europe/Berlin') >= {n} % 24 || variables.weekend)
        && tag.labels.exists(key, key == 'site-{n}' && tag.labels[key] != '')
        && !('closed-{n}' in chargePoint.labels)
      rule:
        variables:
          - {{ name: group, expression: "tag.?parentIdTag.orValue('none-{n}')" }}
        match:
          - id: inner-{n}
            condition: variables.group == 'G{n}' && chargePoint.model.matches('^M{n}-[0-9]+$')
            response:
              idTagInfo: {{ status: "${{ tag.status }}", parentIdTag: "G{n}" }}
          - id: other-{n}
            response: {{ idTagInfo: {{ status: Invalid }} }}
            explanation: "'group ' + variables.group + ' is not {n}'"
"""

_VARIABLES = """\
  variables:
    - { name: local, expression: "now + duration('1h')" }
    - { name: weekend, expression: "variables.local.getDayOfWeek('Europe/Berlin') in [0, 6]" }
"""

_HEADS: Mapping[str, str] = {
    "simple": "action: StartTransaction\nrule:\n",
    "interpolated": "action: StartTransaction\nrule:\n",
    "several actions": "action: [Authorize, StartTransaction, StopTransaction]\nrule:\n",
    "heavy": f"action: [Authorize, StartTransaction]\nrule:\n{_VARIABLES}",
}
_RULES: Mapping[str, str] = {
    "simple": _SIMPLE,
    "interpolated": _INTERPOLATED,
    "several actions": _INTERPOLATED,
    "heavy": _HEAVY,
}


def policies(kind: str, rules: int = RULES) -> dict[str, bytes]:
    """The files of a directory with so many rules of a kind, no two of them alike."""
    files = {}
    each = _RULES[kind].count("- id:")
    for first in range(0, rules, _PER_FILE):
        numbers = range(first, min(first + _PER_FILE, rules), each)
        body = "".join(_RULES[kind].format(n=number) for number in numbers)
        text = f"name: policy-{first}\n{_HEADS[kind]}  match:\n{body}"
        files[f"policy-{first}.yaml"] = text.encode()
    return files


class Taken(NamedTuple):
    """Seconds of the best of some rounds: by the clock, and of a processor."""

    wall: float
    cpu: float


def _taken(command: list[str], environment: Mapping[str, str]) -> Taken:
    rounds = []
    for _ in range(ROUNDS):
        before, started = _cpu_of_children(), time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment)
        rounds.append(Taken(time.perf_counter() - started, _cpu_of_children() - before))
    return Taken(min(each.wall for each in rounds), min(each.cpu for each in rounds))


def _cpu_of_children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _check(files: Mapping[str, bytes], bytecode: str) -> Taken:
    """`voltrule check` as a command, whose modules were compiled when it was installed."""
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": bytecode}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryDirectory() as directory:
        for name, content in files.items():
            (Path(directory) / name).write_bytes(content)
        return _taken([sys.executable, "-m", "engine", "check", directory], environment)


def main() -> int:
    worst = 0.0
    print(f"{'rules':>6} {'check':>8} {'CPU':>8} {'limit':>8}")
    with tempfile.TemporaryDirectory() as bytecode:
        _check(policies("simple", 1), bytecode)
        for kind in _RULES:
            taken = _check(policies(kind), bytecode)
            worst = max(worst, taken.wall)
            shown = f"{taken.wall:7.2f}s {taken.cpu:7.2f}s {WANTED_SECONDS:7.1f}s"
            print(f"{RULES:6} {shown}  {kind}")
    return 0 if worst <= WANTED_SECONDS else 1


if __name__ == "__main__":
    sys.exit(main())
