"""What a test expects of effects and of the shadow must be possible."""

import pytest

from tests.engine.policy.testing.test_cases import HEAD, read

CASE = "{ name: a, request: { connectorId: 2 }, expect: { EXPECT } }"


@pytest.mark.parametrize(
    ("expect", "found"),
    [
        ("effects: []", []),
        ("effects: [{ id: a }, { id: a, policy: q }]", []),
        ("shadow: [{ policy: p, effects: [{ id: a }] }]", []),
        ("effects: none", ["`effects` must be a list, not text"]),
        ("effects: [a]", ["an entry of `effects` must be a mapping with `policy`, `id`, `command`, "
                          "`event`, `throttleSeconds`, not text"]),
        ("effects: [{ event: {} }]", ["an entry of `effects` has no `id`"]),
        ("effects: [{ id: a, name: x }]", ["`name` is not a key of an entry of `effects`"]),
        ("shadow: [{ rule: a }]", ["an entry of `shadow` has no `policy`"]),
        ("shadow: [{ policy: p, effects: [{}] }]", ["an entry of `effects` has no `id`"]),
        (
            "effects: [{ id: a, command: { action: Reset, payload: { type: Warm } } }]",
            ["the payload: `type` can't be `Warm`: not one of Hard, Soft"],
        ),
        ("effects: [{ id: a, command: { action: ChangeConfiguration, payload: { key: K } } }]", []),
    ],
)  # fmt: skip
def test_what_can_never_come_is_a_mistake(expect: str, found: list[str]) -> None:
    _, problems = read(f"{HEAD}  - {CASE.replace('EXPECT', expect)}\n")
    assert [problem.split(": ", 1)[1] for problem in problems] == found


def test_a_case_puts_its_expectation_over_that_of_its_test() -> None:
    test = CASE.replace("EXPECT", "effects: [{ id: a }]").replace(
        "name: a,", "name: a, cases: [{ name: b, expect: { effects: [] } }],"
    )
    ((file,), found) = read(f"{HEAD}  - {test}\n")
    assert (found, [case.expect for case in file.cases]) == ([], [{"effects": []}])
