"""
CEL, the Common Expression Language, compiled: text → tree → types → Python function.

`compile` makes an `Expression` of a text and an `Environment`. Pure: no I/O, no clock.
"""

from engine.cel.checking.environment import Environment
from engine.cel.checking.structs import struct_type, type_of_value
from engine.cel.errors import (
    CelError,
    CelProblem,
    CelSyntaxError,
    CelTypeError,
    CostExceeded,
    EvaluationError,
)
from engine.cel.expression import Expression, Step, Trace, compile

__all__ = [
    "CelError",
    "CelProblem",
    "CelSyntaxError",
    "CelTypeError",
    "CostExceeded",
    "Environment",
    "EvaluationError",
    "Expression",
    "Step",
    "Trace",
    "compile",
    "struct_type",
    "type_of_value",
]
