"""The schemas for editors take what the readers take, and refuse typical mistakes."""

from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from engine.policy import read_directory
from engine.policy.editors import case_schemas, editor_schemas
from engine.policy.editors.editor_schemas import NAMES, editor_schema
from engine.policy.files import is_shared, is_table, is_test_file
from engine.policy.problems import Problem
from engine.policy.reading.documents import POLICY_KEYS
from engine.policy.reading.imports import IMPORT_KEYS
from engine.policy.reading.rules import ITEM_KEYS, RULE_KEYS
from engine.policy.reading.variables import VARIABLE_KEYS
from engine.policy.testing.cases import CASE_KEYS, EXPECT_KEYS, FILE_KEYS, read_cases
from engine.policy.testing.fixtures import FIXTURES
from engine.policy.testing.runs import check_files
from engine.policy.yaml import yaml_text
from engine.policy.yaml.nodes import plain
from tests.engine.policy.building import a_policy, problems
from tests.engine.policy.test_policy_language import EXAMPLES

SHIPPED = read_directory(Path(__file__).parents[4] / "policies")
VALIDATORS = {name: Draft202012Validator(editor_schema(name)) for name in NAMES}

POLICY = """\
name: p
action: Authorize
rule:
  match:
    - id: all
      condition: tag == null
      response: { idTagInfo: { status: Invalid } }
"""
TEST = """\
action: Authorize
tests:
  - name: nobody knows it
    request: { idTag: CARD-1 }
    tag: null
    expect: { response: { idTagInfo: { status: Invalid } } }
"""


def schema_of(file: str) -> str:
    named = {"table": is_table, "test": is_test_file, "shared": is_shared}
    return next((name for name, holds in named.items() if holds(file)), "policy")


def mistakes(name: str, text: str | bytes) -> list[str]:
    """What the schema says of the documents of a file."""
    content = text.encode() if isinstance(text, str) else text
    documents = yaml_text.read("f.yaml", content, lambda problem: None)
    return [
        error.message
        for document in documents
        for error in VALIDATORS[name].iter_errors(plain(document))
    ]


def unreadable(text: str) -> list[Problem]:
    """What the reader of tests says."""
    found: list[Problem] = []
    read_cases("p_test.yaml", text.encode(), found.append)
    return found


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_is_one_of_the_draft_it_names(name: str) -> None:
    schema = editor_schema(name)
    assert schema["$schema"] == Draft202012Validator.META_SCHEMA["$id"]
    Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize("file", [f for f in SHIPPED if f.endswith((".yaml", ".yml"))])
def test_what_is_shipped_fits(file: str) -> None:
    assert mistakes(schema_of(file), SHIPPED[file]) == []


@pytest.mark.parametrize("file", [f for f in EXAMPLES if f.endswith((".yaml", ".yml"))])
def test_the_examples_of_the_documentation_fit(file: str) -> None:
    assert mistakes(schema_of(file), EXAMPLES[file]) == []


def test_every_key_of_the_readers_is_described() -> None:
    tables: dict[str, tuple[str, ...]] = {
        "_POLICY": POLICY_KEYS,
        "_RULE": RULE_KEYS,
        "_IMPORT": IMPORT_KEYS,
        "_VARIABLE": VARIABLE_KEYS,
        "_ITEM": ITEM_KEYS,
    }
    found: Any = {name: tuple(getattr(editor_schemas, name)) for name in tables}
    assert found == tables
    assert tuple(case_schemas.EXPECT) == EXPECT_KEYS
    own = {*case_schemas.FILE, *case_schemas.CASE}
    assert {*FILE_KEYS, *CASE_KEYS} - set(FIXTURES) == own


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("name: p", "nname: p"),
        ("name: p", "name: ''"),
        ("Authorize", "Authorizee"),
        ("Authorize", "[]"),
        ("Authorize", "[Authorize, Authorize]"),
        ("Authorize", "RemoteStartTransaction"),
        ("Authorize", "[Authorize, Heartbeat]"),
        ("name: p", "name: p\npriority: high"),
        ("name: p", "name: p\nenabled: yes"),
        ("name: p", "name: p\non_error: ignore"),
        ("name: p", "name: p\non_error: { response: { idTagInfo: { status: No } } }"),
        ("condition", "conditions"),
        ("tag == null", "[tag]"),
        ("response:", "respond:"),
        ("response:", "output: '{}'\n      response:"),
        ("status: Invalid", "status: Rejected"),
        ("status:", "statusx:"),
        ("status: Invalid", "parentIdTag: X"),
        ("idTagInfo:", "idTaginfo:"),
        ("match:", "matches:"),
        ("Authorize", "Connect"),
    ],
)
def test_a_mistake_in_a_policy_is_refused_by_schema_and_reader(old: str, new: str) -> None:
    assert (mistakes("policy", POLICY), problems(POLICY)) == ([], [])
    wrong = POLICY.replace(old, new, 1)
    assert [mistakes("policy", wrong) != [], problems(wrong) != []] == [True, True]


BESIDE = """\
name: p
action: BootNotification
mode: shadow
valid_from: 2026-01-31
valid_until: 2026-12-31T12:00:00+01:00
scope: { chargePoint: [A, B*], vendor: ABB }
effects:
  - id: reset
    when: decision.source == 'default'
    command: { action: Reset, payload: { type: "${ request.iccid == null ? 'Soft' : 'Hard' }" } }
    throttle: { every: 1h30m }
  - id: told
    event: { name: a.b, message: "x ${ now }", data: { a: [1, "${ tag }"] } }
"""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("mode: shadow", "mode: shadows"),
        ("2026-01-31", "31.1.2026"),
        ("2026-12-31T12:00:00+01:00", "2026-12-31T12:00:00"),
        ("scope: {", "scope: { id: A,"),
        ("[A, B*]", "[]"),
        ("[A, B*]", "[A, A]"),
        ("effects:", "effect:"),
        ("id: reset", "name: reset"),
        ("id: reset", "id: ''"),
        ("action: Reset", "action: Resets"),
        ("action: Reset", "action: Heartbeat"),
        ("action: Reset", "action: ClearCache"),
        ("\"${ request.iccid == null ? 'Soft' : 'Hard' }\"", "Warm"),
        ("type:", "typ:"),
        ("payload:", "body:"),
        ("1h30m", "hourly"),
        ("1h30m", "60"),
        ("every:", "each:"),
        ("name: a.b", "name: a b"),
        ("name: a.b,", ""),
        ('{ a: [1, "${ tag }"] }', "5"),
        ("event:", "events:"),
        ("command:", "event: { name: x }\n    command:"),
    ],
)
def test_a_mistake_beside_the_rule_is_refused_by_schema_and_reader(old: str, new: str) -> None:
    assert (mistakes("policy", BESIDE), problems(BESIDE)) == ([], [])
    wrong = BESIDE.replace(old, new, 1)
    assert [mistakes("policy", wrong) != [], problems(wrong) != []] == [True, True]


def test_a_policy_has_a_rule_or_effects() -> None:
    neither = BESIDE[: BESIDE.index("effects:")]
    assert [mistakes("policy", neither) != [], problems(neither) != []] == [True, True]


def test_what_cannot_be_denied_is_refused() -> None:
    wrong = "name: p\naction: Heartbeat\non_error: deny\nrule: { match: [{ response: {} }] }\n"
    assert [mistakes("policy", wrong) != [], problems(wrong) != []] == [True, True]
    assert not mistakes("policy", wrong.replace("deny", "next"))


def test_a_nested_rule_answers_the_same_action() -> None:
    nested = "{ match: [{ response: { idTagInfo: { status: Invalid } } }] }"
    good = POLICY.replace("response: { idTagInfo: { status: Invalid } }", f"rule: {nested}")
    assert (mistakes("policy", good), problems(good)) == ([], [])
    assert mistakes("policy", good.replace("Invalid", "Rejected"))


def test_an_item_of_an_aggregate_may_say_a_part() -> None:
    parts = POLICY.replace(
        "match:", "aggregate:\n    - response: { idTagInfo: { status: Blocked } }"
    )
    parts = parts.replace("status: Invalid", "parentIdTag: A")
    assert (mistakes("policy", parts), problems(parts)) == ([], [])
    assert mistakes("policy", parts.replace("parentIdTag", "parentIDTag"))
    assert mistakes("policy", parts.replace("parentIdTag: A", "status: Rejected"))
    assert mistakes("policy", parts.replace("rule:", "rule:\n  match: [{ response: {} }]"))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("tests:", "test:"),
        ("name:", "nname:"),
        ("Authorize", "Authorise"),
        ("idTag:", "idtag:"),
        ("idTag: CARD-1", "idTag: 5"),
        ("tag: null", "tag: CARD-1"),
        ("tag: null", "tag: { state: Blocked }"),
        ("tag: null", "charger: CP-1"),
        ("expect:", "expected:"),
        ("{ response: { idTagInfo: { status: Invalid } } }", "{}"),
        ("{ response: { idTagInfo: { status: Invalid } } }", "{ exact: true }"),
        ("response", "responses"),
        ("{ response: { idTagInfo: { status: Invalid } } }", "{ effects: none }"),
        ("{ response: { idTagInfo: { status: Invalid } } }", "{ effects: [{ event: {} }] }"),
        ("{ response: { idTagInfo: { status: Invalid } } }", "{ shadow: [{ rule: x }] }"),
    ],
)
def test_a_mistake_in_a_test_is_refused_by_schema_and_reader(old: str, new: str) -> None:
    assert (mistakes("test", TEST), unreadable(TEST)) == ([], [])
    wrong = TEST.replace(old, new, 1)
    assert [mistakes("test", wrong) != [], unreadable(wrong) != []] == [True, True]


def test_a_test_that_expects_what_cannot_be_answered_is_refused() -> None:
    assert mistakes("test", TEST.replace("Invalid", "Rejected"))


def test_a_files_request_is_shared_by_tests_of_other_actions() -> None:
    start = "\n    request: { connectorId: 1 }"
    shared = TEST.replace("tests:", "request: { idTag: CARD-1 }\ntests:").replace(
        "\n    request: { idTag: CARD-1 }", f"\n    action: StartTransaction{start}"
    )
    assert mistakes("test", shared) == []
    assert mistakes("test", shared.replace("connectorId", "connectorID"))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("variables:", "variable:"),
        ("constants: {}", "constants: []"),
        ("name: a", "name: ''"),
        ("name: a", "nme: a"),
        ("expression: now", "expression: []"),
        ("variables:", "action: Heartbeat\nvariables:"),
    ],
)
def test_a_mistake_in_shared_values_is_refused_by_schema_and_reader(old: str, new: str) -> None:
    good = "constants: {}\nvariables: [{ name: a, expression: now }]\n"
    policy = a_policy("- response: {}", action="Heartbeat")
    found = [
        (mistakes("shared", text) != [], check_files(files)[0] is None)
        for text in (good, good.replace(old, new))
        for files in [{"shared.yaml": text.encode(), "p.yaml": policy.encode()}]
    ]
    assert found == [(False, False), (True, True)]


def test_a_table_is_any_value_but_nothing() -> None:
    assert mistakes("table", "a: { b: [1, 2026-01-01, null] }\n") == []
    assert not VALIDATORS["table"].is_valid(None)
