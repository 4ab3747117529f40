"""What the migrations make of the data that is there."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from engine.storage import IdTagFilter, Store, upgrade
from engine.storage.databases import open_database
from engine.storage.migrating import migrate, revisions
from engine.storage.schema import downgrade
from tests.engine.storage import databases, first_schema
from tests.engine.storage.builders import NOON, a_tag, a_transaction


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without tables, of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/empty.db"
        return
    name = request.getfixturevalue("postgresql_url").rpartition("/")[2] + "_migrations"
    with databases.a_postgresql_database(name) as url:
        yield url


async def execute(url: str, statement: str) -> None:
    database = open_database(url)
    await database.transact(lambda connection: connection.execute(text(statement)) and None)
    await database.close()


async def rows(url: str, statement: str) -> list[tuple[Any, ...]]:
    database = open_database(url)
    found = await database.read(lambda connection: connection.execute(text(statement)).all())
    await database.close()
    return [tuple(row) for row in found]


async def go_to(url: str, revision: str) -> None:
    database = open_database(url)
    await database.transact(lambda connection: migrate(connection, revision))
    await database.close()


def a_first_tag(key: str, id_tag: str, parent: str = "NULL", labels: str = "{}") -> str:
    """The statement that puts a tag into the first schema."""
    labels = labels.replace(":", "\\:")
    return (
        "INSERT INTO id_tags VALUES "
        f"('{key}', '{id_tag}', 'Accepted', NULL, {parent}, '{labels}', 1, '2026-01-31 12:00Z')"
    )


async def test_tags_of_the_first_schema_are_found_by_group_and_label(url: str) -> None:
    await go_to(url, "0001")
    await execute(url, a_first_tag("card-1", "CARD-1", "'FLEET '", '{"site":"Berlin"}'))
    await execute(url, a_first_tag("card-2", "CARD-2"))
    await upgrade(url)
    store = await Store.open(url)
    for wanted in (IdTagFilter(parent_id_tag="fleet"), IdTagFilter(labels={"site": "Berlin"})):
        found = await store.id_tags.list(wanted)
        assert [record.tag.id_tag for record in found.items] == ["CARD-1"]
    await store.close()


async def test_tags_with_outer_spaces_become_those_without(url: str) -> None:
    await go_to(url, "0001")
    for key, id_tag in ((" a ", " A "), ("b", "B"), ("b ", "B ")):
        await execute(url, a_first_tag(key, id_tag))
    await upgrade(url)
    assert await rows(url, "SELECT key, id_tag FROM id_tags ORDER BY key") == [
        ("a", "A"),
        ("b", "B"),
    ]


async def test_tags_outlive_the_way_back_to_the_first_schema(url: str) -> None:
    await upgrade(url)
    store = await Store.open(url)
    await store.id_tags.put(a_tag(), time=NOON)
    await store.close()
    await downgrade(url, "0001")
    await upgrade(url)
    store = await Store.open(url)
    found = await store.id_tags.list(IdTagFilter(labels=a_tag().labels))
    assert [record.tag for record in found.items] == [a_tag()]
    await store.close()


async def found(url: str) -> first_schema.Rows:
    database = open_database(url)
    rows = await database.read(first_schema.found)
    await database.close()
    return rows


async def test_all_data_of_the_first_schema_outlives_every_revision_up_and_down(url: str) -> None:
    await go_to(url, "0001")
    database = open_database(url)
    await database.transact(first_schema.fill)
    await database.close()
    *newer, _ = revisions()
    for revision in reversed(newer):
        await go_to(url, revision)
        assert (revision, await found(url)) == (revision, first_schema.expected())
    for revision in [*newer[1:], "0001"]:
        await downgrade(url, revision)
        assert (revision, await found(url)) == (revision, first_schema.expected())


async def test_what_the_first_schema_held_is_served_by_this_version(url: str) -> None:
    await go_to(url, "0001")
    database = open_database(url)
    await database.transact(first_schema.fill)
    await database.close()
    await upgrade(url)
    store = await Store.open(url)
    transactions = await store.transactions.list()
    assert [each.transaction_id for each in transactions.items] == [2, 1]
    assert [each.value for each in (await store.meter_values.list(1)).items] == ["2000"]
    decision = await store.decisions.get("1" * 32)
    assert decision is not None
    assert decision.response == {"idTagInfo": {"status": "Accepted"}}
    await store.write(store.transactions.started(a_transaction(3, meter_start=3)))
    await store.close()


async def test_a_decision_of_the_first_schema_is_found_and_has_no_facts(url: str) -> None:
    await go_to(url, "0001")
    for number, errors in ((1, "NULL"), (2, "'[]'"), (3, """'["e"]'""")):
        await execute(
            url,
            "INSERT INTO exchanges (time, charge_point_id, action, received, sent, decision_id, "
            "revision, source, errors, duration_microseconds) VALUES ('2026-01-31 12\\:00Z', 'A', "
            f"""'Authorize', '[2,"1","Authorize",{{"idTag"\\:"C"}}]', '[3,"1",{{}}]', """
            f"'{number}', 'r', 'default', {errors}, 1.5)",
        )
    await upgrade(url)
    store = await Store.open(url)
    found = (await store.decisions.list()).items
    failed = (await store.decisions.list(failed=True)).items
    await store.close()
    now = "2026-01-31T12:00:00.000Z"
    assert [each.facts for each in found] == [{"request": {"idTag": "C"}, "now": now}] * 3
    assert [each.id for each in failed] == ["3"]
