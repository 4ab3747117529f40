"""The page of functions says what the tables say."""

from pathlib import Path

from engine.cel.functions.library import LIBRARY
from engine.cel.functions.reference import reference

_PAGE = Path(__file__).parents[4] / "docs" / "cel-functions.md"


def test_the_page_is_made_of_the_tables() -> None:
    # To write it anew: python -m engine.cel.functions.reference > docs/cel-functions.md
    assert _PAGE.read_text(encoding="utf-8") == reference()


def test_the_page_has_every_function() -> None:
    page = reference()
    assert [row.name for row in LIBRARY.rows if f"`{row.overloads[0].signature}`" not in page] == []
