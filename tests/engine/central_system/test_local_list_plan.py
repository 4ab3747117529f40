"""What is sent so that one list becomes another."""

from collections.abc import Iterable
from typing import Any

import pytest

from engine.central_system.local_list_plan import (
    Part,
    changes_between,
    differential,
    entry_of,
    full,
)
from engine.policy.facts import Tag
from engine.storage import LocalListEntry
from protocol.messages import AuthorizationData, AuthorizationStatus, IdTagInfo, UpdateType
from protocol.timestamps import Timestamp

NOW = Timestamp.parse("2026-01-31T12:00:00Z")
LATER = Timestamp.parse("2026-02-01T12:00:00Z")


def a_list(*id_tags: str, **changes: Any) -> dict[str, LocalListEntry]:
    """Accepted id tags by their keys, unless `changes` say otherwise."""
    entry = {"status": "Accepted"} | changes
    return {name.lower(): LocalListEntry(id_tag=name, **entry) for name in id_tags}


def sizes(parts: Iterable[Part]) -> list[tuple[str, int]]:
    return [(part.update_type, len(part.changes)) for part in parts]


ENTRIES = [
    (Tag(id_tag="A"), None, {"status": "Accepted"}),
    (
        Tag(id_tag="A", expiry_date=LATER, parent_id_tag="G"),
        None,
        {"status": "Accepted", "expiry_date": LATER, "parent_id_tag": "G"},
    ),
    (Tag(id_tag="A", expiry_date=NOW), None, {"status": "Expired", "expiry_date": NOW}),
    (
        Tag(id_tag="A", parent_id_tag="G"),
        Tag(id_tag="G", status="Blocked"),
        {"status": "Blocked", "parent_id_tag": "G"},
    ),
]


@pytest.mark.parametrize(("tag", "parent", "entry"), ENTRIES)
def test_an_entry_says_what_an_authorization_would(
    tag: Tag, parent: Tag | None, entry: dict[str, Any]
) -> None:
    assert entry_of(tag, parent, NOW) == LocalListEntry(id_tag="A", **entry)


def test_what_differs_is_changed_and_what_is_no_longer_wanted_goes_first() -> None:
    known = a_list("A", "B", "C") | a_list("D", status="Blocked")
    wanted = a_list("B", "d", "E")
    assert list(changes_between(known, wanted).items()) == [
        ("a", None),
        ("c", None),
        ("d", wanted["d"]),
        ("e", wanted["e"]),
    ]
    assert changes_between(wanted, wanted) == {}


def test_a_full_list_is_as_many_updates_as_it_needs() -> None:
    wanted = a_list(*"ABCDE")
    assert sizes(full(wanted, 5)) == [("Full", 5)]
    assert sizes(full(wanted, 2)) == [("Full", 2), ("Differential", 2), ("Differential", 1)]
    sent = [key for part in full(wanted, 2) for key in part.changes]
    assert sent == list(wanted)


def test_an_empty_list_is_one_full_update() -> None:
    assert sizes(full({}, 5)) == [("Full", 0)]


def test_changes_are_as_many_updates_as_they_need() -> None:
    changes = changes_between(a_list("A", "B"), a_list("B", "C", "D"))
    assert sizes(differential(a_list("A", "B"), changes, 2)) == [
        ("Differential", 2),
        ("Differential", 1),
    ]
    assert sizes(differential({}, {}, 2)) == []


def test_a_removed_entry_has_no_info_and_the_spelling_that_is_known() -> None:
    known = a_list("CaRd") | a_list("B")
    changes = changes_between(known, a_list("B", status="Blocked"))
    (part,) = differential(known, changes, 9)
    assert part.payload() == (
        UpdateType.Differential,
        (
            AuthorizationData(id_tag="CaRd"),
            AuthorizationData(
                id_tag="B", id_tag_info=IdTagInfo(status=AuthorizationStatus.Blocked)
            ),
        ),
    )
