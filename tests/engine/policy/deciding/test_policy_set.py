"""All policies are one set: compiled whole, known by its content."""

import pytest

from engine.policy import PolicyProblems, compile_set
from engine.policy.deciding.policy_set import revision_of
from tests.engine.policy.building import a_policy

GOOD = a_policy("- response: {}", action="Heartbeat").encode()

EFFECT = b"name: p\naction: Heartbeat\neffects: [{ id: a, event: { name: a } }]\n"


def test_the_revision_is_of_paths_and_contents() -> None:
    first = compile_set({"a.yaml": GOOD, "data/t.csv": b"id\n"})
    assert first.revision.startswith("sha256:")
    assert compile_set({"data/t.csv": b"id\n", "a.yaml": GOOD}).revision == first.revision
    changed = [
        {"b.yaml": GOOD, "data/t.csv": b"id\n"},
        {"a.yaml": GOOD + b"\n", "data/t.csv": b"id\n"},
        {"a.yaml": GOOD, "data/t.csv": b"id\nA\n"},
        {"a.yaml": GOOD},
    ]
    assert len({first.revision, *(compile_set(files).revision for files in changed)}) == 5


def test_tests_are_no_part_of_the_revision_but_are_listed() -> None:
    without, with_tests = (
        compile_set({"a.yaml": GOOD}),
        compile_set({"a.yaml": GOOD, "a_test.yaml": b"tests: []"}),
    )
    assert without.revision == with_tests.revision
    assert list(with_tests.files) == ["a.yaml", "a_test.yaml"]


def test_problems_of_all_files_come_together() -> None:
    with pytest.raises(PolicyProblems) as raised:
        compile_set({"b.yaml": b"name: [", "a.yaml": b"name: x\n", "data/t.csv": b""})
    assert [problem.file for problem in raised.value.problems] == [
        "a.yaml",
        "a.yaml",
        "b.yaml",
        "data/t.csv",
    ]


def test_a_name_may_be_used_once_in_the_whole_set() -> None:
    with pytest.raises(PolicyProblems) as raised:
        compile_set({"a.yaml": GOOD, "b.yaml": GOOD})
    assert str(raised.value) == "b.yaml:1:7: the policy `p` is already in a.yaml:1"


def test_only_some_policies_can_be_asked_and_others_be_switched_on() -> None:
    off = a_policy("- response: {}", action="Heartbeat", name="off", more="enabled: false\n")
    policies = compile_set({"a.yaml": GOOD, "b.yaml": off.encode()})
    assert [policy.name for policy in policies.deciding("Heartbeat")] == ["p"]
    chosen = policies.only([], enable=["off"])
    assert [policy.name for policy in chosen.deciding("Heartbeat")] == ["off"]
    assert chosen.revision == policies.revision


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, "there are no policies here"),
        ({"a.yaml": GOOD + b"enabled: false\n"}, "no policy here is enabled"),
        ({"a_test.yaml": b"tests: []\n"}, "there are no policies here"),
        ({"a.yaml": GOOD + b"mode: shadow\n"}, "no policy here decides anything"),
        ({"a.yaml": EFFECT}, "no policy here decides anything"),
    ],
)
def test_a_set_that_decides_nothing_warns_of_it(files: dict[str, bytes], expected: str) -> None:
    (warning,) = compile_set(files).warnings
    assert warning.severity == "warning"
    assert warning.message == f"{expected}: the built-in defaults answer everything"


def test_files_with_a_mistake_have_a_revision_too() -> None:
    files = {"b_test.yaml": b"tests: []", "a.yaml": GOOD, "data/t.csv": b"id\n"}
    assert revision_of(files) == compile_set(files).revision
    assert revision_of({"a.yaml": b"name: ["}) != revision_of({"a.yaml": GOOD})
