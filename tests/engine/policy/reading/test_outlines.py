"""What a response can be is known as far as it is written, in YAML or in an expression."""

import pytest

from tests.engine.policy.building import a_policy, problems

WANTED = "(one of Accepted, Blocked, Expired, Invalid, ConcurrentTx)"
LATER = [
    "{ idTagInfo: { status: '${ tag == null ? \"Invalid\" : tag.status }' } }",
    "{ idTagInfo: { status: Invalid, 'parentIdTag?': '${ tag == null ? null : tag.idTag }' } }",
    "{ idTagInfo: { status: '${ transaction.idTagStatus }' } }",
    '\'${ {"idTagInfo": {"status": "Invalid", ?"parentIdTag": tag.?parentIdTag}} }\'',
    '\'${ tag == null ? {"idTagInfo": {"status": "Invalid"}} : {tag.idTag: 1} }\'',
]


@pytest.mark.parametrize("response", LATER)
def test_what_may_be_right_is_left_to_the_decision(response: str) -> None:
    assert problems(a_policy(f"- response: {response}")) == []


def test_each_branch_of_nested_choices_is_looked_at() -> None:
    choice = "tag == null ? 'No' : tag.idTag == 'A' ? 'Expired' : 'Never'"
    item = f'- response: {{ idTagInfo: {{ status: "${{ {choice} }}" }} }}'
    assert problems(a_policy(item)) == [
        f"5:58: `idTagInfo.status` can't be `No` {WANTED}",
        f"5:96: `idTagInfo.status` can't be `Never` {WANTED}",
    ]


def test_two_choices_in_one_response_are_looked_at_one_by_one() -> None:
    status = "${ tag == null ? 'No' : 'Invalid' }"
    group = "${ tag == null ? 'A' : 'ABCDEFGHIJKLMNOPQRSTU' }"
    item = f'- response: {{ idTagInfo: {{ status: "{status}", parentIdTag: "{group}" }} }}'
    assert problems(a_policy(item)) == [
        f"5:58: `idTagInfo.status` can't be `No` {WANTED}",
        "5:116: `idTagInfo.parentIdTag` has 21 characters, 20 are allowed",
    ]


def test_a_thousand_choices_do_not_take_long() -> None:
    choice = " : ".join(f"tag.idTag == '{number}' ? 'Blocked'" for number in range(60))
    item = f"- response: {{ idTagInfo: {{ status: \"${{ {choice} : 'Invalid' }}\" }} }}"
    assert problems(a_policy(item)) == []
