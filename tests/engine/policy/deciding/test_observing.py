"""A policy in shadow mode says what it would have answered, and answers nothing."""

from engine.policy.deciding.decision import Failed, ShadowDecision
from engine.policy.deciding.effects import Effect, EffectEvent
from protocol import messages as m
from tests.engine.policy.building import a_policy, a_set, a_start, a_tag, start, status

BLOCKED = "- { id: no, explanation: \"'closed'\", response: { idTagInfo: { status: Blocked } } }"
EXPIRED = "- { id: old, response: { idTagInfo: { status: Expired } } }"
FAILING = "- { condition: tag.status == 'Blocked', response: { idTagInfo: { status: Accepted } } }"
SHADOW = "mode: shadow\n"
ANSWER = m.StartTransactionConf(
    id_tag_info=m.IdTagInfo(status=m.AuthorizationStatus.Blocked), transaction_id=7
)


def told(when: str = "true") -> str:
    return (
        f"effects: [{{ id: t, when: {when!r}, event: {{ name: t,"
        " data: { by: '${ decision.policy }' } } }]\n"
    )


def test_it_says_what_it_would_have_answered() -> None:
    decision = start(a_set(a_policy(BLOCKED, more=SHADOW)), tag=a_tag())
    assert (status(decision), decision.source) == ("Accepted", "default")
    assert decision.shadow == (
        ShadowDecision(
            policy="p", rule="no", response=ANSWER, explanation="closed", would_decide=True
        ),
    )
    assert decision.shadow_differs


def test_it_would_decide_only_where_no_policy_before_it_has() -> None:
    for priority, decides in ((1, True), (200, False)):
        decision = start(
            a_set(
                a_policy(EXPIRED, name="enforced"),
                a_policy(BLOCKED, more=f"{SHADOW}priority: {priority}\n"),
            )
        )
        (shadow,) = decision.shadow
        assert (decision.policy, shadow.would_decide) == ("enforced", decides)
        assert decision.shadow_differs is decides


def test_each_is_looked_at_as_if_it_alone_would_answer() -> None:
    decision = start(
        a_set(
            a_policy(BLOCKED, name="a", more=SHADOW),
            a_policy(EXPIRED, name="b", more=SHADOW),
            a_policy(EXPIRED, name="c"),
        )
    )
    assert [(each.policy, each.would_decide) for each in decision.shadow] == [
        ("a", True),
        ("b", True),
    ]


def test_one_that_agrees_does_not_differ() -> None:
    decision = start(a_set(a_policy(BLOCKED, name="a", more=SHADOW), a_policy(BLOCKED)))
    assert decision.shadow[0].would_decide
    assert not decision.shadow_differs


def test_one_without_opinion_or_out_of_scope_says_nothing() -> None:
    never = (
        "- { condition: request.connectorId == 2, response: { idTagInfo: { status: Blocked } } }"
    )
    policies = a_set(
        a_policy(never, name="a", more=SHADOW),
        a_policy(BLOCKED, name="b", more=f"{SHADOW}scope: {{ group: none }}\n"),
        a_policy(BLOCKED, name="c", more=f"{SHADOW}valid_until: 2020-01-01\n"),
        a_policy(BLOCKED, name="d", more=f"{SHADOW}enabled: false\n"),
    )
    assert start(policies, tag=a_tag()).shadow == ()
    assert [each.policy for each in start(policies, request=a_start(2)).shadow] == ["a"]


def test_its_errors_are_its_own() -> None:
    decision = start(a_set(a_policy(FAILING, more=SHADOW), a_policy(EXPIRED, name="q")))
    (shadow,) = decision.shadow
    assert (status(decision), decision.errors) == ("Expired", ())
    assert shadow.errors == ("p: p.yaml:6:20: null has no field `status`",)
    assert (shadow.rule, shadow.would_decide) == ("match[0]", True)
    assert shadow.response == m.StartTransactionConf(
        id_tag_info=m.IdTagInfo(status=m.AuthorizationStatus.Invalid), transaction_id=7
    )
    assert decision.failed == (Failed("p", "match[0]"),)


def test_one_that_fails_and_leaves_it_to_the_next_has_no_answer() -> None:
    (shadow,) = start(a_set(a_policy(FAILING, more=f"{SHADOW}on_error: next\n"))).shadow
    assert (shadow.response, shadow.would_decide, len(shadow.errors)) == (None, False, 1)


def effect_of(decision: object) -> list[Effect]:
    event = EffectEvent(name="t", data={"by": decision})
    return [Effect(policy="p", id="t", event=event)]


def test_its_effects_are_its_own_and_see_it_decide_where_it_would() -> None:
    shadowed = a_policy(BLOCKED, more=SHADOW + told())
    first = start(a_set(shadowed, a_policy(EXPIRED, name="q")))
    assert (first.effects, list(first.shadow[0].effects)) == ((), effect_of("p"))
    second = start(a_set(shadowed, a_policy(EXPIRED, name="a")))
    assert (second.effects, list(second.shadow[0].effects)) == ((), effect_of("a"))


def test_an_effect_of_it_that_fails_is_an_error_of_its_own() -> None:
    decision = start(a_set(a_policy(BLOCKED, more=SHADOW + told('tag.status == "Blocked"'))))
    assert (decision.errors, decision.failed) == ((), (Failed("p", ""),))
    assert [each.errors for each in decision.shadow] == [
        ("p: effect `t`: p.yaml:4:27: null has no field `status`",)
    ]


def test_it_is_recorded_in_plain_values() -> None:
    (shadow,) = start(a_set(a_policy(BLOCKED, more=SHADOW + told())), tag=a_tag()).shadow
    assert shadow.plain() == {
        "policy": "p",
        "rule": "no",
        "response": {"idTagInfo": {"status": "Blocked"}, "transactionId": 7},
        "explanation": "closed",
        "errors": [],
        "wouldDecide": True,
        "effects": [
            {
                "policy": "p",
                "id": "t",
                "command": None,
                "event": {"name": "t", "message": None, "data": {"by": "p"}},
                "throttleSeconds": 60,
            }
        ],
    }


def test_the_facts_it_reads_are_fetched() -> None:
    item = "- { condition: connector != null, response: {} }"
    policies = a_set(a_policy(item, action="MeterValues", more=SHADOW))
    assert policies.facts_read("MeterValues") == {"connector"}
