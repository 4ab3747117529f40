"""Tables of cases in test files: a test with `cases`, each of which changes some of it."""

from collections.abc import Collection, Iterator
from dataclasses import replace

from engine.policy.yaml.nodes import MappingNode, Node, Scalar, Sequence
from engine.policy.yaml.shape import Shape


def rows(test: Node, keys: Collection[str], shape: Shape) -> Iterator[Node]:
    """
    The tests that a test stands for: itself, or its cases with what they leave out put in.

    A case's `request`, facts and `expect` are put over those of the test field by field; null
    takes a fact away.

    Args:
        keys: those a test may have.
    """
    if not isinstance(test, MappingNode) or "cases" not in test.entries:
        yield test
        return
    _, table = test.entries["cases"]
    shape.mapping(test, "a test", keys)
    name = shape.text(shape.required(test, "name", "the test"), "name")
    if name is None:
        return
    inherited = set(keys) - {"cases"}
    cases = shape.items(table, "cases")
    if isinstance(table, Sequence) and not cases:
        shape.report(table.problem("`cases` is empty: nothing would be tested"))
    for number, case in enumerate(cases, 1):
        if not isinstance(case, MappingNode):
            shape.mapping(case, "a case", keys)
        elif "cases" in case.entries:
            shape.report(case.key("cases").problem("a case has no cases of its own"))
        else:
            yield _row(test, case, name, number, inherited)


def _row(
    test: MappingNode, case: MappingNode, name: str, number: int, inherited: Collection[str]
) -> MappingNode:
    entries = {key: entry for key, entry in test.entries.items() if key in inherited}
    for key, (place, value) in case.entries.items():
        shared = test.get(key)
        if isinstance(shared, MappingNode) and isinstance(value, MappingNode):
            both = {**shared.entries, **value.entries}
            value = MappingNode(value.source, value.index, both)
        entries[key] = (place, value)
    own = case.get("name")
    if own is None or isinstance(own, Scalar):
        place = test.key("name") if own is None else case.key("name")
        entries["name"] = (place, _named(test, own, name, number))
    return MappingNode(case.source, case.index, entries)


def _named(test: MappingNode, own: Scalar | None, name: str, number: int) -> Scalar:
    """The case's name behind the test's; without one it has its number."""
    shared = test.get("name")
    assert isinstance(shared, Scalar)
    if own is None:
        return replace(shared, text=f"{name}, case {number}")
    if own.value is None or not own.text.strip():
        return own
    return replace(own, text=f"{name}, {own.text}")
