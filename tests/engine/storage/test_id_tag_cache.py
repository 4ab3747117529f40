from typing import Any

import pytest
from msgspec import UNSET

from engine.storage import id_tag_cache
from engine.storage.id_tag_cache import CACHE_SECONDS, IdTagCache
from tests.engine.storage.builders import a_tag


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def a_cache(*known: str, unknown: tuple[str, ...] = ()) -> IdTagCache:
    cache = IdTagCache(Clock())
    for name in known:
        cache.remember(name, a_tag(id_tag=name), edits=0)
    for name in unknown:
        cache.remember(name, None, edits=0)
    return cache


def test_what_was_read_is_known_in_any_spelling_for_some_seconds() -> None:
    clock = Clock()
    cache = IdTagCache(clock)
    cache.remember("a", a_tag(id_tag="A"), edits=0)
    cache.remember("b", None, edits=0)
    assert (cache.get(" a "), cache.get("B"), cache.get("c")) == (a_tag(id_tag="A"), None, UNSET)
    clock.now = CACHE_SECONDS
    assert (cache.get("a"), cache.get("b")) == (UNSET, UNSET)


def test_an_edit_forgets_the_tag_and_whatever_is_being_read() -> None:
    cache = a_cache("a", "b", unknown=("c",))
    cache.edited("a")
    cache.edited("c")
    assert (cache.get("a"), cache.get("b"), cache.get("c")) == (UNSET, a_tag(id_tag="b"), UNSET)
    cache.remember("a", a_tag(id_tag="a"), edits=0)
    assert cache.get("a") is UNSET
    cache.remember("a", a_tag(id_tag="a"), edits=2)
    assert cache.get("a") == a_tag(id_tag="a")


def test_a_tag_becomes_unknown_and_known_again() -> None:
    cache = a_cache("a", unknown=("a",))
    assert (cache.get("a"), len(cache)) == (None, 1)
    cache.remember("a", a_tag(id_tag="a"), edits=0)
    assert (cache.get("a"), len(cache)) == (a_tag(id_tag="a"), 1)


def test_many_edits_forget_all() -> None:
    cache = a_cache("a", unknown=("b",))
    cache.clear()
    assert (cache.get("a"), cache.get("b"), len(cache), cache.edits) == (UNSET, UNSET, 0, 1)


def test_a_flood_of_unknown_tags_leaves_the_known_ones(monkeypatch: Any) -> None:
    monkeypatch.setattr(id_tag_cache, "KNOWN", 2)
    monkeypatch.setattr(id_tag_cache, "UNKNOWN", 3)
    cache = a_cache("a", "b", "c", unknown=tuple("0123456789"))
    known = [name for name in "abc0123456789" if cache.get(name) is not UNSET]
    assert (known, len(cache)) == (["b", "c", "7", "8", "9"], 5)


@pytest.mark.parametrize("id_tag", ["x" * 21, " " + "x" * 21, "x" * 1_000_000])
def test_a_text_longer_than_an_id_tag_is_known_to_be_none(id_tag: str) -> None:
    cache = IdTagCache(Clock())
    assert cache.get(id_tag) is None
    assert len(cache) == 0
