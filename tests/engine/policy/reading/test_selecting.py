"""When a policy holds and for whom: mistakes are said where they are."""

import pytest

from engine.policy.deciding.selector import Selector
from tests.engine.policy.building import a_policy, a_set, problems


def said(more: str) -> list[str]:
    return problems(a_policy("- response: {}", action="Heartbeat", more=f"{more}\n"))


LIKE = "(such as `2026-01-31` or `2026-01-31T12:00:00Z`)"
TIMES = [
    (
        "valid_from: tomorrow",
        ["3:13: `valid_from` must be a date, or a date and time with its zone " + LIKE],
    ),
    (
        "valid_until: 31.12.2026",
        ["3:14: `valid_until` must be a date, or a date and time with its zone " + LIKE],
    ),
    (
        "valid_from: 2026-01-31T12:00",
        [
            "3:13: `valid_from` does not say in which zone (`2026-01-31T12:00Z` is UTC;"
            " `2026-01-31T12:00+01:00` is an hour ahead of it)"
        ],
    ),
    ("valid_from: 2026-02-30", ["3:13: `2026-02-30` is not a date that there is"]),
    ("valid_from: 2026-02-01T25:00Z", ["3:13: `2026-02-01T25:00Z` is not a date that there is"]),
    (
        "valid_from: 0001-01-01T00:00+09:00",
        ["3:13: `0001-01-01T00:00+09:00` is not a date that there is"],
    ),
    ("valid_from: [2026-01-31]", ["3:13: `valid_from` must be text, not a list"]),
    ("valid_from:", ["3:12: `valid_from` is empty: it must be text"]),
    (
        "valid_from: 2026-02-01\nvalid_until: 2026-02-01T00:00:00Z",
        ["4:14: `valid_until` must be later than `valid_from` (the policy would never hold)"],
    ),
]


@pytest.mark.parametrize(("more", "expected"), TIMES)
def test_a_time_is_a_date_or_knows_its_zone(more: str, expected: list[str]) -> None:
    assert said(more) == expected


def test_times_are_read_to_the_microsecond_in_any_zone() -> None:
    more = "valid_from: 2026-01-31\nvalid_until: 2026-02-01t01:00:00.5-02:30\n"
    (policy,) = a_set(a_policy("- response: {}", action="Heartbeat", more=more)).policies
    assert [time.isoformat() for time in policy.times()] == [
        "2026-01-31T00:00:00+00:00",
        "2026-02-01T03:30:00.500000+00:00",
    ]


SCOPES = [
    (
        "scope: CP-1",
        ["3:8: `scope` must be a mapping with `chargePoint`, `group`, `vendor`, `model`, not text"],
    ),
    ("scope: {}", ["3:8: `scope` is empty (leave it out for all charge points)"]),
    ("scope: { groups: a }", ["3:10: `groups` is not a key of scope (did you mean `group`?)"]),
    (
        "scope: { group: [] }",
        ["3:17: `scope.group` is empty: the policy would be about no charge point"],
    ),
    ("scope: { group: [a, ''] }", ["3:21: `scope.group` must be text, not empty"]),
    ("scope: { group: { a: b } }", ["3:17: `scope.group` must be text, not a mapping"]),
    ("scope: { group: [a, a] }", ["3:21: `scope.group` has `a` twice"]),
    (
        "scope: { vendor: '${ constants.v }' }",
        [
            "3:18: `scope.vendor` has no expressions"
            " (a scope is fixed; use a `condition` for what depends on the request)"
        ],
    ),
]


@pytest.mark.parametrize(("more", "expected"), SCOPES)
def test_a_scope_has_names(more: str, expected: list[str]) -> None:
    assert said(more) == expected


def test_a_scope_is_known_as_it_is_written() -> None:
    more = "scope: { chargePoint: 7, vendor: [ABB, Al*] }\n"
    (policy,) = a_set(a_policy("- response: {}", action="Heartbeat", more=more)).policies
    assert isinstance(policy.scope, Selector)
    assert policy.scope.written() == {"chargePoint": ("7",), "vendor": ("ABB", "Al*")}
