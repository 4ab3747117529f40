"""A policy knows every expression in it."""

from tests.engine.policy.building import a_policy, a_set


def test_the_names_a_policy_reads_are_those_of_all_its_expressions() -> None:
    document = a_policy(
        """
- condition: tag == null
  explanation: string(now)
  response: { idTagInfo: { status: Invalid, 'parentIdTag?': '${ chargePoint.vendor }' } }
- rule:
    variables: [{ name: x, expression: connector != null }]
    match: [{ output: "{'idTagInfo': {'status': transaction.idTagStatus}}" }]
""",
        more="on_error: { response: { idTagInfo: { status: '${ request.idTag }' } } }\n",
    )
    (policy,) = a_set(document).deciding("StartTransaction")
    assert policy.reads() - {"variables.x"} == {
        "tag",
        "now",
        "chargePoint",
        "connector",
        "transaction",
        "request",
    }
