"""The API of one test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.engine.api.running import Api, running


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[Api]:
    async with running(tmp_path) as api:
        yield api
