"""The type of a column stands behind its name."""

import pytest

from engine.policy.reading.columns import KINDS, CellError, Column


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("level", Column("level", "string", may_be_empty=False)),
        (" level : int ", Column("level", "int", may_be_empty=False)),
        ("level:int?", Column("level", "int", may_be_empty=True)),
        ("level?", Column("level?", "string", may_be_empty=False)),
    ],
)
def test_a_header_names_a_column_and_its_type(text: str, column: Column) -> None:
    assert Column.of(text, is_key=False) == column


@pytest.mark.parametrize("kind", KINDS)
def test_a_column_that_may_be_empty_is_null_then(kind: str) -> None:
    column = Column.of(f"c:{kind}?", is_key=False)
    assert column.read(" ") is None
    assert str(column.type) == f"{KINDS[kind].type} or null"


@pytest.mark.parametrize("text", ["1e400", "nan", "inf", "1,5"])
def test_a_double_is_a_finite_number(text: str) -> None:
    with pytest.raises(CellError) as wrong:
        Column.of("c:double", is_key=False).read(text)
    assert wrong.value.message == f"`c` must be of type double, not `{text}`"
