from datetime import datetime

import pytest

from engine.storage import CursorInvalid, Page
from engine.storage.pages import decode_cursor, encode_cursor, page
from tests.engine.storage.builders import NOON


def test_a_cursor_gives_back_its_key() -> None:
    cursor = encode_cursor((NOON, 7))
    assert decode_cursor(cursor, tuple[datetime, int]) == (NOON, 7)


def test_a_cursor_fits_into_a_url() -> None:
    assert encode_cursor(("ü?&/" * 5,)).isascii()
    assert not set(encode_cursor(("ü?&/" * 5,))) & set("+/=&?")


@pytest.mark.parametrize("cursor", ["", "x", "%%%", encode_cursor((7,)), "ü"])
def test_a_cursor_of_another_list_is_refused_with_a_hint(cursor: str) -> None:
    with pytest.raises(CursorInvalid) as refused:
        decode_cursor(cursor, tuple[datetime, int])
    assert str(refused.value) == (
        f"the cursor `{cursor}` is not one of this list\nhint: use the `next` of the last page"
    )


def test_one_row_too_many_only_tells_that_there_are_more() -> None:
    made = page([1, 2, 3], 2, str, lambda row: (row,))
    assert made == Page(items=("1", "2"), next=encode_cursor((2,)))
    assert page([1, 2], 2, str, lambda row: (row,)) == Page(items=("1", "2"), next=None)
