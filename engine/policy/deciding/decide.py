"""The one decide function: a request's facts and a policy set in, the answer out. Pure."""

from collections.abc import Callable, Mapping

from engine.policy.deciding.answering import answer, broken
from engine.policy.deciding.decision import Decision
from engine.policy.deciding.observing import Observer
from engine.policy.deciding.policy_set import PolicySet
from engine.policy.facts import Facts

Guard = Callable[[Decision], Decision]
"""What has the last word on an answer, whatever policies say."""


def decide(
    policies: PolicySet,
    action: str,
    facts: Facts,
    owned: Mapping[str, object],
    guard: Guard | None = None,
) -> Decision:
    """
    Decides one request; never raises, but what `guard` does.

    Args:
        policies: the set that decides; read once by the caller, so a reload changes nothing here.
        action: one of the 14 actions a charge point sends, or `Connect`.
        facts: at least those that `policies.facts_read(action)` names.
        owned: the fields only the engine fills, by their names on the wire: `currentTime`,
            `transactionId`.
        guard: changes the answer before effects see it.
    """
    selection = policies.selections[action]
    if selection.simple and guard is None:
        return answer(policies, selection.policies, action, facts, owned)
    try:
        selected = selection.of(facts)
    except Exception as error:  # A charge point gets an answer, whatever happens.
        return broken(policies, action, facts, owned, error)
    said = answer(policies, selected.deciding, action, facts, owned)
    decision = said if guard is None else guard(said)
    if selected.observing:
        return Observer(policies, said, decision, facts, owned).look(selected.observing)
    return decision
