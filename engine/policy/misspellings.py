"""Payloads in which a field is misspelled: one mistake, although the real one is missing then."""

import re
from collections.abc import Sequence

from protocol.payloads import Problem

_MEANT = re.compile(r"did you mean `([^`]+)`")


def causes(found: Sequence[Problem]) -> list[Problem]:
    """The problems without the missing fields that are there under a similar name."""
    meant = {
        f"{problem.path.rpartition('.')[0]}.{match[1]}".removeprefix(".")
        for problem in found
        if problem.rule == "unknown" and (match := _MEANT.search(problem.message))
    }
    return [each for each in found if each.rule != "missing" or each.path not in meant]
