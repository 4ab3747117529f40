"""
Policies: YAML files with CEL expressions that decide every answer.

`reading` makes policies of `yaml`, `deciding` decides with them, `live` keeps the set that is in
force, `testing` and `explaining` show what it does, `editors` help to write it. All are pure but
`live` and the runs of tests, which know files and time.
"""

from engine.policy.deciding.decide import decide
from engine.policy.deciding.decision import Decision
from engine.policy.deciding.policy_set import PolicySet
from engine.policy.live.directory import read_directory
from engine.policy.live.host import PolicyHost
from engine.policy.live.revisions import KeptRevision, RevisionMemory
from engine.policy.live.status import PolicyStatus
from engine.policy.problems import PolicyProblems, Problem
from engine.policy.reading.compiling import compile_set

__all__ = [
    "Decision",
    "KeptRevision",
    "PolicyHost",
    "PolicyProblems",
    "PolicySet",
    "PolicyStatus",
    "Problem",
    "RevisionMemory",
    "compile_set",
    "decide",
    "read_directory",
]
