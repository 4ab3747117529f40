"""What the type of an expression says is wrong with a response is said before it goes live."""

import pytest

from tests.engine.policy.building import a_policy, problems

FITTING = [
    (
        "BootNotification",
        "{ status: '${ chargePoint.bootStatus }', interval: '${ 1 + size(chargePoint.id) }' }",
    ),
    ("StartTransaction", "{ idTagInfo: '${ constants.info[chargePoint.id] }' }"),
    (
        "StartTransaction",
        "{ idTagInfo: { status: Invalid, 'expiryDate?': '${ tag.expiryDate }' } }",
    ),
    ("StartTransaction", "{ idTagInfo: { status: Invalid, expiryDate: '${ string(now) }' } }"),
    ("StartTransaction", "{ idTagInfo: { status: Invalid, 'parentIdTag?': '${ tag.?idTag }' } }"),
]
UNFITTING = [
    (
        "StartTransaction",
        "{ idTagInfo: '${ chargePoint.id }' }",
        "`idTagInfo` must be an object, not text",
    ),
    (
        "BootNotification",
        "{ status: Accepted, interval: '6${ chargePoint.id }' }",
        "`interval` must be an integer, not text",
    ),
    (
        "BootNotification",
        "{ status: Accepted, interval: '${ 1.5 * double(chargePoint.id) }' }",
        "`interval` must be an integer, not a number",
    ),
    (
        "StartTransaction",
        "{ idTagInfo: { status: '${ [chargePoint.id] }' } }",
        "`idTagInfo.status` must be text, not a list",
    ),
]
CONSTANTS = "constants: { info: { A: { status: Invalid } } }\n"


def found(action: str, response: str) -> list[str]:
    source = a_policy(f"- response: {response}", action=action, more=CONSTANTS)
    return [problem.partition(": ")[2] for problem in problems(source)]


@pytest.mark.parametrize(("action", "response"), FITTING)
def test_what_may_fit_is_accepted(action: str, response: str) -> None:
    assert found(action, response) == []


@pytest.mark.parametrize(("action", "response", "problem"), UNFITTING)
def test_what_never_fits_is_refused(action: str, response: str, problem: str) -> None:
    assert found(action, response) == [problem]
