"""Responses are read into templates; what is always the same is worked out when it is read."""

import pytest

from engine.policy.deciding.policy import Item
from engine.policy.deciding.response import Literal, Map, Response
from engine.policy.facts import ChargePoint, Facts
from protocol import messages as m
from protocol import payloads
from tests.engine.policy.building import (
    OWNED,
    a_policy,
    a_set,
    a_start,
    a_tag,
    facts,
    problems,
    start,
    status,
)


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


OPTIONALS = [
    ("parentIdTag?: ${ optional.none() }", {}),
    ("parentIdTag?: ${ optional.of('A') }", {"parentIdTag": "A"}),
    ("parentIdTag: ${ optional.none() }", {}),
    ("parentIdTag?: ${ chargePoint.?vendor }", {"parentIdTag": "ABB"}),
    ("parentIdTag?: ${ chargePoint.labels[?'group'] }", {}),
    ("parentIdTag?: ${ chargePoint.labels[?'site'] }", {"parentIdTag": "harbour"}),
    ("parentIdTag?: ${ optional.ofNonZeroValue(tag).?parentIdTag }", {}),
    ("parentIdTag: ${ chargePoint.?model.orValue('none') }", {"parentIdTag": "none"}),
    ("expiryDate?: ${ chargePoint.?bootedAt }", {}),
    (
        "parentIdTag: at ${ chargePoint.labels[?'site'].orValue('?') }",
        {"parentIdTag": "at harbour"},
    ),
]


@pytest.mark.parametrize(("field", "expected"), OPTIONALS)
def test_an_optional_without_a_value_is_null_and_another_is_its_value(
    field: str, expected: dict[str, str]
) -> None:
    known = facts(charge_point=ChargePoint(id="CP-1", vendor="ABB", labels={"site": "harbour"}))
    made = response(f"- response:\n    idTagInfo:\n      status: Blocked\n      {field}")
    answer = payloads.to_builtins(made.make(known, OWNED))
    assert answer == {"idTagInfo": {"status": "Blocked", **expected}, "transactionId": 7}


def test_an_output_may_leave_fields_out_by_optionals() -> None:
    known = "optional.ofNonZeroValue(tag)"
    info = f"{{'status': 'Blocked', ?'parentIdTag': {known}.?parentIdTag}}"
    item = f"- output: \"{{'idTagInfo': {info}}}\""
    for tag, more in ((None, {}), (a_tag(parent_id_tag="A"), {"parentIdTag": "A"})):
        answer = payloads.to_builtins(response(item).make(facts(tag=tag), OWNED))
        assert answer == {"idTagInfo": {"status": "Blocked", **more}, "transactionId": 7}


def test_an_output_that_is_an_optional_counts_as_its_value() -> None:
    item = "- output: data.answers[?request.idTag]"
    policies = a_set(a_policy(item), answers_yaml="CARD-1: { idTagInfo: { status: Blocked } }\n")
    assert status(start(policies)) == "Blocked"
    other = start(policies, request=a_start(id_tag="CARD-2"))
    assert (other.source, other.errors) == ("failure", ("p: the response must be a map, not null",))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "'status?': '${ tag.?status }'",
            [
                "5:32: `status?` may be left out, but `idTagInfo.status` is required"
                " (write `status`)"
            ],
        ),
        ("status: '${ tag.?status }'", []),
        ("status: Blocked, 'expiryDate?': '${ chargePoint.?registered }'", [
            "5:64: `idTagInfo.expiryDate` must be a date and time, not true or false",
        ]),
        ("status: Blocked, 'parentIdTag?': '${ optional.of(1) }'", [
            "5:65: `idTagInfo.parentIdTag` must be text, not an integer",
        ]),
    ],
)  # fmt: skip
def test_an_optional_is_checked_as_its_value(text: str, expected: list[str]) -> None:
    assert problems(a_policy(f"- response: {{ idTagInfo: {{ {text} }} }}")) == expected
