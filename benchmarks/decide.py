"""
One decision of a policy of five rules beside the same rules by hand: `python -m benchmarks.decide`.

By hand they only make the confirmation; a decision also says which rule it was, and why. Then the
same with what a policy may say beside its rule: policies about other charge points must cost next
to nothing, however many they are.
"""

import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

from msgspec.structs import replace

from engine.policy import compile_set
from engine.policy.deciding.decide import decide
from engine.policy.facts import ChargePoint, Facts, Tag
from protocol import messages as m
from protocol.types import Timestamp

POLICY = """
name: five-rules
action: StartTransaction
constants: { closed: [3, 4] }
rule:
  variables:
    - name: expired
      expression: tag.expiryDate != null && tag.expiryDate <= now
  match:
    - id: closed
      condition: request.connectorId in constants.closed
      response: { idTagInfo: { status: Blocked } }
    - id: unknown
      condition: tag == null
      response: { idTagInfo: { status: Invalid } }
    - id: old
      condition: chargePoint.vendor == 'ABB' && chargePoint.model.startsWith('Old')
      response: { idTagInfo: { status: Blocked } }
    - id: expired
      condition: variables.expired
      response: { idTagInfo: { status: Expired } }
    - id: known
      condition: request.idTag == tag.idTag
      response: { idTagInfo: { status: "${ tag.status }", "parentIdTag?": "${ tag.parentIdTag }" } }
"""
OTHERS = "\n".join(
    f"---\nname: about-{number}\naction: StartTransaction\npriority: 1\n"
    f"scope: {{ KEY: OTHER-{number} }}\n"
    "rule: { match: [{ response: { idTagInfo: { status: Blocked } } }] }"
    for number in range(1_000)
)
EFFECT = """
effects:
  - id: told
    when: decision.response.idTagInfo.status == 'Blocked'
    event: { name: refused }
"""
BESIDE = {
    "an effect that is not wanted": POLICY + EFFECT,
    "a policy in shadow mode": f"{POLICY}---{POLICY}".replace(
        "five-rules", "shadow\nmode: shadow", 1
    ),
    "valid until a day": POLICY.replace("constants", "valid_until: 2027-01-01\nconstants", 1),
    "1,000 about other charge points": POLICY + OTHERS.replace("KEY", "chargePoint"),
    "1,000 about other groups": POLICY + OTHERS.replace("KEY", "group"),
    "1,000 about other models": POLICY + OTHERS.replace("KEY", "model"),
}
"""Policies with more than a rule, by what that is."""
WANTED = 3.0
ROUNDS = 9
TIMES = 5_000
_NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
_OWNED: dict[str, object] = {"transactionId": 7}
_STATUS = m.AuthorizationStatus
_TAG = Tag(id_tag="CARD-1", expiry_date=_NOW + timedelta(days=3), parent_id_tag="FLEET")
_START = m.StartTransactionReq(
    connector_id=1, id_tag="CARD-1", meter_start=0, timestamp=Timestamp.of(_NOW)
)
_KNOWN = Facts(
    request=_START,
    charge_point=ChargePoint(id="CP-1", vendor="ABB", model="Terra"),
    tag=_TAG,
    now=_NOW,
)
CASES = {
    "closed": replace(_KNOWN, request=replace(_START, connector_id=3)),
    "unknown": replace(_KNOWN, tag=None),
    "old": replace(_KNOWN, charge_point=ChargePoint(id="CP-1", vendor="ABB", model="Old 1")),
    "expired": replace(_KNOWN, tag=replace(_TAG, expiry_date=_NOW)),
    "known": _KNOWN,
}
"""By the rule that decides."""


def by_hand(facts: Facts) -> m.StartTransactionConf | None:
    """The same rules as one would write them."""
    request, tag, charge_point = facts.request, facts.tag, facts.charge_point
    assert isinstance(request, m.StartTransactionReq)
    assert charge_point is not None
    assert charge_point.model is not None
    if request.connector_id in (3, 4):
        return _answer(_STATUS.Blocked)
    if tag is None:
        return _answer(_STATUS.Invalid)
    if charge_point.vendor == "ABB" and charge_point.model.startswith("Old"):
        return _answer(_STATUS.Blocked)
    if tag.expiry_date is not None and tag.expiry_date <= facts.now:
        return _answer(_STATUS.Expired)
    if request.id_tag == tag.id_tag:
        return _answer(_STATUS(tag.status), tag.parent_id_tag)
    return None


def _answer(status: m.AuthorizationStatus, parent: str | None = None) -> m.StartTransactionConf:
    info = m.IdTagInfo(status=status, parent_id_tag=parent)
    return m.StartTransactionConf(id_tag_info=info, transaction_id=7)


def _microseconds(run: Callable[[], object]) -> float:
    """The time of one call, in the best of some rounds."""
    best = float("inf")
    for _ in range(ROUNDS):
        started = time.perf_counter()
        for _ in range(TIMES):
            run()
        best = min(best, time.perf_counter() - started)
    return best / TIMES * 1e6


def _beside() -> None:
    """What more than a rule costs, for the rule that decides last."""
    plain = 0.0
    for what, text in {"a rule alone": POLICY, **BESIDE}.items():
        policies = compile_set({"policy.yaml": text.encode()})
        decision = decide(policies, "StartTransaction", _KNOWN, _OWNED)
        assert (decision.policy, decision.rule) == ("five-rules", "known"), decision
        ours = _microseconds(partial(decide, policies, "StartTransaction", _KNOWN, _OWNED))
        plain = plain or ours
        print(f"{ours:8.3f} {'':8} {ours / plain:5.1f}x  {what}")


def main() -> int:
    policies = compile_set({"policy.yaml": POLICY.encode()})
    print(f"{'ours':>8} {'by hand':>8} {'ratio':>6}  (µs, by the rule that decides)")
    ratios = []
    for rule, facts in CASES.items():
        decision = decide(policies, "StartTransaction", facts, _OWNED)
        assert (decision.rule, decision.response) == (rule, by_hand(facts)), decision
        ours = _microseconds(partial(decide, policies, "StartTransaction", facts, _OWNED))
        hand = _microseconds(partial(by_hand, facts))
        ratios.append(ours / hand)
        print(f"{ours:8.3f} {hand:8.3f} {ratios[-1]:5.1f}x  {rule}")
    _beside()
    print(f"median {statistics.median(ratios):.2f} times by hand (wanted: at most {WANTED:.0f})")
    return 0 if statistics.median(ratios) <= WANTED else 1


if __name__ == "__main__":
    sys.exit(main())
