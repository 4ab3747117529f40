"""An effect is checked like an answer: what can't be sent never goes live."""

import pytest

from engine.policy.deciding.effects import Command, Event
from engine.policy.reading.effects import COMMANDS
from protocol.actions import Role, sent_by
from tests.engine.policy.building import a_policy, a_set, problems, whole_text

RESET = "command: { action: Reset, payload: { type: Soft } }"


def said(item: str, *, action: str = "BootNotification") -> list[str]:
    """What is wrong with one effect, which is line 4 of the file."""
    return problems(f"name: p\naction: {action}\neffects:\n  - {{ {item} }}\n")


SHAPES = [
    ("id: a, " + RESET, []),
    ("id: a, command: { action: ClearCache }", []),
    ("id: a, event: { name: a.B-c_9 }", []),
    (RESET, ["4:5: the effect has no `id`"]),
    ("id: a", ["4:5: the effect has no `command` or `event`"]),
    (
        f"id: a, {RESET}, event: {{ name: x }}",
        ["4:67: an effect has either `command` or `event`, not both (write two effects)"],
    ),
    (
        "id: a, when: 5, " + RESET,
        ["4:20: this must be bool, but is int (compare it with something)"],
    ),
    ("id: a, if: true, " + RESET, ["4:14: `if` is not a key of an effect"]),
    ("id: a, when: '', " + RESET, ["4:20: `when` is empty"]),
    (
        "id: a, command: Reset",
        ["4:23: `command` must be a mapping with `action`, `payload`, not text"],
    ),
    ("id: a, command: { payload: {} }", ["4:23: the command has no `action`"]),
    ("id: a, event: { message: x }", ["4:21: the event has no `name`"]),
    (
        "id: a, event: { name: 'a b' }",
        [
            "4:29: `a b` is not a name of an event (up to 100 letters, digits, `.`, `-` and `_`,"
            " such as `charge-point.faulted`)"
        ],
    ),
    ("id: a, event: { name: x, data: [1] }", ["4:38: `data` must be a mapping, not a list"]),
    ("id: a, event: { name: x, message: [a] }", ["4:41: `message` must be text, not a list"]),
    (
        "id: a, event: { name: x, message: '${ request }' }",
        ["4:41: `message` can't have an object in it (name one of its fields, or use `data`)"],
    ),
    (
        "id: a, event: { name: x, message: 'all: ${ chargePoint.groups }' }",
        ["4:41: `message` can't have a list in it (name one of its fields, or use `data`)"],
    ),
]


@pytest.mark.parametrize(("item", "expected"), SHAPES)
def test_a_wrong_shape_is_said(item: str, expected: list[str]) -> None:
    assert said(item) == expected


COMMAND_MISTAKES = [
    ("Resets", "{}", ["`Resets` is not a command of OCPP 1.6 (did you mean `Reset`?)"]),
    (
        "Heartbeat",
        "{}",
        [
            "`Heartbeat` is sent by the charge point: it is no command"
            " (TriggerMessage asks for some of these)"
        ],
    ),
    ("Reset", "{ type: Warm }", ["`type` can't be `Warm` (one of Hard, Soft)"]),
    ("Reset", "{ typ: Soft }", ["`typ` is not a field of the payload (did you mean `type`?)"]),
    ("Reset", "{}", ["the payload has no `type`, which is required"]),
    ("Reset", "Soft", ["`payload` must be a mapping"]),
    (
        "Reset",
        "{ 'type?': '${ chargePoint.vendor }' }",
        ["`type?` may be left out, but `type` is required (write `type`)"],
    ),
    ("ClearCache", "{ a: b }", ["`a` is not a field of the payload (write `payload: {}`)"]),
    (
        "ChangeConfiguration",
        "{ key: HeartbeatInterval, value: 60 }",
        ['`value` must be text, not an integer (quote it: `"60"`)'],
    ),
    (
        "ChangeConfiguration",
        "{ key: K, value: '${ 30 * 2 }' }",
        ["`value` must be text, not an integer"],
    ),
    (
        "ChangeConfiguration",
        f"{{ key: {'k' * 51}, value: x }}",
        ["`key` has 51 characters, 50 are allowed"],
    ),
    (
        "UnlockConnector",
        "{ connectorId: '${ request.chargePointVendor }' }",
        ["`connectorId` must be an integer, not text"],
    ),
]


@pytest.mark.parametrize(("command", "payload", "expected"), COMMAND_MISTAKES)
def test_a_payload_that_is_not_valid_ocpp_is_said(
    command: str, payload: str, expected: list[str]
) -> None:
    found = said(f"id: a, command: {{ action: {command}, payload: {payload} }}")
    assert [text.split(": ", 1)[1] for text in found] == expected


def test_every_command_can_be_an_effect() -> None:
    assert set(COMMANDS) == sent_by(Role.CentralSystem)
    assert len(COMMANDS) == 26


def test_the_whole_text_of_a_mistake() -> None:
    source = """\
name: p
action: BootNotification
effects:
  - id: sampling
    when: decision.response.state == 'Accepted'
    command:
      action: ChangeConfiguration
      payload: { key: MeterValueSampleInterval, values: "60" }
    throttle: { every: hourly }
"""
    assert (
        whole_text(source)
        == """\
p.yaml:5:29: `decision.response` has no field `state`
        when: decision.response.state == 'Accepted'
                                ^
hint: did you mean `status`?

p.yaml:8:49: `values` is not a field of the payload
          payload: { key: MeterValueSampleInterval, values: "60" }
                                                    ^
hint: did you mean `value`?

p.yaml:9:24: `every` can't be `hourly`
        throttle: { every: hourly }
                           ^
hint: such as `30s`, `5m`, `1h30m` or `1d`; `0s` is each time; at most `366d`"""
    )


def test_the_response_is_typed_by_each_action() -> None:
    item = "id: a, when: decision.response.idTagInfo.status == 'Blocked', " + RESET
    assert said(item, action="[Authorize, StartTransaction]") == []
    assert said(item, action="[Authorize, Heartbeat]") == [
        "4:38: `decision.response` has no field `idTagInfo` (in Heartbeat) (there is `currentTime`)"
    ]
    wrong = item.replace("Blocked", "Rejected")
    assert said(wrong, action="Authorize") == [
        "4:58: `Rejected` is none of the possible values"
        " (one of: Accepted, Blocked, Expired, Invalid, ConcurrentTx)"
    ]


def test_the_decision_is_known_to_effects_alone() -> None:
    item = "- { condition: decision.rule == null, response: {} }"
    assert problems(a_policy(item, action="Heartbeat")) == ["5:20: undeclared name `decision`"]


def test_only_variables_of_the_outer_rule_are_known() -> None:
    document = """
name: p
action: Heartbeat
rule:
  variables: [{ name: outer, expression: 1 }, { name: wrong, expression: 1 + }]
  match:
    - rule:
        variables: [{ name: inner, expression: 2 }]
        match: [{ response: {} }]
effects:
  - { id: a, when: variables.outer == variables.inner && variables.wrong == 3, event: { name: x } }
"""
    found = problems(document)
    assert len(found) == 2
    assert found[1].startswith("11:49: `variables` has no `inner`")


def test_an_id_is_there_once_in_the_policy() -> None:
    document = a_policy("- { id: a, response: {} }", action="Heartbeat") + (
        f"effects:\n  - {{ id: a, {RESET} }}\n  - {{ id: b, {RESET} }}\n  - {{ id: b, {RESET} }}\n"
    )
    assert problems(document) == [
        "7:11: the id `a` is already in line 5",
        "9:11: the id `b` is already in line 8",
    ]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("30s", 30),
        ("5m", 300),
        ("1h30m", 5400),
        ("1d", 86_400),
        ("366d", 366 * 86_400),
        ("0s", 0),
        ("1.5s", 1.5),
    ],
)
def test_a_throttle_is_a_duration(text: str, seconds: float) -> None:
    item = f"id: a, throttle: {{ every: {text} }}, event: {{ name: x }}"
    (policy,) = a_set(f"name: p\naction: Heartbeat\neffects: [{{ {item} }}]\n").policies
    (effect,) = policy.by_action["Heartbeat"].effects
    assert effect.throttle_seconds == seconds


@pytest.mark.parametrize("text", ["60", "-5s", "367d", "1y", "1 h", "PT1H", "9999999h"])
def test_what_is_no_duration_is_said(text: str) -> None:
    assert said(f"id: a, throttle: {{ every: {text} }}, event: {{ name: x }}") == [
        f"4:33: `every` can't be `{text}` (such as `30s`, `5m`, `1h30m` or `1d`;"
        " `0s` is each time; at most `366d`)"
    ]


def test_without_a_throttle_it_is_once_a_minute() -> None:
    items = f"[{{ id: a, {RESET} }}, {{ id: b, event: {{ name: x }} }}]"
    document = f"name: p\naction: Heartbeat\neffects: {items}\n"
    (policy,) = a_set(document).policies
    first, second = policy.by_action["Heartbeat"].effects
    assert (first.throttle_seconds, second.throttle_seconds) == (60, 60)
    assert (type(first.outcome), type(second.outcome)) == (Command, Event)
    assert policy.effect_ids() == ("a", "b")


def test_a_message_that_is_always_too_long_is_said() -> None:
    long = "x" * 1001
    assert said(f"id: a, event: {{ name: x, message: {long} }}") == [
        "4:41: `message` has more than 1000 characters"
    ]


def test_a_policy_has_a_rule_or_effects() -> None:
    assert problems("name: p\naction: Heartbeat\n") == ["1:1: the policy has no `rule`"]
    assert problems("name: p\naction: Heartbeat\neffects: {}\n") == [
        "3:10: `effects` must be a list, not a mapping (each item begins with `- `)"
    ]


def test_on_error_without_a_rule_is_suspicious() -> None:
    document = f"name: p\naction: Heartbeat\non_error: default\neffects: [{{ id: a, {RESET} }}]\n"
    policies = a_set(document, a_policy("- response: {}", action="Heartbeat", name="q"))
    assert [(str(warning), warning.hint) for warning in policies.warnings] == [
        ("p.yaml:3:1: warning: `on_error` answers for a `rule`, and there is none", "leave it out")
    ]
