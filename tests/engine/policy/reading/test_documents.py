"""Everything wrong with a policy is said before it goes live, where it is wrong."""

import pytest

from tests.engine.policy.building import a_policy, problems, whole_text

INVALID = "{ idTagInfo: { status: Invalid } }"

SHAPE = [
    (
        "- a\n- b\n",
        [
            "1:1: a policy must be a mapping, not a list (such as `name: …`)",
        ],
    ),
    ("name: p\n", ["1:1: the policy has no `action`", "1:1: the policy has no `rule`"]),
    (
        "name: p\naction: Heartbeat\nrules: {}\nrule: { match: [{ response: {} }] }\n",
        ["3:1: `rules` is not a key of a policy (did you mean `rule`?)"],
    ),
    (
        "name: p\naction: Heartbeat\nrule: { match: [] }\n",
        ["3:16: `match` has no items"],
    ),
    (
        "name: p\naction: Heartbeat\nrule: { match: { response: {} } }\n",
        ["3:16: `match` must be a list, not a mapping (each item begins with `- `)"],
    ),
    ("name: p\naction: Heartbeat\nrule: {}\n", ["3:7: the rule has no `match` or `aggregate`"]),
    (
        "name: p\naction: Heartbeat\nrule: { aggregate: [] }\neffects: []\n",
        [
            "3:20: `aggregate` has no items",
            "4:10: `effects` has no items",
        ],
    ),
    (
        "name: p\naction: [Heartbeat, Heartbeat, heartbeat, Reset]\n"
        "rule: { match: [{ response: {} }] }\n",
        [
            "2:21: the action `Heartbeat` is given twice",
            "2:32: `heartbeat` is not an action of OCPP 1.6 (did you mean `Heartbeat`?)",
            "2:43: `Reset` is sent by the central system: there is nothing to decide"
            " (an effect can send it: `command: { action: Reset, payload: { … } }`)",
        ],
    ),
    (
        "name: p\naction: []\nrule: { match: [{ response: {} }] }\n",
        ["2:9: `action` must be an action or a list of them, not a list"],
    ),
    (
        a_policy("- response: {}", action="Heartbeat", more='priority: "1"\nenabled: yes\n'),
        [
            "3:11: `priority` must be a whole number, not text",
            "4:10: `enabled` must be true or false, not text"
            " (`yes` is text in YAML 1.2: write true or false)",
        ],
    ),
    (
        a_policy("- response: {}", action="Heartbeat", more="on_error: dny\nconstants: 5\n"),
        [
            "3:11: `on_error` can't be `dny` (did you mean `deny`?)",
            "4:12: `constants` must be a mapping from names to values, not the number 5",
        ],
    ),
    (
        a_policy("- response: {}", action="Heartbeat", more="on_error: reject\nmode: shadw\n"),
        [
            "3:11: `on_error` can't be `reject` (one of `deny`, `default`, `next`)",
            "4:7: `mode` can't be `shadw` (did you mean `shadow`?)",
        ],
    ),
    (
        a_policy("- response: {}", action="Heartbeat", more="on_error: ~\n"),
        ["3:11: `on_error` is empty: it must be one of `deny`, `default`, `next`"],
    ),
    (
        a_policy("- response: {}", action="Heartbeat", more="priority: 9999999999999999999\n"),
        ["3:11: `priority` is out of range"],
    ),
    (
        a_policy("- response: {}", action="StopTransaction", more="on_error: deny\n"),
        ["3:11: StopTransaction can't be denied (use `default` or `next`)"],
    ),
    (
        a_policy("- condition: tag == null", action="Heartbeat"),
        ["5:7: the item has no `response`, `output` or `rule`"],
    ),
    (
        a_policy("- { id: a, response: {} }\n- { id: a, response: {} }", action="Heartbeat"),
        [
            "6:7: this is never reached"
            " (the item in line 5 has no condition, so it always applies)",
            "6:13: the id `a` is already in line 5",
        ],
    ),
    (
        a_policy("- response: {}", action="Heartbeat").replace("match", "aggregate: []\n  match"),
        [
            "4:14: `aggregate` has no items",
            "5:3: a rule has either `aggregate` or `match`, not both",
        ],
    ),
    (
        a_policy("- response: {}\n  rule: {}", action="Heartbeat"),
        ["6:7: an item has either `response` or `rule`, not both"],
    ),
]


@pytest.mark.parametrize(("source", "expected"), SHAPE)
def test_a_wrong_shape_is_said(source: str, expected: list[str]) -> None:
    assert problems(source) == expected


EXPRESSIONS = [
    ("requestt.connectorId == 1", ["5:18: undeclared name `requestt` (did you mean `request`?)"]),
    (
        "request.connectorID == 1",
        ["5:26: `request` has no field `connectorID` (did you mean `connectorId`?)"],
    ),
    ("a == b # c", ["5:18: undeclared name `a`", "5:23: undeclared name `b`"]),
    (
        "'x' == tag.idTag",
        [
            "5:22: there is text after the closing `'`"
            " (quote the whole of it: `condition: \"'x' == tag.idTag\"`)"
        ],
    ),
    (
        "tag.idTag == 'a: b'",
        [
            "5:33: `:` can't stand here (quote the value, which holds `: `:"
            " `condition: \"tag.idTag == 'a: b'\"`)"
        ],
    ),
    (
        "now > # c",
        [
            "5:23: CEL: the expression ends too early"
            ' (` #` begins a comment: write the expression in quotes: `"now > # c"`)'
        ],
    ),
    (
        "!tag.labels",
        [
            "5:18: a value that begins with `!` is read as a YAML tag"
            ' (quote it: `condition: "!tag.labels"`)'
        ],
    ),
    (
        "{a: 1}",
        [
            "5:18: `condition` must be an expression, not a mapping"
            ' (quote it: `condition: "{a: 1}"`)'
        ],
    ),
    (
        "[1] == [1]",
        [
            "5:22: there is text after the closing `]`"
            ' (quote the whole of it: `condition: "[1] == [1]"`)'
        ],
    ),
    ("&x", ['5:18: `condition` is empty (quote it: `condition: "&x"`)']),
    ("", ["5:17: `condition` is empty"]),
    (
        "variables.x && constants.y && data.z",
        [
            "5:28: `variables` has no `x`",
            "5:43: `constants` has no field `y`",
            "5:53: `data` has no field `z`",
        ],
    ),
    (
        "\"tag.status == 'Axepted'\"",
        ["5:33: `Axepted` is none of the possible values (did you mean `Accepted`?)"],
    ),
    (
        "\"'1' == request.connectorId\"",
        [
            "5:19: no matching overload: string and int are never equal"
            " (convert one of them: `string(…)` or `int(…)`)"
        ],
    ),
    (
        "request.connectorId",
        ["5:18: this must be bool, but is int (compare it with something)"],
    ),
    (
        "request.meterStart + 'x' == 'x'",
        [
            "5:18: no matching overload: `+` doesn't take (int, string)"
            " (convert to text: `string(…)`)"
        ],
    ),
    (
        "request.idTag.startWith('A')",
        ["5:32: undeclared function `startWith` (did you mean `startsWith`?)"],
    ),
    (
        "request.idTag.startsWith(1)",
        [
            "5:18: no matching overload: `startsWith(int)` on string"
            " (there is `string.startsWith(string) -> bool`)"
        ],
    ),
    (
        "request.idTag && tag.labels.site == 'x'",
        [
            "5:18: no matching overload: this must be bool, but is string"
            " (compare it with something)"
        ],
    ),
    (
        "tag.status.upper == 'X'",
        ["5:29: string has no fields (a function needs ( ) after its name)"],
    ),
    ("variables", ["5:18: `variables` needs a dot and a name after it"]),
    (
        "now - request.timestamp > duration('5 minutes')",
        ["5:53: `5 minutes` is not a duration, such as `90s` or `1h30m`"],
    ),
    (
        "'size(''it'') == 2 && request.idTg == '''''",
        ["5:48: `request` has no field `idTg` (did you mean `idTag`?)"],
    ),
    (
        '"\\x61bc == request.idTg"',
        [
            "5:19: undeclared name `abc`",
            "5:37: `request` has no field `idTg` (did you mean `idTag`?)",
        ],
    ),
    ("|\n      tag == null &&\n      nw > 1", ["7:11: undeclared name `nw` (did you mean `now`?)"]),
    (
        ">-\n      tag == null &&\n        (nw",
        ["7:16: CEL: the expression ends too early (this bracket is not closed: `(nw`)"],
    ),
]


@pytest.mark.parametrize(("condition", "expected"), EXPRESSIONS)
def test_a_wrong_expression_is_said_where_it_is_wrong(condition: str, expected: list[str]) -> None:
    assert problems(a_policy(f"- condition: {condition}\n  response: {INVALID}")) == expected


RESPONSES = [
    (
        "{ idTagInfo: { status: Rejected } }",
        [
            "5:40: `idTagInfo.status` can't be `Rejected`"
            " (one of Accepted, Blocked, Expired, Invalid, ConcurrentTx)"
        ],
    ),
    ("{}", ["5:17: the response has no `idTagInfo`, which is required"]),
    ("", ["5:16: the response has no `idTagInfo`, which is required"]),
    ("{ idTagInfo: {} }", ["5:30: the response has no `idTagInfo.status`, which is required"]),
    (
        "{ idTaginfo: { status: Invalid } }",
        [
            "5:19: `idTaginfo` is not a field of the response (did you mean `idTagInfo`?)",
        ],
    ),
    (
        "{ idTagInfo: { status: Invalid, parentIdTag: 123456789012345678901 } }",
        ["5:62: `idTagInfo.parentIdTag` has 21 characters, 20 are allowed"],
    ),
    (
        "{ idTagInfo: { status: Invalid, parentIdTag: 12345 } }",
        ['5:62: `idTagInfo.parentIdTag` must be text, not an integer (quote it: `"12345"`)'],
    ),
    (
        "{ idTagInfo: { status: Invalid, expiryDate: tomorrow } }",
        ["5:61: `idTagInfo.expiryDate` is not a date and time (such as `2026-01-31T12:00:00Z`)"],
    ),
    (
        "{ idTagInfo: { status: Invalid }, transactionId: 7 }",
        [
            "5:51: `transactionId` is the engine's own field and can't be set"
            " (leave it out: it is filled in)"
        ],
    ),
    (
        "{ idTagInfo: { 'status?': '${ tag.status }' } }",
        ["5:32: `status?` may be left out, but `idTagInfo.status` is required (write `status`)"],
    ),
    (
        "{ idTagInfo: { status: '${ tag.sttus }' } }",
        ["5:48: `tag` has no field `sttus` (did you mean `status`?)"],
    ),
    (
        "{ idTagInfo: { status: '${ request.connectorId }' } }",
        ["5:40: `idTagInfo.status` must be text, not an integer"],
    ),
    (
        "{ idTagInfo: { status: '${ tag.status }', 'expiryDate?': '${ now - now }' } }",
        ["5:74: `idTagInfo.expiryDate` must be a date and time, not a duration"],
    ),
    ("'${ [1] }'", ["5:17: `response` must be a mapping"]),
    ("'${ tag.idTag }'", ["5:17: the response must be an object, not text"]),
    (
        "{ idTagInfo: { status: '${ string(1 / 0) }' } }",
        ["5:40: this always fails: division by zero"],
    ),
    ("{ idTagInfo: { status: '${ tag.status' } }", ["5:41: `${` is never closed by `}`"]),
    ("[1]", ["5:17: `response` must be a mapping"]),
    ("Accepted", ["5:17: `response` must be a mapping"]),
]


@pytest.mark.parametrize(("response", "expected"), RESPONSES)
def test_a_response_that_is_not_ocpp_never_goes_live(response: str, expected: list[str]) -> None:
    assert problems(a_policy(f"- response: {response}")) == expected


def test_quotes_around_a_number_are_a_mistake_of_type() -> None:
    item = '- response: { status: Accepted, interval: "60" }'
    assert problems(a_policy(item, action="BootNotification")) == [
        "5:47: `interval` must be an integer, not text (leave the quotes out)"
    ]


INTERVALS = [
    ("0", []),
    (
        "-5",
        [
            "5:47: `interval` can't be `-5`: it must be 0 or more"
            " (in seconds: between heartbeats when Accepted; the least wait before the next"
            " BootNotification when Pending or Rejected, where 0 lets the charge point choose)"
        ],
    ),
    (
        "99999999999999999999",
        ["5:47: `interval` is out of range (an integer has at most 18 digits)"],
    ),
]


@pytest.mark.parametrize(("interval", "expected"), INTERVALS)
def test_an_interval_that_means_nothing_is_a_mistake(interval: str, expected: list[str]) -> None:
    item = f"- response: {{ status: Accepted, interval: {interval} }}"
    assert problems(a_policy(item, action="BootNotification")) == expected


@pytest.mark.parametrize(
    ("action", "field", "hint"),
    [
        ("StartTransaction", "state", " (there is `idTagInfo`)"),
        ("Heartbeat", "status", " (write `response: {}`)"),
        ("Heartbeat", "currentTim", " (write `response: {}`)"),
    ],
)
def test_a_hint_offers_no_field_of_the_engines_own(action: str, field: str, hint: str) -> None:
    found = problems(a_policy(f"- response: {{ {field}: x }}", action=action))
    assert found[-1] == f"5:19: `{field}` is not a field of the response{hint}"


@pytest.mark.parametrize("name", ["9bad", "two words", "a-b"])
def test_a_variable_that_could_not_be_read_is_a_mistake(name: str) -> None:
    source = (
        "name: p\naction: Heartbeat\nrule:\n  variables:\n"
        f"    - {{ name: {name}, expression: '1' }}\n  match: [{{ response: {{}} }}]\n"
    )
    assert problems(source) == [
        f"5:15: `variables.{name}` can't be read (letters, digits and `_`, with no digit first)"
    ]


def test_an_output_that_is_always_the_same_is_checked() -> None:
    item = "- output: \"{'idTagInfo': {'status': 'Nope'}}\""
    (problem,) = problems(a_policy(item))
    assert problem.startswith("5:41: `idTagInfo.status` can't be `Nope`")


def test_a_problem_of_one_action_among_several_names_it() -> None:
    source = a_policy(
        f"- condition: request.connectorId == 1\n  response: {INVALID}",
        action="[Authorize, StartTransaction]",
    )
    assert problems(source) == [
        "5:26: `request` has no field `connectorId` (in Authorize) (there is `idTag`)"
    ]


def test_variables_are_checked_in_their_order() -> None:
    variables = """
  variables:
    - { name: a, expression: variables.b }
    - { name: b, expression: "1" }
    - { name: b, expression: variables.a }
    - { nme: c, expression: "(" }
"""
    source = a_policy(f"- response: {INVALID}").replace("\n  match", f"{variables}  match")
    assert problems(source) == [
        "5:40: `variables` has no `b`",
        "7:15: the variable `b` is defined twice",
        "8:9: `nme` is not a key of a variable (did you mean `name`?)",
        "8:31: CEL: the expression ends too early (this bracket is not closed: `(`)",
    ]


def test_a_wrong_variable_gives_its_readers_no_problem() -> None:
    source = a_policy(f"- condition: variables.a\n  response: {INVALID}").replace(
        "\n  match", "\n  variables: [{ name: a, expression: '(' }]\n  match"
    )
    assert problems(source) == [
        "4:40: CEL: the expression ends too early (this bracket is not closed: `(`)"
    ]


def test_all_problems_of_a_file_are_shown_at_once() -> None:
    source = """name: doors
actoin: StartTransaction
action: StartTransacton
rule:
  match:
    - condition: !request.open
      response: {}
---
name: doors
action: BootNotification
rule:
  match:
    - response: { status: accepted, interval: "60" }
"""
    assert (
        whole_text(source)
        == """\
p.yaml:2:1: `actoin` is not a key of a policy
    actoin: StartTransaction
    ^
hint: did you mean `action`?

p.yaml:3:9: `StartTransacton` is not an action of OCPP 1.6
    action: StartTransacton
            ^
hint: did you mean `StartTransaction`?

p.yaml:6:18: a value that begins with `!` is read as a YAML tag
        - condition: !request.open
                     ^
hint: quote it: `condition: "!request.open"`

p.yaml:9:7: the policy `doors` is already in p.yaml:1
    name: doors
          ^

p.yaml:13:27: `status` can't be `accepted`
        - response: { status: accepted, interval: "60" }
                              ^
hint: did you mean `Accepted`?

p.yaml:13:47: `interval` must be an integer, not text
        - response: { status: accepted, interval: "60" }
                                                  ^
hint: leave the quotes out"""
    )
