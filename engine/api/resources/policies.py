"""Policies: what is live, reading the directory again, and checking before going live."""

from engine.api.problems import FieldError, invalid
from engine.api.queries import Query
from engine.api.routes import Answer, Asked
from engine.api.shapes import Shape
from engine.policy.facts import Fact
from engine.policy.problems import Problem


class PolicyFiles(Shape, frozen=True, kw_only=True):
    """The files of a policy directory, to be checked as if they stood there."""

    files: dict[str, str] | None = None
    """Path below the directory → text. Left out: the directory as it is now."""


class PolicyCheck(Fact, frozen=True, kw_only=True):
    """What is wrong with a policy directory; nothing, if the list is empty."""

    problems: tuple[Problem, ...]


async def get_policies(asked: Asked[Query, None]) -> Answer:
    """Answer which policies are live, and what keeps newer ones from it."""
    return Answer(body=asked.services.policies.status())


async def reload_policies(asked: Asked[Query, object]) -> Answer:
    """Read the policy directory now."""
    return Answer(body=await asked.services.policies.reload())


async def check_policies(asked: Asked[Query, PolicyFiles]) -> Answer:
    """Compile policies without using them."""
    files = asked.body.files
    if files is not None and not files:
        raise invalid(FieldError(place="body", path="files", message="has no file"))
    sources = None if files is None else {path: text.encode() for path, text in files.items()}
    problems = await asked.services.policies.check(sources)
    return Answer(body=PolicyCheck(problems=tuple(problems)))
