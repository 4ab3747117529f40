"""Places in a file are counted from 1, by characters."""

from engine.policy.yaml.nodes import MappingNode, Source, plain
from engine.policy.yaml.yaml_text import read


def test_line_and_column_of_a_character() -> None:
    source = Source("f.yaml", "ab\nüc\n")
    assert [source.place(index) for index in (0, 1, 3, 4)] == [(1, 1), (1, 2), (2, 1), (2, 2)]


def test_the_rest_of_a_line() -> None:
    assert Source("f.yaml", "ab\ncd").line_of(1) == "b"
    assert Source("f.yaml", "ab\ncd").line_of(3) == "cd"


def test_a_mapping_knows_its_keys_and_where_they_are() -> None:
    (document,) = read("f.yaml", b"a: 1\nb: [x]\n", lambda problem: None)
    assert isinstance(document, MappingNode)
    assert document.get("z") is None
    assert str(document.key("b").problem("here")) == "f.yaml:2:1: here"
    assert plain(document) == {"a": 1, "b": ["x"]}
