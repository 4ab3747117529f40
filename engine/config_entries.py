"""
What people wrote about settings, and where: in the configuration file, in the environment.

Nothing is interpreted here but names; what is wrong is gathered, not raised.
"""

import difflib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import msgspec

from engine.config import Settings
from engine.errors import ConfigError
from engine.policy.problems import Problem
from engine.policy.yaml.nodes import MappingNode, Node, Scalar, plain
from engine.policy.yaml.yaml_text import read

PREFIX = "VOLTRULE_"
KEYS: dict[str, type] = {
    f"{section.name}.{key.name}": key.type
    for section in msgspec.structs.fields(Settings)
    for key in msgspec.structs.fields(section.type)
}
"""Every key as `section.key`, with its type."""


class Entry(NamedTuple):
    """One value as somebody gave it, and where."""

    key: str
    value: object
    origin: str
    as_text: bool = False
    """True where numbers and booleans can only be written as text: in the environment."""


class Problems:
    """What is wrong with the configuration, gathered."""

    def __init__(self) -> None:
        self.found: list[ConfigError] = []

    def add(self, origin: str, message: str, hint: str | None = None) -> None:
        self.found.append(ConfigError(f"{origin}: {message}", hint=hint))

    def raise_if_any(self) -> None:
        if len(self.found) == 1:
            raise self.found[0]
        if self.found:
            raise ConfigError("\n".join(map(str, self.found)))


def from_file(file: Path, problems: Problems) -> Iterator[Entry]:
    """
    Read the values of a configuration file.

    Raises:
        ConfigError: if there is no such file, or it can't be read.
    """
    try:
        content = file.read_bytes()
    except OSError as error:
        raise ConfigError(
            f"can't read the configuration file `{file}`: {(error.strerror or str(error)).lower()}",
            hint="name another file with --config, or none to run on the defaults",
        ) from error
    documents = read(str(file), content, lambda found: problems.add(_where(found), found.message))
    if len(documents) > 1:
        problems.add(_place(documents[1]), "a configuration file holds one document only")
    for document in documents[:1]:
        match document:
            case MappingNode():
                yield from _sections(document, problems)
            case Scalar(value=None):
                pass
            case _:
                problems.add(_place(document), "a configuration file holds sections with keys")


def _sections(document: MappingNode, problems: Problems) -> Iterator[Entry]:
    sections = {key.partition(".")[0]: None for key in KEYS}
    for name, section in document.items():
        if name not in sections:
            origin = _place(document.key(name))
            problems.add(origin, f"there is no section `{name}`", did_you_mean(name, sections))
        elif isinstance(section, MappingNode):
            yield from _keys(name, section, problems)
        elif not (isinstance(section, Scalar) and section.value is None):
            problems.add(_place(section), f"`{name}` is a section: it holds keys, no value")


def _keys(section: str, mapping: MappingNode, problems: Problems) -> Iterator[Entry]:
    known = [key.partition(".")[2] for key in KEYS if key.startswith(f"{section}.")]
    for name, value in mapping.items():
        if name in known:
            yield Entry(f"{section}.{name}", plain(value), _place(value))
        else:
            problems.add(
                _place(mapping.key(name)),
                f"there is no key `{name}` in section `{section}`",
                did_you_mean(name, known) or "the keys are: " + ", ".join(known),
            )


def _place(node: Node) -> str:
    return _where(node.problem(""))


def _where(found: Problem) -> str:
    return f"{found.file}:{found.line}:{found.column}"


def from_environment(environment: Mapping[str, str], problems: Problems) -> Iterator[Entry]:
    """Read the values of variables called `VOLTRULE_SECTION__KEY`; an empty one counts as unset."""
    known = {PREFIX + key.upper().replace(".", "__"): key for key in KEYS}
    # One underscore for two is an easy mistake; anything else without `__` may be somebody
    # else's: Kubernetes sets VOLTRULE_PORT for a service called voltrule.
    mistaken = {name.replace("__", "_"): name for name in known}
    for name, value in sorted(environment.items()):
        if name in known and value:
            yield Entry(known[name], value, f"environment {name}", as_text=True)
        elif name in mistaken:
            problems.add(
                f"environment {name}",
                "there is no such setting",
                f"did you mean `{mistaken[name]}`, with two underscores after the section?",
            )
        elif name.startswith(PREFIX) and "__" in name and name not in known:
            hint = did_you_mean(name, known) or "`voltrule config` lists all settings"
            problems.add(f"environment {name}", "there is no such setting", hint)


def did_you_mean(name: str, known: Iterable[str]) -> str | None:
    """A hint with the nearest known name, or None when nothing is near."""
    nearest = difflib.get_close_matches(name, known, n=1, cutoff=0.65)
    return f"did you mean `{nearest[0]}`?" if nearest else None
