"""A whole directory becomes a policy set, or every problem in it."""

from collections.abc import Callable, Collection, Iterator, Mapping

from engine.policy.deciding.policy import Policy
from engine.policy.deciding.policy_set import PolicySet, hashes
from engine.policy.files import is_policy_file, is_shared, is_table
from engine.policy.problems import PolicyProblems, Problem, sorted_by_place
from engine.policy.reading.documents import read_policy
from engine.policy.reading.precedence import never_asked
from engine.policy.reading.shared import Shared
from engine.policy.reading.tables import read_tables
from engine.policy.yaml import yaml_text
from engine.policy.yaml.nodes import MappingNode, Node, Scalar


def compile_set(files: Mapping[str, bytes]) -> PolicySet:
    """The set that a whole directory makes, ready to decide: see `read_set`."""
    policies = read_set(files)
    for policy in policies.policies:
        for each in policy.by_action.values():
            each.prepare()
    return policies


def read_set(files: Mapping[str, bytes]) -> PolicySet:
    """
    Reads and checks a whole directory; the code of a policy is made by its first decision.

    Args:
        files: content by path relative to the directory, with `/`; policies, `data/` and tests.

    Raises:
        PolicyProblems: with every problem of every file.
    """
    problems: list[Problem] = []
    tables = read_tables({f: c for f, c in files.items() if is_table(f)}, problems.append)
    shared = Shared(tables.constants(), problems.append)
    shared.read(_documents(files, is_shared, problems.append))
    documents = _documents(files, is_policy_file, problems.append)
    _check_names(documents, problems.append)
    read = [read_policy(each, shared, problems.append) for each in documents]
    problems += shared.problems()
    policies = [policy for policy in read if policy is not None]
    if any(problem.severity == "error" for problem in problems):
        raise PolicyProblems(problems)
    problems += shared.unread()
    problems += never_asked(policies, {each.text: each for each in _names(documents)})
    if not any(policy.can_decide for policy in policies):
        problems.append(_nothing_decides(policies))
    return PolicySet(tuple(policies), hashes(files), sorted_by_place(problems))


def _documents(
    files: Mapping[str, bytes], of: Callable[[str], bool], report: Callable[[Problem], None]
) -> list[Node]:
    return [
        document
        for file in sorted(filter(of, files))
        for document in yaml_text.read(file, files[file], report)
    ]


def _nothing_decides(policies: Collection[Policy]) -> Problem:
    how_many = "there are no policies here"
    if policies:
        enabled = any(policy.enabled for policy in policies)
        how_many = f"no policy here {'decides anything' if enabled else 'is enabled'}"
    return Problem(
        file=".",
        line=1,
        column=1,
        severity="warning",
        message=f"{how_many}: the built-in defaults answer everything",
        hint="they let any charge point connect; is this the directory you mean?",
    )


def _names(documents: list[Node]) -> Iterator[Scalar]:
    for document in documents:
        name = document.get("name") if isinstance(document, MappingNode) else None
        if isinstance(name, Scalar):
            yield name


def _check_names(documents: list[Node], report: Callable[[Problem], None]) -> None:
    first: dict[str, Node] = {}
    for name in _names(documents):
        if name.text in first:
            known = first[name.text].problem("")
            message = f"the policy `{name.text}` is already in {known.file}:{known.line}"
            report(name.problem(message))
        first.setdefault(name.text, name)
