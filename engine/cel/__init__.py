"""
Expressions in CEL, the Common Expression Language, behind one seam.

Nothing outside this folder knows which library parses or evaluates them.
"""

from engine.cel.declarations import Complaint, Names, check, did_you_mean, fields_of
from engine.cel.errors import CelSyntaxError, EvaluationError
from engine.cel.expression import Expression, compile
from engine.cel.values import Scope, prepare

__all__ = [
    "CelSyntaxError",
    "Complaint",
    "EvaluationError",
    "Expression",
    "Names",
    "Scope",
    "check",
    "compile",
    "did_you_mean",
    "fields_of",
    "prepare",
]
