"""Conditions of edits: RFC 9110 §13.1."""

import pytest
from starlette.datastructures import Headers

from engine.api import etags
from engine.api.problems import ProblemError


@pytest.mark.parametrize(
    ("header", "version"),
    [
        ({}, None),
        ({}, 3),
        ({"if-match": '"3"'}, 3),
        ({"if-match": '"1", "3"'}, 3),
        ({"if-match": "*"}, 3),
        ({"if-none-match": "*"}, None),
        ({"if-none-match": '"2"'}, 3),
    ],
)
def test_an_edit_whose_condition_holds_goes_on(header: dict[str, str], version: int | None) -> None:
    etags.check(Headers(header), "T", version)


@pytest.mark.parametrize(
    ("header", "version", "message"),
    [
        ({"if-match": '"2"'}, 3, '`T` has the version "3" now'),
        # "the origin server MUST use the strong comparison function" (RFC 9110 §13.1.1)
        ({"if-match": 'W/"3"'}, 3, '`T` has the version "3" now'),
        ({"if-match": "*"}, None, "`T` does not exist"),
        ({"if-match": ""}, 3, '`T` has the version "3" now'),
        ({"if-none-match": "*"}, 3, "`T` exists already"),
        ({"if-none-match": '"3"'}, 3, "`T` exists already"),
    ],
)
def test_an_edit_whose_condition_fails_is_412(
    header: dict[str, str], version: int | None, message: str
) -> None:
    with pytest.raises(ProblemError) as raised:
        etags.check(Headers(header), "T", version)
    assert (raised.value.type.status, raised.value.message) == (412, message)


def test_an_edit_is_conditional_with_either_header() -> None:
    names = ["if-match", "if-none-match", "etag"]
    assert [etags.is_conditional(Headers({name: "*"})) for name in names] == [True, True, False]
