"""A test gives its own tables: as they would stand in their files."""

from engine.policy.testing.coverage import coverage_of
from engine.policy.testing.runs import TestReport
from engine.policy.testing.runs import test_files as run_files

POLICY = """\
name: vips
action: Authorize
rule:
  match:
    - id: gold
      condition: request.idTag in data.vips && data.vips[request.idTag].level >= data.limits.gold
      response: { idTagInfo: { status: Accepted } }
"""
TABLES = {"data/vips.csv": b"idTag,level:int\nA,1\n", "data/limits.yaml": b"gold: 3\n"}


def run(tests: str) -> TestReport:
    head = "action: Authorize\nrequest: { idTag: A }\n"
    return run_files(
        {"vips.yaml": POLICY.encode(), "vips_test.yaml": (head + tests).encode(), **TABLES}
    )


def test_tables_of_a_test_stand_for_those_of_the_files() -> None:
    report = run("""\
data: { vips: "idTag,level:int\\nA,5\\n" }
tests:
  - { name: with the table of the file, expect: { rule: gold } }
  - { name: with one of its own, data: { limits: { gold: 6 } }, expect: { source: default } }
  - name: case by case
    data: { limits: { gold: 1 } }
    expect: { rule: gold }
    cases:
      - { name: the csv, data: { vips: "idTag,level:int\\nA,2\\n" } }
      - { name: another type of file, data: { vips: { A: { level: 2 } } } }
""")
    assert report.text() == "4 passed, 0 failed"


def test_without_them_the_files_count() -> None:
    assert run("tests: [{ name: a, expect: { source: default } }]").passed


def test_coverage_counts_what_was_seen_with_other_tables() -> None:
    report = run("""\
tests:
  - { name: too low, expect: { source: default } }
  - { name: unknown, request: { idTag: B }, expect: { source: default } }
  - { name: gold, data: { limits: { gold: 1 } }, expect: { rule: gold } }
""")
    assert coverage_of(report).text() == (
        "vips.yaml: 100% (6 of 6)\n  vips: 100% (6 of 6)\n\ncoverage: 100% (6 of 6)"
    )


def problems(data: str) -> list[str]:
    report = run(f"tests:\n  - name: a\n    data: {data}\n    expect: {{ rule: gold }}\n")
    return [f"{each}" + (f" ({each.hint})" if each.hint else "") for each in report.problems]


def test_a_table_that_is_not_there_is_a_mistake() -> None:
    assert problems("{ vip: { A: { level: 1 } } }") == [
        "vips_test.yaml:5:13: there is no table `data.vip` (did you mean `vips`?)"
    ]


def test_a_mistake_in_a_table_is_said_where_the_table_is_given() -> None:
    (problem,) = problems('{ vips: "idTag,level:int\\nA,many\\n" }')
    assert problem.startswith("vips_test.yaml:5:19: `data.vips`, line 2, column 3: ")


def test_a_table_that_the_policies_can_not_read_is_a_mistake() -> None:
    (problem,) = problems("{ limits: { silver: 1 } }")
    assert problem.startswith(
        "vips_test.yaml:5:21: the policies can't be read with these tables: vips.yaml:6:"
    )


def test_tables_must_be_a_mapping() -> None:
    assert problems("[]")[0] == (
        "vips_test.yaml:5:11: `data` must be a mapping from the names of tables to what is in"
        " them, not a list"
    )
