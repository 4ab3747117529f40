"""
Policies: YAML files with CEL expressions that decide every answer.

`decide` and everything it needs is pure; only `directory`, `watching` and `host` know files and
time.
"""

from engine.policy.decide import Decision, decide
from engine.policy.directory import read_directory
from engine.policy.host import PolicyHost, PolicyStatus, RevisionMemory
from engine.policy.policy_set import PolicySet, compile_set
from engine.policy.problems import PolicyProblems, Problem

__all__ = [
    "Decision",
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
