"""Values of the wrong shape are said to be what they are."""

from engine.policy.problems import Problem
from engine.policy.yaml.shape import Shape, kind
from engine.policy.yaml.yaml_text import read


def test_every_kind_of_value_has_a_name() -> None:
    (document,) = read("f", b"[{}, [], ~, true, 1, 1.5, x]", lambda problem: None)
    items = Shape(lambda problem: None).items(document, "x")
    assert [kind(item) for item in items] == [
        "a mapping",
        "a list",
        "empty",
        "`true`",
        "the number 1",
        "the number 1.5",
        "text",
    ]


def test_labels_are_text() -> None:
    found: list[Problem] = []
    (document,) = read("f", b"{ site: harbour, floor: 2, none: }", found.append)
    assert Shape(found.append).texts(document, "labels") == {"site": "harbour", "floor": "2"}
    assert [str(problem) for problem in found] == [
        "f:1:34: `labels.none` is empty: it must be text"
    ]
