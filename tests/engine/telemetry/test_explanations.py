"""An explanation shows no secret that an effect sends."""

import msgspec

from engine.policy.explaining.explanation import explain
from engine.telemetry.explanations import without_secrets
from protocol import messages as m
from tests.engine.policy.building import OWNED, a_set, facts

POLICY = """\
name: NAME
action: BootNotification
mode: MODE
effects:
  - id: password
    command:
      action: ChangeConfiguration
      payload: { key: AuthorizationKey, value: "${ chargePoint.id + '-secret' }" }
  - id: address
    event: { name: address, data: { url: "ftp://me:geheim@host" } }
"""


def test_the_key_and_the_password_that_an_effect_sends_are_hidden_wherever_it_is_shown() -> None:
    documents = (POLICY.replace("NAME", mode).replace("MODE", mode) for mode in MODES)
    known = facts(m.BootNotificationReq(charge_point_vendor="V", charge_point_model="M"))
    explanation = explain(a_set(*documents), "BootNotification", known, OWNED)
    shown = without_secrets(explanation)
    assert b"CP-1-secret" in msgspec.json.encode(explanation.decision)
    text = msgspec.json.encode(shown).decode()
    assert ("CP-1-secret" in text, "geheim" in text) == (False, False)
    first, second = shown.decision.effects
    assert first.command is not None
    assert second.event is not None
    assert first.command.payload == {"key": "AuthorizationKey", "value": "***"}
    assert second.event.data == {"url": "ftp://***@host"}


MODES = ("enforce", "shadow")
