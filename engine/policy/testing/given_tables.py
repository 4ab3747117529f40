"""
Tables that a test gives itself: as they would stand in their files.

What a policy says is compiled with the tables it reads, so that a test with other tables is a
test of another set: the same files but for these.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import msgspec

from engine.cel import did_you_mean, there_is
from engine.policy.deciding.policy_set import PolicySet
from engine.policy.files import DATA_FOLDER, is_table, table_name
from engine.policy.problems import PolicyProblems, Problem
from engine.policy.reading.compiling import read_set
from engine.policy.yaml.nodes import MappingNode, Node, Scalar, plain
from engine.policy.yaml.shape import Shape


@dataclass(frozen=True)
class GivenTable:
    """A file of `data/` as a test has it."""

    name: str
    file: str
    content: bytes
    place: Problem
    """Where it is given, without a message."""
    named: Problem
    """Where its name stands, without a message."""

    def problem(self, message: str, hint: str | None = None) -> Problem:
        return msgspec.structs.replace(self.place, message=message, hint=hint)


def read_given(node: MappingNode, file: MappingNode, shape: Shape) -> tuple[GivenTable, ...]:
    """The tables under `data` of a test, put over those of its file."""
    found: dict[str, GivenTable] = {}
    for given in (file.get("data"), node.get("data")):
        if isinstance(given, MappingNode):
            found |= {name: _table(given.key(name), value) for name, value in given.items()}
        elif given is not None:
            shape.wrong(given, "data", "a mapping from the names of tables to what is in them")
    return tuple(found.values())


def _table(key: Scalar, value: Node) -> GivenTable:
    """Text of more than a line is CSV; any other value is that of a YAML file."""
    name = key.text
    if isinstance(value, Scalar) and isinstance(value.value, str):
        file, content = f"{DATA_FOLDER}{name}.csv", value.text.encode()
    else:
        file, content = f"{DATA_FOLDER}{name}.yaml", msgspec.json.encode(plain(value))
    return GivenTable(name, file, content, value.problem(""), key.problem(""))


def unknown_tables(tables: Iterable[GivenTable], files: Iterable[str]) -> list[Problem]:
    """Tables that stand for none of the directory, so that no policy reads them."""
    own = {table_name(file) for file in files if is_table(file)}
    strange = (table for table in tables if table.name not in own)
    return [
        msgspec.structs.replace(
            table.named,
            message=f"there is no table `data.{table.name}`",
            hint=did_you_mean(table.name, own) or there_is(own),
        )
        for table in strange
    ]


class TestedSets:
    """The sets that the tests of a directory are about: its own, and those with other tables."""

    __test__ = False  # Not a test of pytest's.

    def __init__(self, files: Mapping[str, bytes], policies: PolicySet) -> None:
        self.own = policies
        self._files = files
        self._known: dict[tuple[tuple[str, bytes], ...], PolicySet | None] = {}

    def of(
        self, tables: tuple[GivenTable, ...], report: Callable[[Problem], None]
    ) -> PolicySet | None:
        """The set with these tables; None where there is none, which is reported once."""
        if not tables:
            return self.own
        key = tuple((table.file, table.content) for table in tables)
        if key not in self._known:
            self._known[key] = self._read(tables, report)
        return self._known[key]

    def _read(
        self, tables: tuple[GivenTable, ...], report: Callable[[Problem], None]
    ) -> PolicySet | None:
        strange = unknown_tables(tables, self._files)
        for problem in strange:
            report(problem)
        if strange:
            return None
        given = {table.name for table in tables}
        others = {
            file: content
            for file, content in self._files.items()
            if not (is_table(file) and table_name(file) in given)
        }
        try:
            return read_set(others | {table.file: table.content for table in tables})
        except PolicyProblems as broken:
            report(_unusable(tables, broken))
            return None


def _unusable(tables: tuple[GivenTable, ...], broken: PolicyProblems) -> Problem:
    """What is wrong with a given table itself, else what the policies make of them."""
    first = broken.problems[0]
    table = next((table for table in tables if table.file == first.file), tables[0])
    if table.file == first.file:
        where = f"line {first.line}, column {first.column}"
        return table.problem(f"`data.{table.name}`, {where}: {first.message}", first.hint)
    return table.problem(f"the policies can't be read with these tables: {first}", first.hint)
