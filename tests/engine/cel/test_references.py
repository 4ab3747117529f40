"""What an expression mentions is known without evaluating it."""

from engine import cel
from engine.cel.references import Mentions


def mentions(text: str) -> Mentions:
    return cel.compile(text).mentions


def paths(text: str) -> list[str]:
    return [".".join(p.name for p in ref.parts) for ref in mentions(text).references]


def test_chains_of_fields_are_read_as_a_whole() -> None:
    assert paths("request.idTag == tag.idTag && now > x") == [
        "request.idTag",
        "tag.idTag",
        "now",
        "x",
    ]


def test_the_variables_of_macros_are_no_facts() -> None:
    assert paths("tags.exists(t, t.id == request.idTag && other(t))") == ["tags", "request.idTag"]


def test_a_name_outside_the_macro_is_a_fact_again() -> None:
    assert paths("tags.exists(t, t == 1) && t") == ["tags", "t"]


def test_an_index_ends_a_chain() -> None:
    assert paths("data.sites[chargePoint.id].name") == ["data.sites", "chargePoint.id"]


def test_functions_are_no_names() -> None:
    found = mentions("size(a) > 1 && a.startsWith('x') && has(a.b)")
    assert [call.name.name for call in found.calls] == ["size", "startsWith", "has"]
    assert cel.compile("size(a)").reads == {"a"}


def test_each_part_knows_its_place() -> None:
    (reference,) = mentions("true &&\n  request.idTag").references
    assert [(p.line, p.column) for p in reference.parts] == [(2, 3), (2, 11)]


def test_comparisons_with_literals_are_found_on_either_side() -> None:
    found = mentions("'Faulted' == request.status || a.b != 5 || c == d").comparisons
    assert [(c.reference.parts[-1].name, c.literal) for c in found] == [
        ("status", "'Faulted'"),
        ("b", "5"),
    ]


def test_a_macro_without_a_name_is_noticed() -> None:
    assert [part.name for part in mentions("[1].map(a.b, 1)").unnamed] == ["map"]
