"""
How long `voltrule check` takes for 1,000 rules: `python -m benchmarks.check`.

A rule is an item of a match, those of nested rules included. Each kind is written to a directory of
its own and checked as an operator does it: by a new process, the start of Python included. No two
rules are alike, as nothing may be worked out once for all.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from engine.policy import compile_set

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


def _seconds(run: Callable[[], object]) -> float:
    """The time of the best of some rounds."""
    best = float("inf")
    for _ in range(ROUNDS):
        started = time.perf_counter()
        run()
        best = min(best, time.perf_counter() - started)
    return best


def _check(files: Mapping[str, bytes]) -> float:
    """`voltrule check` as a command."""
    with tempfile.TemporaryDirectory() as directory:
        for name, content in files.items():
            (Path(directory) / name).write_bytes(content)
        command = [sys.executable, "-m", "engine", "check", directory]
        return _seconds(lambda: subprocess.run(command, check=True, stdout=subprocess.DEVNULL))


def main() -> int:
    compile_set(policies("simple", 1))
    worst = 0.0
    print(f"{'rules':>6} {'check':>8} {'limit':>8}")
    for kind in _RULES:
        taken = _check(policies(kind))
        worst = max(worst, taken)
        print(f"{RULES:6} {taken:7.2f}s {WANTED_SECONDS:7.1f}s  {kind}")
    return 0 if worst <= WANTED_SECONDS else 1


if __name__ == "__main__":
    sys.exit(main())
