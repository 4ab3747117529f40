"""All policies of a directory, compiled as one: immutable, and known by a hash of its content."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import replace
from types import MappingProxyType

from engine.policy.deciding.decision import Failed
from engine.policy.deciding.policy import ActionPolicy, Policy
from engine.policy.deciding.selection import Selection
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
        self.places = {policy.name: place for place, policy in enumerate(self.policies)}
        """By name where a policy stands in the order in which they are asked."""
        self.selections = {
            action: Selection(
                action, [p for p in self.policies if p.enabled and action in p.by_action]
            )
            for action in ANSWERS
        }
        """By action the policies that are enabled."""
        self._facts_read = {
            action: ANSWERS[action].reads.union(
                selection.reads, *(policy.reads() & FACTS.keys() for policy in selection.policies)
            )
            for action, selection in self.selections.items()
        }

    def only(
        self, names: Collection[str], *, enable: Collection[str] = (), enforce: bool = False
    ) -> "PolicySet":
        """
        The same set with only these policies, for tests.

        Args:
            enable: turns some of them on.
            enforce: lets those in shadow mode answer.
        """
        chosen = [policy for policy in self.policies if policy.name in {*names, *enable}]
        policies = [
            replace(policy, enabled=policy.enabled or policy.name in enable) for policy in chosen
        ]
        if enforce:
            policies = [each.enforced() if each.mode == "shadow" else each for each in policies]
        return PolicySet(tuple(policies), self.files)

    def deciding(self, action: str) -> tuple[ActionPolicy, ...]:
        """What the enabled policies say about an action, in the order they are asked."""
        return self.selections[action].policies

    def failing_places(self) -> frozenset[Failed]:
        """All that an error of this set can be said to be in."""
        return frozenset(
            {
                Failed("", ""),
                *(Failed(policy.name, "") for policy in self.policies),
                *(
                    Failed(policy.name, name)
                    for policy in self.policies
                    for each in policy.by_action.values()
                    for name in each.item_names()
                ),
            }
        )

    def facts_read(self, action: str) -> frozenset[str]:
        """
        The facts to fetch for an action: what its policies and its default read.

        Those of scopes, effects and policies in shadow mode, too.
        """
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
