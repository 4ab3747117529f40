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

from engine.errors import Conflict, NotFound
from engine.policy import PolicyProblems
from engine.policy.live.host import PolicyHost
from engine.policy.live.revisions import KeptRevision
from engine.policy.live.status import PolicyStatus
from tests.engine.policy.building import NOW, a_policy, start, status

LIVE_SECONDS = 2.0
"""An edit is live within this time."""


def doors(status: str) -> str:
    return a_policy(f"- response: {{ idTagInfo: {{ status: {status} }} }}", name="doors")


class Memory:
    """Keeps revisions as the store does, but all of them."""

    def __init__(self) -> None:
        self.saved: list[tuple[str, dict[str, bytes]]] = []
        self.rolled_back_from: str | None = None

    async def save(
        self, revision: str, files: Mapping[str, bytes], rolled_back_from: str | None = None
    ) -> None:
        self.saved.append((revision, dict(files)))
        self.rolled_back_from = rolled_back_from

    async def load(self, revision: str | None = None) -> tuple[str, dict[str, bytes]] | None:
        found = [kept for kept in self.saved if revision in (None, kept[0])]
        return found[-1] if found else None

    async def kept(self) -> tuple[KeptRevision, ...]:
        newest_first = list(dict(self.saved[::-1]).items())
        return tuple(
            KeptRevision(
                revision=revision,
                live_since=NOW,
                files=tuple(files),
                rolled_back_from=self.rolled_back_from if number == 0 else None,
            )
            for number, (revision, files) in enumerate(newest_first)
        )


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
        async def save(
            self, revision: str, files: Mapping[str, bytes], rolled_back_from: str | None = None
        ) -> None:
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


async def test_a_check_tells_the_mistakes_of_test_files_too(policies: Path) -> None:
    host = PolicyHost(policies, memory=Memory())
    await host.start()
    tests = b"tests: [{ name: a, action: Heartbeat, expect: {} }]"
    (problem,) = await host.check({"x.yaml": doors("Blocked").encode(), "x_test.yaml": tests})
    assert (problem.file, problem.message) == (
        "x_test.yaml",
        "`expect` is empty: the test would always pass",
    )


async def test_a_check_tells_the_tests_that_fail_where_all_must_pass(policies: Path) -> None:
    tests = b"""\
action: StartTransaction
request: { connectorId: 1, idTag: A, meterStart: 0, timestamp: 2026-01-31T12:00:00Z }
tests: [{ name: a, expect: { source: default } }]
"""
    files = {"x.yaml": doors("Blocked").encode(), "x_test.yaml": tests}
    found = []
    for require_tests in (False, True):
        host = PolicyHost(policies, memory=Memory(), require_tests=require_tests)
        await host.start()
        found.append([problem.message for problem in await host.check(files)])
    assert found == [[], ['the test `a` fails: source: expected "default", got "policy"']]


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


async def test_the_log_says_that_a_reload_was_asked_for_and_that_a_mistake_is_gone(
    policies: Path,
) -> None:
    async with running(policies) as live:
        with capture_logs() as logs:
            await live.host.reload()
            (policies / "doors.yaml").write_text(doors("Rejected"))
            await live.changed()
            (policies / "doors.yaml").write_text(doors("Accepted"))
            await live.changed()
    assert [(each["event"], each["log_level"]) for each in logs] == [
        ("policies unchanged", "info"),
        ("policy problem", "error"),
        ("policies unchanged", "info"),
    ]
    assert logs[-1]["revision"] == live.host.current.revision


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


async def twice_loaded(policies: Path, memory: Memory) -> tuple[PolicyHost, str]:
    """A host whose directory answered Accepted, and answers Blocked now; and the first revision."""
    host = PolicyHost(policies, memory=memory, clock=lambda: NOW)
    await host.start()
    first = host.current.revision
    (policies / "doors.yaml").write_text(doors("Blocked"))
    await host.reload()
    return host, first


def in_force(host: PolicyHost) -> tuple[str, str]:
    return status(start(host.current)), host.status().source


async def test_a_rollback_puts_an_earlier_set_in_force_whatever_the_directory_holds(
    policies: Path,
) -> None:
    host, first = await twice_loaded(policies, Memory())
    told: list[PolicyStatus] = []
    host.on_change.append(told.append)
    assert in_force(host) == ("Blocked", "directory")
    found = await host.roll_back(first)
    assert (found.revision, found.source, told) == (first, "rollback", [found])
    assert in_force(host) == ("Accepted", "rollback")
    assert "Blocked" in (policies / "doors.yaml").read_text()


async def test_a_rollback_ends_with_a_reload(policies: Path) -> None:
    host, first = await twice_loaded(policies, Memory())
    await host.roll_back(first)
    assert (await host.reload()).source == "directory"
    assert in_force(host) == ("Blocked", "directory")


async def test_a_rollback_ends_with_a_good_change_and_not_with_a_broken_one(
    policies: Path,
) -> None:
    async with running(policies) as live:
        first = live.host.current.revision
        for text, answer in (
            (doors("Blocked"), ("Blocked", "directory")),
            (None, ("Accepted", "rollback")),
            ("name: [", ("Accepted", "rollback")),
            (doors("Blocked"), ("Accepted", "rollback")),
            (doors("Expired"), ("Expired", "directory")),
        ):
            if text is None:
                await live.host.roll_back(first)
            else:
                (policies / "doors.yaml").write_text(text)
            await live.changed()
            assert in_force(live.host) == answer


async def test_a_rollback_survives_a_restart_unless_the_directory_changed_to_another_good_set(
    policies: Path,
) -> None:
    memory = Memory()
    host, first = await twice_loaded(policies, memory)
    await host.roll_back(first)
    again = PolicyHost(policies, memory=memory)
    await again.start()
    assert (in_force(again), again.status().remembered) == (("Accepted", "rollback"), False)
    (policies / "doors.yaml").write_text("name: [")
    broken = PolicyHost(policies, memory=memory)
    await broken.start()
    assert (in_force(broken), len(broken.status().problems)) == (("Accepted", "rollback"), 1)
    (policies / "doors.yaml").write_text(doors("Expired"))
    changed = PolicyHost(policies, memory=memory)
    await changed.start()
    assert in_force(changed) == ("Expired", "directory")


async def test_a_rollback_to_what_the_directory_holds_is_none(policies: Path) -> None:
    memory = Memory()
    host, first = await twice_loaded(policies, memory)
    second = host.current.revision
    await host.roll_back(first)
    await host.roll_back(second)
    assert (in_force(host), memory.rolled_back_from) == (("Blocked", "directory"), None)


async def test_what_is_not_kept_can_not_be_put_back(policies: Path) -> None:
    host, _ = await twice_loaded(policies, Memory())
    with pytest.raises(NotFound) as missing:
        await host.roll_back("sha256:0")
    assert str(missing.value) == (
        "the policy revision `sha256:0` can't be put back\n"
        "hint: `GET /v1/policies/revisions` lists those that can"
    )


async def test_a_set_that_was_live_can_be_looked_at_and_stays_out_of_force(
    policies: Path,
) -> None:
    host, first = await twice_loaded(policies, Memory())
    assert (await host.at(first)).revision == first
    assert await host.at(host.current.revision) is host.current
    with pytest.raises(NotFound) as missing:
        await host.at("sha256:0")
    assert str(missing.value) == (
        "the policy revision `sha256:0` is not kept\n"
        "hint: kept are the last ten, and those that made a decision which is in the log"
    )
    assert in_force(host) == ("Blocked", "directory")


async def test_what_can_be_looked_at_need_not_be_one_that_can_be_put_back(policies: Path) -> None:
    class LastOnly(Memory):
        async def kept(self) -> tuple[KeptRevision, ...]:
            return (await super().kept())[:1]

    host, first = await twice_loaded(policies, LastOnly())
    assert (await host.at(first)).revision == first
    with pytest.raises(NotFound, match="can't be put back"):
        await host.roll_back(first)


async def test_what_is_not_good_any_more_can_not_be_put_back(policies: Path) -> None:
    memory = Memory()
    host, _ = await twice_loaded(policies, memory)
    memory.saved.insert(0, ("sha256:1", {"a.yaml": b"name: a\n"}))
    with pytest.raises(Conflict) as broken:
        await host.roll_back("sha256:1")
    assert str(broken.value) == (
        "the policy revision `sha256:1` is not good any more\n"
        "hint: a.yaml:1:1: the policy has no `action`"
    )
    assert in_force(host) == ("Blocked", "directory")


async def test_a_rollback_that_is_not_good_any_more_at_start_gives_way(policies: Path) -> None:
    memory = Memory()
    host, first = await twice_loaded(policies, memory)
    await host.roll_back(first)
    memory.saved[-1] = (first, {"a.yaml": b"name: a\n"})
    again = PolicyHost(policies, memory=memory)
    memory.saved = memory.saved[-1:]
    await again.start()
    assert in_force(again) == ("Blocked", "directory")


async def test_attempts_are_told_and_the_last_success_is_kept(policies: Path) -> None:
    times = iter([NOW.replace(minute=minute) for minute in range(60)])
    host = PolicyHost(policies, memory=Memory(), clock=lambda: next(times))
    told: list[bool] = []
    host.on_attempt.append(told.append)
    await host.start()
    good = host.status()
    (policies / "doors.yaml").write_text("name: [")
    bad = await host.reload()
    assert told == [True, False]
    assert good.last_success_at == good.last_attempt_at == bad.last_success_at
    assert bad.last_attempt_at > good.last_attempt_at
