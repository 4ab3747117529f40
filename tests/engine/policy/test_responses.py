"""A response that never changes is made once; the others are checked as far as they are known."""

from engine.policy.policy import Item
from engine.policy.response import Response
from protocol import messages as m
from tests.engine.policy.building import a_policy, a_set, problems


def response(item: str, action: str = "StartTransaction") -> Response:
    (policy,) = a_set(a_policy(item, action=action)).policies
    (first,) = policy.rule.items
    assert isinstance(first, Item)
    assert isinstance(first.outcome, Response)
    return first.outcome


def test_a_response_without_expressions_is_made_when_it_is_read() -> None:
    made = response("- response: { status: Rejected, data: '$${x}' }", "DataTransfer")
    assert made.fixed == {
        "DataTransfer": m.DataTransferConf(status=m.DataTransferStatus.Rejected, data="${x}")
    }


def test_an_output_that_reads_nothing_is_made_when_it_is_read() -> None:
    made = response("- output: \"{'status': 'Rejected'}\"", "DataTransfer")
    assert made.fixed == {"DataTransfer": m.DataTransferConf(status=m.DataTransferStatus.Rejected)}


def test_a_response_that_depends_on_the_request_is_not() -> None:
    assert response('- response: { idTagInfo: { status: "${ tag.status }" } }').fixed == {}


def test_each_action_of_a_policy_has_its_own_answer() -> None:
    made = response(
        "- response: { idTagInfo: { status: Invalid } }", "[Authorize, StopTransaction]"
    )
    assert [type(answer).__name__ for answer in made.fixed.values()] == [
        "AuthorizeConf",
        "StopTransactionConf",
    ]


def test_what_an_expression_makes_is_left_to_the_decision() -> None:
    assert problems(a_policy('- response: "${ {} }"')) == []
    assert problems(a_policy('- response: { idTagInfo: "${ {} }" }')) == []
    assert problems(a_policy('- response: { idTagInfo: { status: "${ tag.idTag }" } }')) == []


def test_a_field_that_is_optional_in_ocpp_may_be_left_out() -> None:
    item = "- response: { 'idTagInfo?': '${ tag == null ? null : {} }' }"
    assert problems(a_policy(item, action="StopTransaction")) == []


def test_a_key_can_not_be_given_twice_as_optional_and_not() -> None:
    item = "- response: { data: x, 'data?': y, status: Accepted }"
    assert problems(a_policy(item, action="DataTransfer")) == [
        "5:28: both `data` and `data?` are given"
    ]
