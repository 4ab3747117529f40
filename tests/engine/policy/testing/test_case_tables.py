"""A test with cases stands for one test per case."""

from engine.policy.problems import Problem
from engine.policy.testing.cases import Case, read_cases
from protocol.messages import StartTransactionReq

HEAD = """
action: StartTransaction
request: { idTag: A, meterStart: 0, timestamp: 2026-01-31T12:00:00Z }
tests:
  - """


def read(test: str) -> tuple[list[Case], list[str]]:
    problems: list[Problem] = []
    files = read_cases("a_test.yaml", (HEAD + test).encode(), problems.append)
    shown = [f"{problem.column}: {problem.message}" for problem in problems]
    return [case for file in files for case in file.cases], shown


def connector_and_tag(case: Case) -> tuple[int, str]:
    request = case.facts.request
    assert isinstance(request, StartTransactionReq)
    return request.connector_id, request.id_tag


def test_a_case_changes_some_of_the_test() -> None:
    cases, problems = read("""name: doors
    request: { connectorId: 1 }
    tag: { parentIdTag: VIP }
    expect: { rule: open, policy: doors }
    cases:
      - { name: first }
      - { name: second, request: { connectorId: 2 }, expect: { rule: closed } }
      - { request: { connectorId: 3, idTag: B }, tag: null }
""")
    first, second, third = cases
    assert problems == []
    assert [case.name for case in cases] == ["doors, first", "doors, second", "doors, case 3"]
    assert [case.line for case in cases] == [10, 11, 12]
    assert [connector_and_tag(case) for case in cases] == [(1, "A"), (2, "A"), (3, "B")]
    assert (first.facts.tag is None, third.facts.tag) == (False, None)
    assert second.expect == {"rule": "closed", "policy": "doors"}
    assert first.expect == third.expect == {"rule": "open", "policy": "doors"}


def test_mistakes_in_a_table_are_reported_at_their_places() -> None:
    row = "{ request: { connectorId: 1 }, expect: { rule: x }"
    assert read("{ name: a, cases: [] }")[1] == ["23: `cases` is empty: nothing would be tested"]
    assert read("{ name: a, cases: x }")[1] == ["23: `cases` must be a list, not text"]
    assert read(f"{{ cases: [{row} }}] }}")[1] == ["5: the test has no `name`"]
    assert read(f"{{ name: a, cases: [{row}, cases: [] }}] }}")[1] == [
        "76: a case has no cases of its own"
    ]
    assert read(f"{{ name: a, cases: [{row}, titles: x }}] }}")[1] == [
        "76: `titles` is not a key of a test"
    ]
    assert read(f"{{ name: a, titles: b, cases: [{row} }}] }}")[1] == [
        "16: `titles` is not a key of a test"
    ]
    assert len(read("{ name: a, cases: [x] }")[1]) == 1
