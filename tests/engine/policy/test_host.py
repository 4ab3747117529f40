"""A change under the directory goes live by itself; a broken one never does."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from time import perf_counter

import pytest
from structlog.testing import capture_logs

from engine.policy import PolicyHost, PolicyProblems, PolicyStatus
from tests.engine.policy.building import a_policy, start, status

LIVE_SECONDS = 2.0
"""An edit is live within this time."""


def doors(status: str) -> str:
    return a_policy(f"- response: {{ idTagInfo: {{ status: {status} }} }}", name="doors")


class Memory:
    """Keeps the last revision as the store does."""

    def __init__(self) -> None:
        self.saved: list[tuple[str, dict[str, bytes]]] = []

    async def save(self, revision: str, files: Mapping[str, bytes]) -> None:
        self.saved.append((revision, dict(files)))

    async def load(self) -> tuple[str, dict[str, bytes]] | None:
        return self.saved[-1] if self.saved else None


class Running:
    """A started host whose changes can be waited for."""

    def __init__(self, host: PolicyHost) -> None:
        self.host = host
        self.changes: asyncio.Queue[PolicyStatus] = asyncio.Queue()
        host.on_change.append(self.changes.put_nowait)

    def answer(self) -> str:
        return status(start(self.host.current))

    async def changed(self) -> PolicyStatus:
        async with asyncio.timeout(20):
            return await self.changes.get()


@asynccontextmanager
async def running(
    path: Path, memory: Memory | None = None, *, polling: bool = False
) -> AsyncIterator[Running]:
    host = PolicyHost(path, memory=memory or Memory(), quiet_seconds=0.05, polling=polling)
    await host.start()
    watching = asyncio.create_task(host.run())
    try:
        yield Running(host)
    finally:
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching


@pytest.fixture
def policies(tmp_path: Path) -> Path:
    folder = tmp_path / "policies"
    folder.mkdir()
    (folder / "doors.yaml").write_text(doors("Accepted"))
    return folder


async def test_an_edit_in_place_goes_live(policies: Path) -> None:
    async with running(policies) as live:
        before, began = live.host.current, perf_counter()
        (policies / "doors.yaml").write_text(doors("Blocked"))
        found = await live.changed()
        assert perf_counter() - began < LIVE_SECONDS
        assert (live.answer(), status(start(before))) == ("Blocked", "Accepted")
        assert (found.revision, found.problems) == (live.host.current.revision, ())


async def test_an_editor_that_saves_by_renaming_is_noticed(policies: Path) -> None:
    async with running(policies) as live:
        (policies / "doors.yaml").rename(policies / "doors.yaml~")
        (policies / ".doors.yaml.swp").write_text(doors("Blocked"))
        (policies / ".doors.yaml.swp").rename(policies / "doors.yaml")
        (policies / "doors.yaml~").unlink()
        await live.changed()
        assert live.answer() == "Blocked"


async def test_a_file_that_is_deleted_decides_no_more(policies: Path) -> None:
    async with running(policies) as live:
        (policies / "doors.yaml").unlink()
        await live.changed()
        assert live.host.current.policies == ()


async def test_a_new_folder_with_files_is_seen(policies: Path) -> None:
    async with running(policies) as live:
        (policies / "sites").mkdir()
        first = a_policy(
            "- response: { idTagInfo: { status: Expired } }", name="first", more="priority: 1\n"
        )
        (policies / "sites" / "first.yaml").write_text(first)
        await live.changed()
        assert live.answer() == "Expired"
        (policies / "sites" / "first.yaml").write_text(first.replace("Expired", "Invalid"))
        await live.changed()
        assert live.answer() == "Invalid"


async def test_a_table_that_changes_goes_live(policies: Path) -> None:
    (policies / "data").mkdir()
    (policies / "data" / "vips.csv").write_text("idTag\n")
    (policies / "doors.yaml").write_text(
        a_policy(
            "- condition: request.idTag in data.vips\n"
            "  response: { idTagInfo: { status: Accepted } }"
        )
    )
    async with running(policies) as live:
        assert live.answer() == "Invalid"
        (policies / "data" / "vips.csv").write_text("idTag\nCARD-1\n")
        await live.changed()
        assert live.answer() == "Accepted"


async def test_a_config_map_that_switches_its_link_is_noticed(tmp_path: Path) -> None:
    folder = tmp_path / "policies"
    for name, answer in (("..1", "Accepted"), ("..2", "Blocked")):
        (folder / name).mkdir(parents=True)
        (folder / name / "doors.yaml").write_text(doors(answer))
    (folder / "..data").symlink_to("..1")
    (folder / "doors.yaml").symlink_to("..data/doors.yaml")
    async with running(folder) as live:
        (folder / "..data_tmp").symlink_to("..2")
        os.replace(folder / "..data_tmp", folder / "..data")
        shutil.rmtree(folder / "..1")
        await live.changed()
        assert live.answer() == "Blocked"


async def test_a_directory_that_is_itself_a_link_may_be_switched(tmp_path: Path) -> None:
    for name, answer in (("one", "Accepted"), ("two", "Blocked"), ("three", "Expired")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "doors.yaml").write_text(doors(answer))
    (tmp_path / "policies").symlink_to("one")
    async with running(tmp_path / "policies") as live:
        for name, answer in (("two", "Blocked"), ("three", "Expired")):
            (tmp_path / "next").symlink_to(name)
            os.replace(tmp_path / "next", tmp_path / "policies")
            await live.changed()
            assert live.answer() == answer


def remake(folder: Path, answer: str) -> None:
    folder.mkdir()
    (folder / "doors.yaml").write_text(doors(answer))


async def test_a_directory_that_is_deleted_and_made_again_is_followed(policies: Path) -> None:
    async with running(policies) as live:
        shutil.rmtree(policies)
        gone = await live.changed()
        assert "there is no such directory" in str(gone.last_error)
        assert live.answer() == "Accepted"
        remake(policies, "Blocked")
        await live.changed()
        assert live.answer() == "Blocked"
        (policies / "doors.yaml").write_text(doors("Expired"))
        await live.changed()
        assert live.answer() == "Expired"


async def test_a_checkout_of_many_files_is_one_change(policies: Path) -> None:
    async with running(policies) as live:
        for number in range(50):
            policy = a_policy("- response: {}", action="Heartbeat", name=f"p{number}")
            (policies / f"p{number}.yaml").write_text(policy)
        found = await live.changed()
        assert len(found.policies) == 51
        assert live.changes.empty()


async def test_a_broken_edit_changes_no_answer_and_is_shown(policies: Path) -> None:
    async with running(policies) as live:
        good = live.host.current
        (policies / "doors.yaml").write_text(doors("Rejected"))
        found = await live.changed()
        assert live.host.current is good
        assert found.revision == good.revision
        assert (found.last_error or "").startswith(
            "doors.yaml:5:40: `idTagInfo.status` can't be `Rejected`"
        )
        (policies / "doors.yaml").write_text(doors("Blocked"))
        mended = await live.changed()
        assert (live.answer(), mended.problems, mended.last_error) == ("Blocked", (), None)


async def test_where_nothing_notifies_looking_is_enough(policies: Path) -> None:
    async with running(policies, polling=True) as live:
        (policies / "doors.yaml").write_text(doors("Blocked"))
        await live.changed()
        assert live.answer() == "Blocked"


async def test_a_change_between_start_and_watching_is_not_missed(policies: Path) -> None:
    host = PolicyHost(policies, memory=Memory(), quiet_seconds=0.05)
    await host.start()
    (policies / "doors.yaml").write_text(doors("Blocked"))
    changed = asyncio.Event()
    host.on_change.append(lambda status: changed.set())
    watching = asyncio.create_task(host.run())
    async with asyncio.timeout(20):
        await changed.wait()
    watching.cancel()
    assert status(start(host.current)) == "Blocked"


async def test_the_last_good_set_survives_a_restart(policies: Path) -> None:
    memory = Memory()
    first = PolicyHost(policies, memory=memory)
    await first.start()
    (policies / "doors.yaml").write_text("name: [")
    second = PolicyHost(policies, memory=memory)
    await second.start()
    assert second.current.revision == first.current.revision
    assert (second.status().remembered, status(start(second.current))) == (True, "Accepted")
    assert "doors.yaml:1:8" in str(second.status().last_error)
    (policies / "doors.yaml").write_text(doors("Accepted"))
    assert not (await second.reload()).remembered


async def test_a_broken_directory_without_a_memory_does_not_start(policies: Path) -> None:
    (policies / "doors.yaml").write_text("name: [")
    with pytest.raises(PolicyProblems, match=r"doors\.yaml:1:8"):
        await PolicyHost(policies, memory=Memory()).start()


async def test_a_memory_that_fails_keeps_no_good_set_from_deciding(policies: Path) -> None:
    class Broken(Memory):
        async def save(self, revision: str, files: Mapping[str, bytes]) -> None:
            raise OSError("the disk is full")

    host = PolicyHost(policies, memory=Broken())
    await host.start()
    assert status(start(host.current)) == "Accepted"


async def test_a_set_is_remembered_once_per_revision(policies: Path) -> None:
    memory = Memory()
    host = PolicyHost(policies, memory=memory)
    await host.start()
    await host.reload()
    (policies / "doors_test.yaml").write_text("tests: []\n")
    await host.reload()
    assert [revision for revision, _ in memory.saved] == [host.current.revision]
    assert list(host.status().files) == ["doors.yaml", "doors_test.yaml"]


TESTS = """
action: StartTransaction
request: { connectorId: 1, idTag: A, meterStart: 0, timestamp: 2026-01-31T12:00:00Z }
tests:
  - { name: open, expect: { response: { idTagInfo: { status: Accepted } } } }
"""


async def test_where_tests_are_required_a_reload_needs_them_green(policies: Path) -> None:
    (policies / "doors_test.yaml").write_text(TESTS)
    host = PolicyHost(policies, memory=Memory(), require_tests=True)
    await host.start()
    (policies / "doors.yaml").write_text(doors("Blocked"))
    failed = await host.reload()
    assert (status(start(host.current)), failed.last_error) == (
        "Accepted",
        "doors_test.yaml:5:1: the test `open` fails: "
        'response.idTagInfo.status: expected "Accepted", got "Blocked"',
    )
    assert await host.check() == list(failed.problems)
    (policies / "doors_test.yaml").write_text(TESTS.replace("Accepted", "Blocked"))
    assert ((await host.reload()).problems, status(start(host.current))) == ((), "Blocked")


async def test_tests_that_become_red_keep_the_set_and_are_problems(policies: Path) -> None:
    host = PolicyHost(policies, memory=Memory(), require_tests=True)
    await host.start()
    (policies / "doors_test.yaml").write_text(TESTS.replace("Accepted", "Blocked"))
    assert len((await host.reload()).problems) == 1
    assert status(start(host.current)) == "Accepted"


async def test_where_tests_are_required_a_start_needs_them_green(policies: Path) -> None:
    memory = Memory()
    (policies / "doors_test.yaml").write_text(TESTS.replace("Accepted", "Blocked"))
    with pytest.raises(PolicyProblems, match="the test `open` fails"):
        await PolicyHost(policies, memory=memory, require_tests=True).start()
    await PolicyHost(policies, memory=memory).start()
    (policies / "doors.yaml").write_text(doors("Expired"))
    host = PolicyHost(policies, memory=memory, require_tests=True)
    await host.start()
    assert (host.status().remembered, status(start(host.current))) == (True, "Accepted")


async def test_files_can_be_checked_without_going_live(policies: Path) -> None:
    host = PolicyHost(policies, memory=Memory())
    await host.start()
    assert await host.check() == []
    (problem,) = await host.check({"x.yaml": doors("Rejected").encode()})
    assert problem.file == "x.yaml"
    assert (status(start(host.current)), host.status().problems) == ("Accepted", ())


async def test_the_status_lists_policies_in_the_order_they_are_asked(policies: Path) -> None:
    (policies / "off.yaml").write_text(
        a_policy("- response: {}", action="Heartbeat", name="off", more="enabled: false\n")
    )
    host = PolicyHost(policies, memory=Memory())
    await host.start()
    assert [
        (p.name, p.actions, p.priority, p.file, p.line, p.enabled) for p in host.status().policies
    ] == [
        ("doors", ("StartTransaction",), 100, "doors.yaml", 1, True),
        ("off", ("Heartbeat",), 100, "off.yaml", 1, False),
    ]


async def test_warnings_are_logged_without_an_empty_hint(policies: Path) -> None:
    host = PolicyHost(policies, memory=Memory())
    await host.start()
    with capture_logs() as logs:
        (policies / "doors.yaml").unlink()
        await host.reload()
        (policies / "doors.yaml").write_text("name: p\n")
        await host.reload()
    found = [each for each in logs if each["event"] == "policy problem"]
    assert [each["log_level"] for each in found] == ["warning", "error", "error"]
    assert [sorted(each.keys() & {"hint"}) for each in found] == [["hint"], [], []]
