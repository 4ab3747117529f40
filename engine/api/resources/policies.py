"""Policies: what is live, reading the directory again, checking before, and going back."""

from collections.abc import Mapping

from engine.api.problems import FieldError, invalid
from engine.api.queries import Query
from engine.api.routes import Answer, Asked
from engine.api.shapes import Shape
from engine.policy.facts import Fact
from engine.policy.files import counts
from engine.policy.live.revisions import KeptRevision
from engine.policy.problems import Problem


class PolicyFiles(Shape, frozen=True, kw_only=True):
    """The files of a policy directory, to be checked as if they stood there."""

    files: dict[str, str] | None = None
    """Path below the directory → text. Left out: the directory as it is now."""


class PolicyCheck(Fact, frozen=True, kw_only=True):
    """What is wrong with a policy directory; nothing, if the list is empty."""

    problems: tuple[Problem, ...]


class Rollback(Shape, frozen=True, kw_only=True):
    """Which policies to put back in force."""

    revision: str
    """One that `GET /v1/policies/revisions` lists."""


class PolicyRevisionList(Fact, frozen=True, kw_only=True):
    """The revisions that can be put back in force."""

    items: tuple[KeptRevision, ...]
    """The one that was live last comes first."""


async def get_policies(asked: Asked[Query, None]) -> Answer:
    """Answer which policies are live, and what keeps newer ones from it."""
    return Answer(body=asked.services.policies.status())


async def reload_policies(asked: Asked[Query, object]) -> Answer:
    """Read the policy directory now."""
    return Answer(body=await asked.services.policies.reload())


async def list_revisions(asked: Asked[Query, None]) -> Answer:
    """Answer which revisions are kept."""
    return Answer(body=PolicyRevisionList(items=await asked.services.store.policy_revisions.kept()))


async def roll_back(asked: Asked[Query, Rollback]) -> Answer:
    """Put an earlier revision back in force."""
    return Answer(body=await asked.services.policies.roll_back(asked.body.revision))


async def check_policies(asked: Asked[Query, PolicyFiles]) -> Answer:
    """Compile policies without using them."""
    files = asked.body.files
    problems = await asked.services.policies.check(None if files is None else sources(files))
    return Answer(body=PolicyCheck(problems=tuple(problems)))


def sources(files: Mapping[str, str]) -> dict[str, bytes]:
    """The files of a body as those of a directory."""
    if not files:
        raise invalid(FieldError(place="body", path="files", message="has no file"))
    # Nobody reads these, so that no mistake in them could be found.
    message = "is not read: a policy ends in `.yaml` or `.yml`, a table is `data/NAME.csv`"
    unread = [file for file in files if not counts(file)]
    if unread:
        raise invalid(
            *(FieldError(place="body", path=f"files.{file}", message=message) for file in unread)
        )
    return {file: text.encode() for file, text in files.items()}
