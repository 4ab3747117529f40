"""`docs/policy-language.md` says what is so: its examples run, its tables are complete."""

import json
import re
import shlex
from pathlib import Path

import msgspec
import pytest

from engine import cel
from engine.cel.functions.domain import DOMAIN
from engine.policy.defaults import ANSWERS, Row
from engine.policy.explaining.explanation_text import RESULTS
from engine.policy.facts import (
    FACTS,
    ChargePoint,
    Connector,
    ConnectReq,
    Counters,
    Fact,
    RemoteStart,
    Reservation,
    Tag,
    Transaction,
)
from engine.policy.reading.columns import KINDS
from engine.policy.reading.documents import ON_ERROR, POLICY_KEYS
from engine.policy.reading.rules import ITEM_KEYS, RULE_KEYS
from engine.policy.testing.cases import CASE_KEYS, EXPECT_KEYS, FILE_KEYS
from engine.policy.testing.coverage import coverage_of
from engine.policy.testing.runs import test_files
from protocol import payloads
from protocol.types import Message
from tests.engine.cli.running import voltrule
from tests.engine.policy.building import doc_rejected, examples_in

PAGE = (Path(__file__).parents[3] / "docs" / "policy-language.md").read_text()
EXAMPLES = examples_in(PAGE)


def section(title: str) -> str:
    return PAGE.split(f"\n## {title}\n")[1].split("\n## ")[0]


def rows(text: str) -> list[list[str]]:
    """The cells of the tables in a text, without heads."""
    lines = [line for line in text.split("\n") if line.startswith("| `")]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


def words(text: str) -> list[str]:
    return re.findall(r"`([^`]+)`", text)


def names(text: str) -> list[str]:
    return re.findall(r"`(\w+)`", text)


def test_the_examples_are_good_policies_and_pass_their_tests() -> None:
    report = test_files(EXAMPLES)
    assert report.text() == f"{len(report.results)} passed, 0 failed"
    assert len(report.results) >= 14


def test_the_example_of_a_test_that_fails_looks_like_that() -> None:
    doors = EXAMPLES["doors.yaml"].replace(b"connectorId != 1", b"connectorId == 3")
    tests = EXAMPLES["connectors_test.yaml"]
    (failed,) = test_files({"doors.yaml": doors, "connectors_test.yaml": tests}).failures
    assert failed.text() in PAGE


def test_the_example_of_coverage_looks_like_that() -> None:
    files = {name: EXAMPLES[name] for name in ("doors.yaml", "connectors_test.yaml")}
    assert coverage_of(test_files(files)).text() in PAGE


def test_the_example_of_an_explanation_looks_like_that(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    text = section("Why was it answered so")
    (tmp_path / "policies").mkdir()
    for name in ("variables.yaml", "trial.yaml"):
        (tmp_path / "policies" / name).write_bytes(EXAMPLES[name])
    ((file, content),) = re.findall(r"```yaml fact=(\S+)\n(.*?)```", text, re.DOTALL)
    (tmp_path / file).write_text(content)
    ((command, output),) = re.findall(r"```console\n\$ voltrule (.*?)\n(.*?)```", text, re.DOTALL)
    monkeypatch.chdir(tmp_path)
    assert voltrule(monkeypatch, *shlex.split(command)) == 0
    assert capsys.readouterr().out == output


def test_every_result_of_a_policy_is_listed() -> None:
    listed = {name for row in rows(section("Why was it answered so")) for name in words(row[0])}
    said = {text.partition(":")[0].partition(",")[0] for text in RESULTS.values()}
    assert listed == said - {"no rule"}


def test_the_example_of_a_mistake_looks_like_that() -> None:
    assert doc_rejected(EXAMPLES["doors.yaml"].decode()) in PAGE


@pytest.mark.parametrize(("expression", "value"), rows(section("Expressions")))
def test_each_expression_has_the_value_it_is_said_to_have(expression: str, value: str) -> None:
    text = expression.strip("`").replace("\\|", "|")
    assert cel.compile(text).evaluate({}) == cel.compile(value.strip("`")).evaluate({})


def test_every_function_that_is_made_for_charging_is_named() -> None:
    listed = section("Expressions").split("Some are made for charging: ")[1].split("\n")[0]
    assert names(listed) == [function.name for function in DOMAIN]


def test_every_fact_and_each_of_its_fields_is_listed() -> None:
    facts, fields = section("Facts").split("### Counters")[0].split("| fact | fields |")
    listed = {row[0].strip("`") for row in rows(facts)}
    assert listed == {*FACTS, "constants", "variables", "data"}
    structs: dict[str, type[Fact]] = {
        "chargePoint": ChargePoint,
        "connector": Connector,
        "tag": Tag,
        "parentTag": Tag,
        "transaction": Transaction,
        "reservation": Reservation,
        "counters": Counters,
        "remoteStart": RemoteStart,
    }
    assert {row[0].strip("`"): names(row[1]) for row in rows(fields)} == {
        name: [field.encode_name for field in msgspec.structs.fields(struct)]
        for name, struct in structs.items()
    }


def test_each_counter_is_said_to_be_something() -> None:
    listed = [row[0].strip("`") for row in rows(section("Facts").split("### Counters")[1])]
    assert listed == [field.encode_name for field in msgspec.structs.fields(Counters)]


def test_the_request_of_a_handshake_is_listed() -> None:
    listed = [row[0].strip("`") for row in rows(section("Who may connect"))]
    assert listed == [field.encode_name for field in msgspec.structs.fields(ConnectReq)]


def test_every_key_is_listed() -> None:
    keys = [row[0].strip("`") for row in rows(section("Keys of a policy"))]
    assert keys == [*POLICY_KEYS, *ITEM_KEYS]
    assert set(RULE_KEYS) <= set(names(section("Keys of a policy")))
    assert {*FILE_KEYS, *CASE_KEYS, *EXPECT_KEYS} - {"description"} <= set(names(section("Tests")))
    assert set(ON_ERROR) <= set(names(section("When a policy fails")))


def test_every_type_of_column_is_listed() -> None:
    assert [row[0].strip("`") for row in rows(section("Tables"))] == list(KINDS)


def shown(answer: Message | None, row: Row) -> str:
    if answer is None:
        return "—"
    plain = payloads.to_builtins(answer)
    return f"`{json.dumps({k: v for k, v in plain.items() if k not in row.owned})}`"


def test_the_built_in_answers_are_listed() -> None:
    assert rows(section("Built-in answers")) == [
        [
            f"`{action}`",
            row.default_text,
            "the same" if row.failure is None else shown(row.failure, row),
            shown(row.deny, row),
        ]
        for action, row in ANSWERS.items()
    ]
