"""Results as JUnit XML: what the readers of CI systems want to find."""

from xml.etree.ElementTree import fromstring

from engine.policy.testing.junit import as_junit
from engine.policy.testing.runs import test_files

POLICY = "name: beat\naction: Heartbeat\nrule: { match: [{ id: one, response: {} }] }\n"
TESTS = """
action: Heartbeat
tests:
  - { name: "good <&>", expect: { rule: one } }
  - { name: "bad \\u0007", expect: { rule: two } }
"""


def junit(**files: str) -> str:
    by_name = {f"{name}.yaml": text.encode() for name, text in files.items()}
    return as_junit(test_files(by_name))


def test_there_is_a_suite_per_file_and_a_case_per_test() -> None:
    assert (
        junit(beat=POLICY, beat_test=TESTS)
        == """\
<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="voltrule" tests="2" failures="1" errors="0" skipped="0" time="0">
  <testsuite name="beat_test.yaml" tests="2" failures="1" errors="0" skipped="0" time="0">
    <testcase classname="beat_test" name="good &lt;&amp;&gt;" file="beat_test.yaml" line="4" time="0" />
    <testcase classname="beat_test" name="bad \N{REPLACEMENT CHARACTER}" file="beat_test.yaml" line="5" time="0">
      <failure message="rule: expected &quot;two&quot;, got &quot;one&quot;">FAILED beat_test.yaml:5 bad \N{REPLACEMENT CHARACTER}
  rule: expected "two", got "one"
  decided by `beat`, rule `one`
    beat.yaml:3:17: `beat`, item `one`: always fires</failure>
    </testcase>
  </testsuite>
</testsuites>
"""  # noqa: E501
    )


def test_problems_are_errors_in_the_suite_of_their_file() -> None:
    root = fromstring(junit(beat=POLICY.replace("Heartbeat", "Heartbeet"), beat_test=TESTS))
    (suite,) = root
    (case,) = suite
    assert (suite.get("name"), suite.get("errors"), root.get("errors")) == ("beat.yaml", "1", "1")
    assert case.attrib == {
        "classname": "beat",
        "name": "beat.yaml:2:9: `Heartbeet` is not an action of OCPP 1.6",
        "file": "beat.yaml",
        "line": "2",
        "time": "0",
    }
    assert case[0].attrib == {"message": "`Heartbeet` is not an action of OCPP 1.6"}


def test_no_tests_are_an_empty_report() -> None:
    root = fromstring(junit(beat=POLICY))
    assert (root.get("tests"), len(root)) == ("0", 0)
