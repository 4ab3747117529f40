"""Policies are asked in order, the first that decides counts, and every request gets an answer."""

from typing import Any

import pytest

from engine.policy.deciding.decide import decide
from engine.policy.deciding.decision import Failed
from engine.policy.defaults import ANSWERS
from engine.policy.facts import Counters, RemoteStart
from protocol import messages as m
from protocol import payloads
from tests.engine.policy.building import (
    CURRENT_TIME,
    NOW,
    OWNED,
    a_policy,
    a_set,
    a_start,
    a_tag,
    facts,
    start,
    status,
)

CONNECTOR_ONE = a_policy(
    """
- id: out-of-service
  condition: request.connectorId != 1
  explanation: "'connector ' + string(request.connectorId) + ' is out of service'"
  response: { idTagInfo: { status: Blocked } }
""",
    name="connector-one-only",
)
FAILING = (
    "- { condition: chargePoint.labels.site == 'x', response: { idTagInfo: { status: Accepted } } }"
)


def always(status: str) -> str:
    return f"- response: {{ idTagInfo: {{ status: {status} }} }}"


def test_the_first_item_that_applies_is_the_answer() -> None:
    decision = start(a_set(CONNECTOR_ONE), request=a_start(2))
    assert decision.response == m.StartTransactionConf(
        id_tag_info=m.IdTagInfo(status=m.AuthorizationStatus.Blocked), transaction_id=7
    )
    assert (decision.source, decision.policy, decision.rule) == (
        "policy",
        "connector-one-only",
        "out-of-service",
    )
    assert decision.explanation == "connector 2 is out of service"


def test_a_policy_without_opinion_leaves_it_to_the_default() -> None:
    decision = start(a_set(CONNECTOR_ONE), request=a_start(1), tag=a_tag())
    assert (status(decision), decision.source, decision.policy) == ("Accepted", "default", None)


def test_lower_priority_is_asked_first_and_then_the_name() -> None:
    policies = a_set(
        a_policy(always("Blocked"), name="b", more="priority: 50\n"),
        a_policy(always("Expired"), name="a", more="priority: 50\n"),
        a_policy(always("Invalid"), name="z", more="priority: 7\n"),
        a_policy(always("Accepted"), name="c"),
    )
    assert [policy.name for policy in policies.policies] == ["z", "a", "b", "c"]
    assert status(start(policies)) == "Invalid"


def test_a_policy_that_is_not_enabled_is_not_asked() -> None:
    policies = a_set(a_policy(always("Blocked"), more="enabled: false\n"))
    assert start(policies, tag=a_tag()).source == "default"


def test_a_policy_decides_only_its_actions() -> None:
    policies = a_set(a_policy(always("Blocked"), action="Authorize"))
    assert start(policies, tag=a_tag()).source == "default"
    known = facts(m.AuthorizeReq(id_tag="CARD-1"), tag=a_tag())
    assert status(decide(policies, "Authorize", known, {})) == "Blocked"


def test_values_keep_their_type_and_empty_keys_are_left_out() -> None:
    policy = """
- response:
    idTagInfo:
      status: ${ tag.status }
      expiryDate?: ${ tag.expiryDate }
      parentIdTag?: ${ tag.parentIdTag }
"""
    decision = start(a_set(a_policy(policy)), tag=a_tag(expiry_date=NOW))
    assert decision.response == m.StartTransactionConf(
        id_tag_info=m.IdTagInfo(status=m.AuthorizationStatus.Accepted, expiry_date=CURRENT_TIME),
        transaction_id=7,
    )


def test_text_is_filled_in() -> None:
    item = "- response: { status: Accepted, data: '${ request.vendorId }/${ 1 + 1 } $${x}' }"
    request = m.DataTransferReq(vendor_id="acme")
    decision = decide(
        a_set(a_policy(item, action="DataTransfer")), "DataTransfer", facts(request), {}
    )
    assert decision.response == m.DataTransferConf(
        status=m.DataTransferStatus.Accepted, data="acme/2 ${x}"
    )


def test_an_output_is_the_response_as_one_expression() -> None:
    item = (
        "- output: \"{'idTagInfo': {'status': request.connectorId == 1 ? 'Accepted' : 'Blocked'}}\""
    )
    assert status(start(a_set(a_policy(item)), request=a_start(2))) == "Blocked"


def test_variables_are_worked_out_when_read_and_may_be_hidden() -> None:
    document = """
name: p
action: StartTransaction
rule:
  variables:
    - { name: wrong, expression: 1 / 0 }
    - { name: status, expression: "'Blocked'" }
    - { name: outer, expression: variables.status }
  match:
    - rule:
        variables:
          - name: status
            expression: "variables.status == 'Blocked' ? 'Expired' : 'Invalid'"
        match:
          - condition: variables.outer == 'Blocked'
            response: { idTagInfo: { status: "${ variables.status }" } }
"""
    decision = start(a_set(document))
    assert (status(decision), decision.errors) == ("Expired", ())


def test_a_nested_rule_decides_alone() -> None:
    items = """
- condition: request.connectorId == 2
  rule:
    match: [{ condition: tag != null, response: { idTagInfo: { status: Expired } } }]
- response: { idTagInfo: { status: Blocked } }
"""
    policies = a_set(a_policy(items))
    assert start(policies, request=a_start(2)).source == "default"
    assert status(start(policies, request=a_start(1))) == "Blocked"


def test_behind_a_nested_rule_without_a_condition_the_next_item_is_looked_at() -> None:
    items = """
- rule:
    match: [{ condition: tag != null, response: { idTagInfo: { status: Expired } } }]
- response: { idTagInfo: { status: Blocked } }
"""
    policies = a_set(a_policy(items))
    assert status(start(policies, tag=a_tag())) == "Expired"
    assert status(start(policies)) == "Blocked"


AGGREGATE = """
- { id: known, condition: tag != null, response: { idTagInfo: { parentIdTag: FLEET } },
    explanation: "'in the fleet'" }
- { id: all, response: { idTagInfo: { status: Accepted, parentIdTag: ALL } } }
- id: late
  condition: request.connectorId > 1
  rule:
    match:
      - { id: two, condition: request.connectorId == 2, explanation: "'on ' + constants.two",
          output: "{'idTagInfo': {'status': 'Blocked'}}" }
"""


@pytest.mark.parametrize(
    ("connector", "known", "rule", "info", "explanation"),
    [
        (1, False, "all", {"status": "Accepted", "parentIdTag": "ALL"}, None),
        (1, True, "known+all", {"status": "Accepted", "parentIdTag": "ALL"}, "in the fleet"),
        (2, True, "known+all+two", {"status": "Blocked", "parentIdTag": "ALL"},
         "in the fleet; on two"),
        (3, False, "all", {"status": "Accepted", "parentIdTag": "ALL"}, None),
    ],
)  # fmt: skip
def test_all_items_of_an_aggregate_that_apply_make_the_answer(
    connector: int, known: bool, rule: str, info: dict[str, str], explanation: str | None
) -> None:
    document = a_policy(AGGREGATE, more="constants: { two: two }\n").replace(
        "match", "aggregate", 1
    )
    decision = start(a_set(document), request=a_start(connector), tag=a_tag() if known else None)
    assert (decision.rule, decision.explanation) == (rule, explanation)
    assert payloads.to_builtins(decision.response) == {"idTagInfo": info, "transactionId": 7}


def test_an_aggregate_of_which_no_item_applies_has_no_opinion() -> None:
    item = "- { condition: tag != null, response: { idTagInfo: { status: Blocked } } }"
    policies = a_set(a_policy(item).replace("match", "aggregate"))
    assert start(policies).source == "default"
    assert status(start(policies, tag=a_tag())) == "Blocked"


def test_an_aggregate_with_a_condition_that_fails_fails() -> None:
    items = """
- response: { idTagInfo: { status: Accepted } }
- { condition: chargePoint.labels.site == 'x', response: { idTagInfo: { status: Blocked } } }
"""
    decision = start(a_set(a_policy(items).replace("match", "aggregate")))
    assert (decision.source, status(decision)) == ("failure", "Invalid")
    assert decision.errors == ("p: p.yaml:6:20: no such key: `site`",)


def test_an_aggregate_whose_parts_are_no_maps_fails() -> None:
    items = "- response: { idTagInfo: { status: Accepted } }\n- output: data.x[request.idTag]"
    policies = a_set(a_policy(items).replace("match", "aggregate"), x_yaml="CARD-1: [1]\nB: 1\n")
    decision = start(policies)
    assert decision.errors == ("p: the response must be a map, not list",)
    assert decision.failed == (Failed("p", ""),)


def test_an_item_without_an_id_is_called_by_its_place() -> None:
    items = "- rule: { match: [{ condition: tag != null, response: {} }, { response: {} }] }"
    policies = a_set(a_policy(items, action="MeterValues"))
    request = m.MeterValuesReq(connector_id=1, meter_value=())
    decision = decide(policies, "MeterValues", facts(request), {})
    assert decision.rule == "match[0].match[1]"


def test_constants_and_tables_are_read_by_name() -> None:
    document = a_policy(
        """
- condition: request.connectorId in constants.closed || request.idTag in data.blocked
  response: { idTagInfo: { status: Blocked } }
- condition: data.vips[request.idTag].level == 'gold' && data.limits.meter.start == 3
  response: { idTagInfo: { status: Accepted } }
""",
        more="constants: { closed: [2, 3] }\n",
    )
    policies = a_set(
        document,
        blocked_csv="idTag\nCARD-9\n",
        vips_csv="idTag,level\nCARD-1,gold\n",
        limits_yaml="meter: { start: 3 }\n",
    )
    assert status(start(policies)) == "Accepted"
    assert status(start(policies, request=a_start(3))) == "Blocked"
    assert status(start(policies, request=a_start(id_tag="CARD-9"))) == "Blocked"


@pytest.mark.parametrize(
    ("condition", "error"),
    [
        ("chargePoint.labels.site == 'x'", "p: p.yaml:5:18: no such key: `site`"),
        (
            "request.connectorId + 9223372036854775807 > 0",
            "p: p.yaml:5:18: integer overflow",
        ),
        (
            "data.x[request.idTag]",
            "p: p.yaml:5:18: the condition is the number 1, not true or false",
        ),
        ("tag.status == 'Accepted'", "p: p.yaml:5:18: null has no field `status`"),
    ],
)
def test_a_condition_that_fails_is_never_simply_false(condition: str, error: str) -> None:
    item = f"- condition: {condition}\n  response: {{ idTagInfo: {{ status: Accepted }} }}"
    policies = a_set(a_policy(item), x_yaml="CARD-1: 1\nCARD-2: true\n")
    decision = start(policies, tag=None)
    assert (status(decision), decision.source, decision.policy) == ("Invalid", "failure", "p")
    assert decision.errors == (error,)


def test_an_error_says_where_in_the_file_the_part_that_fails_stands() -> None:
    item = """
- condition: >-
    request.connectorId == 1 &&
    tag.labels.site == 'x'
  response: { idTagInfo: { status: Accepted } }
"""
    decision = start(a_set(a_policy(item)), tag=a_tag())
    assert decision.errors == ("p: p.yaml:7:9: no such key: `site`",)


def test_a_variable_that_fails_says_where_and_its_error_is_absorbed_like_any() -> None:
    document = """
name: p
action: StartTransaction
rule:
  variables: [{ name: wrong, expression: 1 / size(tag.labels) > 0 }]
  match:
    - condition: request.connectorId == 2 || variables.wrong
      response: { idTagInfo: { status: Blocked } }
"""
    policies = a_set(document)
    assert status(start(policies, request=a_start(2), tag=a_tag())) == "Blocked"
    failed = start(policies, tag=a_tag())
    assert failed.errors == ("p: p.yaml:5:42: division by zero",)


def test_a_variable_that_costs_too_much_is_never_absorbed() -> None:
    document = """
name: p
action: StartTransaction
rule:
  variables:
    - name: dear
      expression: constants.many.all(a, constants.many.all(b, a + b > size(tag.labels)))
  match:
    - condition: variables.dear || tag != null
      response: { idTagInfo: { status: Accepted } }
"""
    many = ", ".join(map(str, range(1, 400)))
    document = document.replace("rule:", f"constants: {{ many: [{many}] }}\nrule:")
    decision = start(a_set(document), tag=a_tag())
    assert (decision.source, decision.policy) == ("failure", "p")
    assert decision.errors[0].endswith("the expression exceeds its cost limit")


def test_a_response_that_is_not_valid_ocpp_is_an_error() -> None:
    item = '- response: { idTagInfo: { status: "${ request.idTag }" } }'
    decision = start(a_set(a_policy(item)))
    assert (status(decision), decision.source) == ("Invalid", "failure")
    assert decision.errors[0].startswith(
        "p: response: `idTagInfo.status` can't be `CARD-1`: not one of Accepted"
    )


def test_an_output_can_not_set_what_the_engine_owns() -> None:
    key = "tag == null ? 'transactionId' : 'other'"
    item = f"- output: \"{{'idTagInfo': {{'status': 'Accepted'}}, ({key}): request.connectorId}}\""
    decision = start(a_set(a_policy(item)))
    assert decision.errors == ("p: `transactionId` is the engine's own field",)


@pytest.mark.parametrize(
    ("on_error", "expected", "source"),
    [
        ("deny", "Invalid", "failure"),
        ("default", "Accepted", "failure"),
        ("next", "Blocked", "policy"),
        ("{ response: { idTagInfo: { status: Expired } } }", "Expired", "failure"),
        ("{ response: { idTagInfo: { status: '${ tag.labels.x }' } } }", "Invalid", "failure"),
    ],
)
def test_on_error_says_what_a_failure_answers(on_error: str, expected: str, source: str) -> None:
    policies = a_set(
        a_policy(FAILING, name="first", more=f"on_error: {on_error}\n"),
        a_policy(always("Blocked"), name="second"),
    )
    decision = start(policies, tag=a_tag())
    assert (status(decision), decision.source) == (expected, source)
    assert "no such key: `site`" in decision.errors[0]


def test_a_boot_whose_policy_fails_waits() -> None:
    answer = "{ status: Accepted, interval: 60 }"
    item = f"- {{ condition: 1 / size(chargePoint.groups) == 1, response: {answer} }}"
    policies = a_set(a_policy(item, action="BootNotification"))
    request = m.BootNotificationReq(charge_point_vendor="V", charge_point_model="M")
    decision = decide(policies, "BootNotification", facts(request), OWNED)
    assert decision.response == m.BootNotificationConf(
        status=m.RegistrationStatus.Pending, current_time=CURRENT_TIME, interval=60
    )


def test_an_explanation_that_fails_changes_no_answer() -> None:
    item = "- { explanation: tag.status, response: { idTagInfo: { status: Blocked } } }"
    decision = start(a_set(a_policy(item)))
    assert (status(decision), decision.source, decision.explanation) == ("Blocked", "policy", None)
    assert decision.errors == ("p: p.yaml:5:22: null has no field `status`",)


def test_even_a_bug_of_ours_gets_an_answer() -> None:
    request = m.StopTransactionReq(transaction_id=7, meter_stop=1, timestamp=CURRENT_TIME)
    known = facts(request, tag=a_tag(status="Unheard"))
    decision = decide(a_set(), "StopTransaction", known, {})
    assert (decision.response, decision.source) == (m.StopTransactionConf(), "failure")
    assert decision.errors == (
        "internal error: ValueError: 'Unheard' is not a valid AuthorizationStatus",
    )


def test_a_remote_start_makes_an_unknown_tag_good() -> None:
    policies = a_set()
    assert status(start(policies)) == "Invalid"
    assert status(start(policies, remote_start=RemoteStart(issued_at=NOW))) == "Accepted"


@pytest.mark.parametrize(
    ("active", "limit", "tag_status", "expected"),
    [
        (1, 1, "Accepted", "ConcurrentTx"),
        (2, 1, "Accepted", "ConcurrentTx"),
        (1, 2, "Accepted", "Accepted"),
        (9, None, "Accepted", "Accepted"),
        (1, 1, "Blocked", "Blocked"),
    ],
)
def test_a_tag_with_all_transactions_it_may_have_gets_no_more(
    active: int, limit: int | None, tag_status: str, expected: str
) -> None:
    counters = Counters(
        active_transactions_of_id_tag=active, max_active_transactions_of_id_tag=limit
    )
    known = facts(tag=a_tag(status=tag_status, parent_id_tag="G"), counters=counters)
    decision = start(a_set(), known)
    response: Any = decision.response
    assert status(decision) == expected
    assert response.id_tag_info.parent_id_tag == "G"


@pytest.mark.parametrize("action", ANSWERS)
def test_every_action_has_an_answer_without_any_policy(action: str) -> None:
    decision = decide(a_set(), action, facts(), OWNED)
    assert (type(decision.response), decision.source, decision.errors) == (
        ANSWERS[action].confirmation,
        "default",
        (),
    )


def test_the_facts_to_fetch_are_those_read() -> None:
    policies = a_set(
        CONNECTOR_ONE,
        a_policy(
            "- { condition: connector != null, response: {} }", action="MeterValues", name="q"
        ),
    )
    assert policies.facts_read("StartTransaction") == {
        "request",
        "tag",
        "parentTag",
        "remoteStart",
        "counters",
    }
    assert policies.facts_read("MeterValues") == {"connector"}
    assert policies.facts_read("Heartbeat") == frozenset()
