"""An import of a file of id tags: all of it or nothing, with a report per line."""

import io
from typing import Any

import msgspec
import pytest

from engine.api.id_tag_files import staging
from engine.api.id_tag_files.importing import Import, ImportReport, Mode
from engine.api.id_tag_files.lines import FileUnusable
from engine.policy.facts import Tag
from engine.storage import Store
from tests.engine.storage.builders import NOON, minutes

KNOWN = (
    Tag(id_tag="A", status="Blocked", parent_id_tag="G", labels={"site": "Bonn"}),
    Tag(id_tag="B"),
    Tag(id_tag="C"),
)


async def imported(
    store: Store, content: str, *, mode: Mode = "merge", dry_run: bool = False
) -> ImportReport:
    """What an import says, with three tags registered before it."""
    for tag in KNOWN:
        await store.id_tags.put(tag, time=NOON)
    file = io.BytesIO(content.encode())
    return await Import(store).run(file, minutes(1), mode=mode, dry_run=dry_run)


async def tags(store: Store) -> dict[str, Tag]:
    page = await store.id_tags.list()
    return {record.tag.id_tag: record.tag for record in page.items}


def plain(report: ImportReport) -> Any:
    return msgspec.json.decode(msgspec.json.encode(report))


GOOD = "idTag,status\nd,Accepted\nB,Accepted\na,Accepted\n"


async def test_every_line_is_reported_with_what_became_of_it(store: Store) -> None:
    assert plain(await imported(store, GOOD)) == {
        "written": True,
        "mode": "merge",
        "totals": {"created": 1, "updated": 1, "unchanged": 1, "refused": 0, "deleted": 0},
        "lines": [
            {"line": 2, "idTag": "d", "result": "created"},
            {"line": 3, "idTag": "B", "result": "unchanged"},
            {"line": 4, "idTag": "a", "result": "updated"},
        ],
        "linesLeftOut": 0,
    }


async def test_an_import_changes_what_it_names_and_nothing_else(store: Store) -> None:
    await imported(store, GOOD)
    assert await tags(store) == {
        "a": Tag(id_tag="a", parent_id_tag="G", labels={"site": "Bonn"}),
        "B": Tag(id_tag="B"),
        "C": Tag(id_tag="C"),
        "d": Tag(id_tag="d"),
    }
    versions = [record.version for record in (await store.id_tags.list()).items]
    assert versions == [2, 1, 1, 1]


async def test_a_replacement_deletes_what_is_not_in_the_file(store: Store) -> None:
    report = await imported(store, GOOD, mode="replace")
    assert (report.totals.deleted, [*await tags(store)]) == (1, ["a", "B", "d"])


async def test_a_replacement_leaves_what_was_made_meanwhile(store: Store) -> None:
    await store.id_tags.put(Tag(id_tag="E"), time=minutes(2))
    report = await imported(store, GOOD, mode="replace")
    assert (report.totals.deleted, [*await tags(store)]) == (1, ["a", "B", "d", "E"])


@pytest.mark.parametrize("mode", ["merge", "replace"])
async def test_a_dry_run_says_the_same_and_writes_nothing(store: Store, mode: Mode) -> None:
    tried = await imported(store, GOOD, mode=mode, dry_run=True)
    assert await tags(store) == {tag.id_tag: tag for tag in KNOWN}
    done = await imported(store, GOOD, mode=mode)
    assert plain(tried) == plain(done) | {"written": False}


async def test_one_wrong_line_keeps_all_from_being_written(store: Store) -> None:
    content = "idTag,status\nd,Accepted\nE,Nope\nF\n"
    report = plain(await imported(store, content, mode="replace"))
    assert await tags(store) == {tag.id_tag: tag for tag in KNOWN}
    assert report["written"] is False
    assert report["totals"] == {
        "created": 1,
        "updated": 0,
        "unchanged": 0,
        "refused": 2,
        "deleted": 0,
    }
    assert report["lines"][1:] == [
        {
            "line": 3,
            "idTag": "E",
            "result": "refused",
            "column": "status",
            "message": "must be one of `Accepted`, `Blocked`, `Expired`, `Invalid`, not `Nope`",
        },
        {
            "line": 4,
            "idTag": "F",
            "result": "refused",
            "message": "has 1 cells, the header has 2",
            "hint": 'put text with a separator in it in quotes: "a,b"',
        },
    ]


async def test_a_tag_that_is_there_twice_is_refused_with_both_lines(store: Store) -> None:
    report = plain(await imported(store, "idTag\nCard-1\nX\n card-1 \n"))
    assert report["lines"][-1] == {
        "line": 4,
        "idTag": "card-1",
        "result": "refused",
        "column": "idTag",
        "message": "`card-1` is in line 2 already, as `Card-1`",
        "hint": "leave one of both lines out",
    }


async def test_a_replacement_without_tags_is_refused(store: Store) -> None:
    with pytest.raises(FileUnusable, match="the file has no id tags, and replacing would delete"):
        await imported(store, "idTag\n", mode="replace")
    assert len(await tags(store)) == 3


async def test_reading_ends_after_many_mistakes(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staging, "REFUSED_AT_MOST", 10)
    report = await imported(store, "idTag,status\n" + "X,nope\n" * 5_000)
    assert 10 <= report.totals.refused < 1_000


async def test_a_large_file_is_written_in_steps_and_reported_in_part(store: Store) -> None:
    content = "idTag;label:n\n" + "".join(f"T{n:05};{n}\n" for n in range(10_500))
    report = await imported(store, content, mode="replace")
    assert (report.totals.created, report.totals.deleted) == (10_500, 3)
    assert (len(report.lines), report.lines_left_out) == (10_000, 500)
    assert (await store.id_tags.get("t10499")) == Tag(id_tag="T10499", labels={"n": "10499"})


async def test_what_memory_knows_is_what_was_imported(store: Store) -> None:
    for tag in ("A", "D"):
        await store.id_tags.get(tag)
    await imported(store, GOOD)
    assert [await store.id_tags.get(tag) for tag in ("A", "D")] == [
        Tag(id_tag="a", parent_id_tag="G", labels={"site": "Bonn"}),
        Tag(id_tag="d"),
    ]
