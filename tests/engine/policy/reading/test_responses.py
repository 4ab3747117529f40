"""Responses are read into templates; what is always the same is worked out when it is read."""

from engine.policy.deciding.policy import Item
from engine.policy.deciding.response import Literal, Map, Response
from engine.policy.facts import Facts
from protocol import messages as m
from tests.engine.policy.building import OWNED, a_policy, a_set, facts, problems


def response(item: str, action: str = "StartTransaction", of: str | None = None) -> Response:
    (policy,) = a_set(a_policy(item, action=action)).deciding(of or action)
    (first,) = policy.rule.items
    assert isinstance(first, Item)
    assert isinstance(first.outcome, Response)
    return first.outcome


NOTHING: Facts = None  # type: ignore[assignment]


def test_a_response_without_expressions_is_made_when_it_is_read() -> None:
    made = response("- response: { status: Rejected, data: '$${x}' }", "DataTransfer")
    answer = made.make(NOTHING, {})
    assert answer == m.DataTransferConf(status=m.DataTransferStatus.Rejected, data="${x}")
    assert made.make(NOTHING, {}) is answer


def test_an_expression_that_reads_nothing_is_worked_out_when_it_is_read() -> None:
    for item in (
        "- output: \"{'status': 'Rejected', 'data': 'x2'}\"",
        "- response: { status: \"${ 'Rejec' + 'ted' }\", data: 'x${ 1 + 1 }' }",
    ):
        answer = response(item, "DataTransfer").make(NOTHING, {})
        assert answer == m.DataTransferConf(status=m.DataTransferStatus.Rejected, data="x2")


def test_constants_are_part_of_what_is_worked_out() -> None:
    item = '- response: { status: Accepted, interval: "${ constants.seconds }" }'
    document = a_policy(item, action="BootNotification", more="constants: { seconds: 60 }\n")
    (policy,) = a_set(document).deciding("BootNotification")
    template = policy.answers[0].response.template
    assert isinstance(template, Map)
    assert template.entries[1][2] == Literal(60)


def test_each_action_of_a_policy_has_its_own_answer() -> None:
    item = "- response: { idTagInfo: { status: Invalid } }"
    names = [
        type(response(item, "[Authorize, StopTransaction]", of).make(facts(), OWNED)).__name__
        for of in ("Authorize", "StopTransaction")
    ]
    assert names == ["AuthorizeConf", "StopTransactionConf"]


def test_what_an_expression_makes_is_left_to_the_decision() -> None:
    made = "{tag.idTag: 'Accepted'}"
    assert problems(a_policy(f'- response: "${{ {made} }}"')) == []
    assert problems(a_policy(f'- response: {{ idTagInfo: "${{ {made} }}" }}')) == []
    assert problems(a_policy('- response: { idTagInfo: { status: "${ tag.idTag }" } }')) == []


def test_a_field_that_is_optional_in_ocpp_may_be_left_out() -> None:
    item = "- response: { 'idTagInfo?': '${ tag == null ? null : {tag.idTag: tag.status} }' }"
    assert problems(a_policy(item, action="StopTransaction")) == []


def test_a_key_can_not_be_given_twice_as_optional_and_not() -> None:
    item = "- response: { data: x, 'data?': y, status: Accepted }"
    assert problems(a_policy(item, action="DataTransfer")) == [
        "5:28: both `data` and `data?` are given"
    ]
