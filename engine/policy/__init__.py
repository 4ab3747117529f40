"""
Policies: YAML files with CEL expressions that decide every answer.

`reading` makes policies of `yaml`, `deciding` decides with them, `live` keeps the set that is in
force, `testing` and `explaining` show what it does, `editors` help to write it. All are pure but
`live` and the runs of tests, which know files and time. `live.host` isn't named here: it needs
libraries of the server that `voltrule check` should not wait for.
"""

from engine.policy.deciding.decide import decide
from engine.policy.deciding.decision import Decision
from engine.policy.deciding.policy_set import PolicySet
from engine.policy.live.directory import read_directory
from engine.policy.problems import PolicyProblems, Problem
from engine.policy.reading.compiling import compile_set

__all__ = [
    "Decision",
    "PolicyProblems",
    "PolicySet",
    "Problem",
    "compile_set",
    "decide",
    "read_directory",
]
