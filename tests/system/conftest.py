"""One server per worker, one charge point and one id tag per test; on failure, what they said."""

import contextlib
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from tests.system.admin import Admin
from tests.system.charge_point import ChargePoint
from tests.system.server import Server


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with the shipped policies; tests share it and keep apart by charge point id."""
    server = Server(tmp_path_factory.mktemp("server")).start()
    yield server
    assert server.stop() == 0


@pytest.fixture
def new_server(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Make servers of the test's own, ended with the test. The first is in `tmp_path` itself."""
    made: list[Server] = []

    def make(**options: object) -> Server:
        directory = tmp_path / str(len(made))
        directory.mkdir()
        made.append(Server(directory, **options))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for server in made:
        server.close()


@pytest.fixture
async def admin(server: Server) -> AsyncIterator[Admin]:
    async with Admin(server.admin_url, server.token) as admin:
        yield admin


@pytest.fixture
async def charge_point(server: Server) -> AsyncIterator[ChargePoint]:
    """A charge point of the test's own: connected, booted, connector 1 available."""
    async with ChargePoint(server.ocpp_url, f"CP-{uuid4().hex[:12]}") as charge_point:
        assert (await charge_point.boot())["status"] == "Accepted"
        await charge_point.status(0, "Available")
        await charge_point.status(1, "Available")
        yield charge_point
        # A test may have taken it off the network.
        with contextlib.suppress(OSError):
            await charge_point.disconnect()


@pytest.fixture
async def tag(admin: Admin) -> str:
    """A registered, accepted id tag of the test's own."""
    return await admin.add_tag(uuid4().hex[:20].upper())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A failed test shows the frames of its charge point and the last lines of its server."""
    report = yield
    arguments = getattr(item, "funcargs", {})
    if report.failed and isinstance(charge_point := arguments.get("charge_point"), ChargePoint):
        report.sections.append((f"frames of {charge_point.id}", "\n".join(charge_point.frames)))
    if report.failed and isinstance(server := arguments.get("server"), Server):
        report.sections.append(("server output", server.output.tail()))
    return report
