"""Results of policy tests as JUnit XML, which CI systems show."""

import re
from collections.abc import Iterable
from itertools import groupby
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from engine.policy.problems import Problem
from engine.policy.testing.runs import TestReport, TestResult

_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""XML 1.0 has no way to write these characters."""


def as_junit(report: TestReport) -> str:
    """A suite per test file, a case per test; each problem of a file is an error in its suite."""
    root = Element("testsuites", name="voltrule")
    by_file = groupby(report.results, key=lambda result: result.case.file)
    results = {file: list(group) for file, group in by_file}
    problems: dict[str, list[Problem]] = {}
    for problem in report.problems:
        if problem.severity == "error":
            problems.setdefault(problem.file, []).append(problem)
    for file in sorted(results.keys() | problems.keys()):
        _suite(root, file, results.get(file, []), problems.get(file, []))
    _count(root, root.iter("testcase"))
    indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(root, encoding="unicode")}\n'


def _suite(
    root: Element, file: str, results: Iterable[TestResult], problems: Iterable[Problem]
) -> None:
    suite = SubElement(root, "testsuite", name=_clean(file))
    for result in results:
        case = _case(suite, file, result.case.name, result.case.line)
        if result.failures:
            _said(case, "failure", result.failures[0], result.text())
    for problem in problems:
        case = _case(suite, file, str(problem), problem.line)
        _said(case, "error", problem.message, "\n".join(filter(None, [str(problem), problem.hint])))
    _count(suite, suite)


def _case(suite: Element, file: str, name: str, line: int) -> Element:
    file = _clean(file)
    attributes = {"classname": file.rpartition(".")[0] or file, "name": _clean(name)}
    return SubElement(suite, "testcase", attributes, file=file, line=str(line), time="0")


def _said(case: Element, kind: str, message: str, text: str) -> None:
    SubElement(case, kind, message=_clean(message)).text = _clean(text)


def _count(element: Element, cases: Iterable[Element]) -> None:
    """The numbers that readers want at a suite and at the root."""
    all_cases = list(cases)
    element.set("tests", str(len(all_cases)))
    for key, kind in (("failures", "failure"), ("errors", "error")):
        element.set(key, str(sum(case.find(kind) is not None for case in all_cases)))
    element.set("skipped", "0")
    element.set("time", "0")


def _clean(text: str) -> str:
    return _NOT_IN_XML.sub("\N{REPLACEMENT CHARACTER}", text)
