"""
Policies: YAML files with CEL expressions that decide every answer.

`decide` and everything it needs is pure; only `directory`, `watching` and `host` know files and
time.
"""

from engine.policy.decide import Decision, decide
from engine.policy.directory import read_directory
from engine.policy.host import PolicyHost, PolicyStatus
from engine.policy.policy_set import PolicySet, compile_set
from engine.policy.problems import PolicyProblems, Problem
from engine.policy.revisions import KeptRevision, RevisionMemory

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
