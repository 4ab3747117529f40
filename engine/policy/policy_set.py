"""All policies of a directory, compiled as one: immutable, and known by a hash of its content."""

import hashlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from types import MappingProxyType

from engine.cel import Constants
from engine.policy import yaml_text
from engine.policy.defaults import ANSWERS
from engine.policy.directory import is_policy_file, is_test_file
from engine.policy.documents import read_policy
from engine.policy.facts import FACTS
from engine.policy.nodes import MappingNode, Node, Scalar
from engine.policy.policy import ActionPolicy, Policy
from engine.policy.problems import PolicyProblems, Problem, sorted_by_place
from engine.policy.tables import is_table, read_tables


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


def compile_set(files: Mapping[str, bytes]) -> PolicySet:
    """
    Compiles a whole directory.

    Args:
        files: content by path relative to the directory, with `/`; policies, `data/` and tests.

    Raises:
        PolicyProblems: with every problem of every file.
    """
    problems: list[Problem] = []
    tables = read_tables({f: c for f, c in files.items() if is_table(f)}, problems.append)
    documents = [
        document
        for file in sorted(filter(is_policy_file, files))
        for document in yaml_text.read(file, files[file], problems.append)
    ]
    _check_names(documents, problems.append)
    data = Constants({"data": tables})
    read = [read_policy(each, data, problems.append) for each in documents]
    policies = [policy for policy in read if policy is not None]
    if any(problem.severity == "error" for problem in problems):
        raise PolicyProblems(problems)
    if not any(policy.enabled for policy in policies):
        problems.append(_nothing_decides(policies))
    return PolicySet(tuple(policies), _hashes(files), sorted_by_place(problems))


def revision_of(files: Mapping[str, bytes]) -> str:
    """The revision that a set of these files has or, with a mistake in them, would have."""
    return _revision(dict(sorted(_hashes(files).items())))


def _hashes(files: Mapping[str, bytes]) -> dict[str, str]:
    return {file: hashlib.sha256(content).hexdigest() for file, content in files.items()}


def _nothing_decides(policies: Collection[Policy]) -> Problem:
    how_many = "no policy here is enabled" if policies else "there are no policies here"
    return Problem(
        file=".",
        line=1,
        column=1,
        severity="warning",
        message=f"{how_many}: the built-in defaults answer everything",
        hint="they let any charge point connect; is this the directory you mean?",
    )


def _check_names(documents: list[Node], report: Callable[[Problem], None]) -> None:
    first: dict[str, Node] = {}
    for document in documents:
        name = document.get("name") if isinstance(document, MappingNode) else None
        if not isinstance(name, Scalar):
            continue
        if name.text in first:
            known = first[name.text].problem("")
            message = f"the policy `{name.text}` is already in {known.file}:{known.line}"
            report(name.problem(message))
        first.setdefault(name.text, name)


def _revision(files: Mapping[str, str]) -> str:
    """Of the paths and contents of policies and tables; tests change no decision."""
    whole = hashlib.sha256()
    for file, content_hash in files.items():
        if not is_test_file(file):
            whole.update(f"{file}\0{content_hash}\n".encode())
    return f"sha256:{whole.hexdigest()}"
