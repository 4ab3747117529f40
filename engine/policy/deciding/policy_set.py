"""All policies of a directory, compiled as one: immutable, and known by a hash of its content."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import replace
from types import MappingProxyType

from engine.policy.deciding.policy import ActionPolicy, Policy
from engine.policy.defaults import ANSWERS
from engine.policy.facts import FACTS
from engine.policy.files import is_test_file
from engine.policy.problems import Problem


class PolicySet:
    """Policies that went through every check."""

    def __init__(
        self,
        policies: tuple[Policy, ...],
        files: Mapping[str, str],
        warnings: tuple[Problem, ...] = (),
    ) -> None:
        self.policies = tuple(sorted(policies, key=Policy.order))
        self.warnings = warnings
        self.files = MappingProxyType(dict(sorted(files.items())))
        """The SHA-256 of each file, tests included."""
        self.revision = _revision(self.files)
        self._deciding = {
            action: tuple(
                policy.by_action[action]
                for policy in self.policies
                if policy.enabled and action in policy.by_action
            )
            for action in ANSWERS
        }
        self._facts_read = {
            action: ANSWERS[action].reads.union(
                *(policy.reads() & FACTS.keys() for policy in policies)
            )
            for action, policies in self._deciding.items()
        }

    def only(self, names: Collection[str], *, enable: Collection[str] = ()) -> "PolicySet":
        """The same set with only these policies, for tests; `enable` turns some of them on."""
        chosen = [policy for policy in self.policies if policy.name in {*names, *enable}]
        return PolicySet(
            tuple(
                replace(policy, enabled=True) if policy.name in enable else policy
                for policy in chosen
            ),
            self.files,
        )

    def deciding(self, action: str) -> tuple[ActionPolicy, ...]:
        """What the enabled policies say about an action, in the order they are asked."""
        return self._deciding[action]

    def facts_read(self, action: str) -> frozenset[str]:
        """The facts to fetch for an action: what its policies and its default read."""
        return self._facts_read[action]


def revision_of(files: Mapping[str, bytes]) -> str:
    """The revision that a set of these files has or, with a mistake in them, would have."""
    return _revision(dict(sorted(hashes(files).items())))


def hashes(files: Mapping[str, bytes]) -> dict[str, str]:
    return {file: hashlib.sha256(content).hexdigest() for file, content in files.items()}


def _revision(files: Mapping[str, str]) -> str:
    """Of the paths and contents of policies and tables; tests change no decision."""
    whole = hashlib.sha256()
    for file, content_hash in files.items():
        if not is_test_file(file):
            whole.update(f"{file}\0{content_hash}\n".encode())
    return f"sha256:{whole.hexdigest()}"
