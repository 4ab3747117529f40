"""Keeps the policy set that decides: loads it, watches its directory, swaps it, remembers it."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import structlog

from engine.errors import NotFound
from engine.policy.deciding.policy_set import PolicySet, revision_of
from engine.policy.live.directory import Signature, read_directory, signature
from engine.policy.live.errors import PolicyErrors
from engine.policy.live.loading import check, compile_beside, compiled_again, load
from engine.policy.live.revisions import RevisionMemory
from engine.policy.live.status import PolicyStatus, PolicyStatusItem
from engine.policy.live.watching import changes
from engine.policy.problems import PolicyProblems, Problem
from engine.policy.reading.compiling import compile_set
from engine.policy.testing.green_tests import compile_tested

log = structlog.get_logger("voltrule.policies")


class PolicyHost:
    """
    Holds the current policy set.

    `current` is one reference, swapped whole: who reads it once decides with one set throughout.
    """

    def __init__(
        self,
        path: Path,
        *,
        memory: RevisionMemory,
        quiet_seconds: float = 0.3,
        require_tests: bool = False,
        polling: bool = False,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.path = path
        self.on_change: list[Callable[[PolicyStatus], None]] = []
        """Called after each attempt that changed something, successful or not."""
        self.on_attempt: list[Callable[[bool], None]] = []
        """Called after each attempt to load the directory, with whether it was good."""
        self.errors = PolicyErrors()
        """What went wrong in decisions; who has them made adds it."""
        self._memory = memory
        self._quiet_seconds = quiet_seconds
        self._require_tests = require_tests
        self._compiler = compile_tested if require_tests else compile_set
        self._polling = polling
        self._clock = clock
        self._set: PolicySet | None = None
        self._signature: Signature = frozenset()
        self._loaded_at = self._last_attempt_at = clock()
        self._last_success_at: datetime | None = None
        self._rolled_back_from: str | None = None
        """What the directory held at the rollback that is in force."""
        self._remembered = False
        self._problems: tuple[Problem, ...] = ()
        # A reload asked for over HTTP and one by a change come one after the other.
        self._reloading = asyncio.Lock()

    @property
    def current(self) -> PolicySet:
        """The set that decides; there is one from `start` on."""
        assert self._set is not None, "PolicyHost.start() comes first"
        return self._set

    async def start(self) -> None:
        """
        Loads the directory, or the last good set if the directory is broken.

        A rollback stays in force unless the directory has changed to another good set since.

        Raises:
            PolicyProblems: the directory is broken and there is no last good set.
        """
        async with self._reloading:
            await self._restore_rollback()
            await self._attempt()
            if self._set is None:
                await self._remembered_set()

    async def _restore_rollback(self) -> None:
        last = next(iter(await self._memory.kept()), None)
        if last is None or last.rolled_back_from is None:
            return
        kept = await self._memory.load(last.revision)
        try:
            policies = await asyncio.to_thread(compile_beside, kept[1] if kept else {})
        except PolicyProblems:
            # An older version found it good; the directory is asked instead.
            return
        self._swap(policies, remembered=False, rolled_back_from=last.rolled_back_from)
        log.warning("policies were rolled back", revision=policies.revision, path=str(self.path))

    async def _remembered_set(self) -> None:
        broken = PolicyProblems(self._problems)
        remembered = await self._memory.load()
        if remembered is None:
            raise broken
        revision, files = remembered
        try:
            policies = await asyncio.to_thread(compile_beside, files)
        except PolicyProblems:
            # An older version found it good; what is wrong in the directory is what can be mended.
            raise broken from None
        self._swap(policies, remembered=True)
        log.warning("policies come from memory", revision=revision, path=str(self.path))
        self._tell()

    async def run(self) -> None:
        """Follows the directory until cancelled."""
        since, quiet = self._signature, self._quiet_seconds
        async for _ in changes(self.path, since, quiet, polling=self._polling):
            async with self._reloading:
                await self._attempt()

    async def reload(self) -> PolicyStatus:
        """
        Compiles the directory and swaps the set if it is good; else the set stays.

        Being asked for, it also ends a rollback from what the directory holds.
        """
        async with self._reloading:
            await self._attempt(ends_rollback=True)
        return self.status()

    async def roll_back(self, revision: str) -> PolicyStatus:
        """
        Puts a set that was live before in force, whatever the directory holds.

        Raises:
            NotFound: it is none of the last ten.
            Conflict: it was good for an older version, and is not for this one.
        """
        async with self._reloading:
            offered = {each.revision for each in await self._memory.kept()}
            kept = await self._memory.load(revision) if revision in offered else None
            if kept is None:
                hint = "`GET /v1/policies/revisions` lists those that can"
                raise NotFound(f"the policy revision `{revision}` can't be put back", hint=hint)
            files = kept[1]
            policies = await compiled_again(revision, files)
            before, held = self.current.revision, await self._held()
            back_to_directory = revision == held
            self._swap(
                policies, remembered=False, rolled_back_from=None if back_to_directory else held
            )
            log.warning("policies rolled back", revision=revision, replaced=before)
            self._tell()
            await self._remember(policies, files)
        return self.status()

    async def _held(self) -> str:
        """The revision of what the directory holds, good or not; empty if it can't be read."""
        try:
            return revision_of(await asyncio.to_thread(read_directory, self.path))
        except PolicyProblems:
            return ""

    async def at(self, revision: str) -> PolicySet:
        """
        A set that was live, to look at what it decided.

        Raises:
            NotFound: it is not kept.
            Conflict: it was good for an older version, and is not for this one.
        """
        if revision == self.current.revision:
            return self.current
        kept = await self._memory.load(revision)
        if kept is None:
            hint = "kept are the last ten, and those that made a decision which is in the log"
            raise NotFound(f"the policy revision `{revision}` is not kept", hint=hint)
        return await compiled_again(revision, kept[1])

    async def check(self, files: Mapping[str, bytes] | None = None) -> list[Problem]:
        """What is wrong with these files, or with the directory; changes nothing."""
        try:
            return list(
                await asyncio.to_thread(check, self.path, files, require_tests=self._require_tests)
            )
        except PolicyProblems as broken:
            return list(broken.problems)

    def status(self) -> PolicyStatus:
        policies = self.current
        errors = [problem for problem in self._problems if problem.severity == "error"]
        return PolicyStatus(
            path=str(self.path),
            revision=policies.revision,
            loaded_at=self._loaded_at,
            source="directory" if self._rolled_back_from is None else "rollback",
            remembered=self._remembered,
            policies=tuple(
                PolicyStatusItem.of(policy, self.errors.of(policy.name))
                for policy in policies.policies
            ),
            files=dict(policies.files),
            problems=self._problems,
            last_attempt_at=self._last_attempt_at,
            last_success_at=self._last_success_at,
            last_error=str(errors[0]) if errors else None,
        )

    async def _attempt(self, *, ends_rollback: bool = False) -> None:
        self._last_attempt_at = self._clock()
        before = self._problems
        try:
            # Taken before the files are read: a change in between is seen as one.
            self._signature = await asyncio.to_thread(signature, self.path)
            policies, files = await asyncio.to_thread(load, self.path, None, self._compiler)
        except PolicyProblems as broken:
            self._problems = broken.problems
            _log_problems(broken.problems)
            self._attempted(good=False)
            if self._set is not None and before != self._problems:
                self._tell()
            return
        self._problems = policies.warnings
        self._last_success_at = self._last_attempt_at
        self._attempted(good=True)
        if policies.revision == self._rolled_back_from and not ends_rollback:
            # Saved again without a change, or a mistake made and mended: the rollback goes on.
            if before != self._problems:
                self._tell()
            return
        if (
            self._set is not None
            and self._rolled_back_from is None
            and self._set.files == policies.files
            and not self._remembered
        ):
            if ends_rollback or any(problem.severity == "error" for problem in before):
                log.info("policies unchanged", revision=policies.revision)
            if before != self._problems:
                self._tell()
            return
        changed = self._set is None or self._set.revision != policies.revision
        self._swap(policies, remembered=False)
        log.info("policies loaded", revision=policies.revision, policies=len(policies.policies))
        _log_problems(policies.warnings)
        self._tell()
        if changed:
            await self._remember(policies, files)

    def _swap(
        self, policies: PolicySet, *, remembered: bool, rolled_back_from: str | None = None
    ) -> None:
        self._set = policies
        self.errors.keep(policies.places)
        self._remembered = remembered
        self._rolled_back_from = rolled_back_from
        self._loaded_at = self._clock()

    async def _remember(self, policies: PolicySet, files: Mapping[str, bytes]) -> None:
        """A store that is down must not keep good policies from deciding."""
        try:
            await self._memory.save(policies.revision, files, self._rolled_back_from)
        except Exception as error:  # Whatever the memory is made of.
            log.warning("policies not remembered", revision=policies.revision, error=str(error))

    def _attempted(self, *, good: bool) -> None:
        for callback in self.on_attempt:
            callback(good)

    def _tell(self) -> None:
        status = self.status()
        for callback in self.on_change:
            callback(status)


def _log_problems(problems: Iterable[Problem]) -> None:
    for problem in problems:
        write = log.warning if problem.severity == "warning" else log.error
        hint = {"hint": problem.hint} if problem.hint else {}
        write("policy problem", problem=str(problem), **hint)
