"""Outputs of one rule have one type, as the CEL Policy format wants."""

import pytest

from tests.engine.policy.building import a_policy, problems

ONE = "- { condition: tag == null, output: tag.labels }"


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        (
            f"{ONE}\n- {{ output: 'optional.of(chargePoint.labels)' }}",
            [
                "6:17: incompatible output types: block has output type"
                " optional(map(string, string)),"
                " but previous outputs have type map(string, string)"
            ],
        ),
        (
            f"{ONE}\n- {{ rule: {{ match: [{{ output: 'data.x[request.vendorId]' }}] }} }}",
            [
                "6:15: incompatible output types: block has output type map(string, int),"
                " but previous outputs have type map(string, string)"
            ],
        ),
        (f"{ONE}\n- {{ output: chargePoint.labels }}", []),
        (f"{ONE}\n- {{ response: {{ status: Accepted }} }}", []),
        (
            f"{ONE}\n- {{ output: '{{}}' }}",
            ["6:18: the response has no `status`, which is required"],
        ),
    ],
)
def test_an_output_of_another_type_than_the_one_before_is_refused(
    items: str, expected: list[str]
) -> None:
    found = problems(a_policy(items, action="DataTransfer"), x_yaml="a: { a: 1 }\n")
    assert found == expected
