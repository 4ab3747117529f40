"""Whether charge points that nobody registered may connect, and what people are told about it."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import structlog

from engine.policy.deciding.decide import decide
from engine.policy.deciding.policy_set import PolicySet
from engine.policy.facts import ChargePoint, ConnectConf, ConnectReq, Facts
from engine.policy.live.host import PolicyHost
from engine.policy.live.status import PolicyStatus

log = structlog.get_logger("voltrule.policies")

OPEN = "Any charge point may connect: this installation is open."
OPENED = "The policies just loaded let any charge point connect; those before them did not."
_BY_SWITCH = "To close it, set `acceptUnknown: false` in {}."
_BY_POLICY = "To close it, write a policy for `Connect` (see docs/policy-language.md)."


def accepts_strangers(policies: PolicySet) -> bool:
    """Say whether a charge point that nobody registered may connect without a password."""
    stranger = "a-charge-point-that-nobody-knows"
    request = ConnectReq(
        charge_point_id=stranger,
        path=f"/ocpp/{stranger}",
        subprotocols=("ocpp1.6",),
        remote_address="192.0.2.1",
    )
    facts = Facts(request=request, charge_point=ChargePoint(id=stranger), now=datetime.now(UTC))
    response: object = decide(policies, "Connect", facts, {}).response
    return isinstance(response, ConnectConf) and response.status == "Accepted"


def how_to_close(directory: Path) -> str:
    """Where the policies are not the shipped ones, there is no such switch."""
    shipped = directory / "connect.yaml"
    try:
        switch = "acceptUnknown:" in shipped.read_text(errors="replace")
    except OSError:
        switch = False
    return _BY_SWITCH.format(shipped) if switch else _BY_POLICY


def warns_of_opening(policies: PolicyHost) -> Callable[[PolicyStatus], None]:
    """What is called after each reload: one that opens a closed installation is told."""
    was_open = accepts_strangers(policies.current)

    def reloaded(status: PolicyStatus) -> None:
        nonlocal was_open
        is_open = accepts_strangers(policies.current)
        if is_open and not was_open:
            note = f"{OPENED} {how_to_close(policies.path)}"
            log.warning("installation opened", revision=status.revision, note=note)
        was_open = is_open

    return reloaded
