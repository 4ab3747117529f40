import asyncio
from pathlib import Path

import pytest

from engine.cli.stores import with_store
from engine.errors import EngineError
from engine.storage import Store, current_revision
from engine.storage.schema import HEAD


async def ping(store: Store) -> str:
    await store.probe()
    return "pong"


def test_the_configured_store_is_made_opened_and_closed(tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text("store: { url: sqlite:///kept.db }")
    assert with_store(config, ping) == "pong"
    assert asyncio.run(current_revision(f"sqlite:///{tmp_path}/kept.db")) == HEAD


def test_an_older_schema_is_left_where_upgrades_are_off(tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text("store: { url: sqlite:///kept.db, upgrade: false }")
    with pytest.raises(EngineError, match="the database has no tables yet"):
        with_store(config, ping)
