"""
CEL, the Common Expression Language, compiled: text → tree → types → Python function.

`compile` makes an `Expression` of a text and an `Environment`. Pure: no I/O, no clock.
"""

from engine.cel.checking.constants import Constants, map_type, type_of_value
from engine.cel.checking.environment import Environment
from engine.cel.checking.findings import known as there_is
from engine.cel.checking.findings import suggestion as did_you_mean
from engine.cel.checking.structs import fields_of, struct_type
from engine.cel.checking.substitution import may_be
from engine.cel.checking.types import (
    BOOL,
    DOUBLE,
    DURATION,
    DYN,
    INT,
    STRING,
    TIMESTAMP,
    StructField,
    Type,
    enumeration,
    list_of,
    map_of,
    not_null,
    nullable,
    struct,
)
from engine.cel.choice import Choice, compile_choice
from engine.cel.errors import (
    CelError,
    CelProblem,
    CelSyntaxError,
    CelTypeError,
    CostExceeded,
    EvaluationError,
)
from engine.cel.expression import Expression, Step, Trace, compile
from engine.cel.generating.choosing import NO_ITEM, Branch
from engine.cel.logic import Condition, Mark, always_fails
from engine.cel.outline import Choices, Known, Listed, Mapped, Outline, Unknown, outline
from engine.cel.parts import Part, boolean_parts, conjuncts, is_literally, shown_parts, whole_part
from engine.cel.plain import duration_of, plain_value, text_of, timestamp_of
from engine.cel.values.limits import COST_LIMIT
from engine.cel.weight import Weight, weight

__all__ = [
    "BOOL",
    "COST_LIMIT",
    "DOUBLE",
    "DURATION",
    "DYN",
    "INT",
    "NO_ITEM",
    "STRING",
    "TIMESTAMP",
    "Branch",
    "CelError",
    "CelProblem",
    "CelSyntaxError",
    "CelTypeError",
    "Choice",
    "Choices",
    "Condition",
    "Constants",
    "CostExceeded",
    "Environment",
    "EvaluationError",
    "Expression",
    "Known",
    "Listed",
    "Mapped",
    "Mark",
    "Outline",
    "Part",
    "Step",
    "StructField",
    "Trace",
    "Type",
    "Unknown",
    "Weight",
    "always_fails",
    "boolean_parts",
    "compile",
    "compile_choice",
    "conjuncts",
    "did_you_mean",
    "duration_of",
    "enumeration",
    "fields_of",
    "is_literally",
    "list_of",
    "map_of",
    "map_type",
    "may_be",
    "not_null",
    "nullable",
    "outline",
    "plain_value",
    "shown_parts",
    "struct",
    "struct_type",
    "text_of",
    "there_is",
    "timestamp_of",
    "type_of_value",
    "weight",
    "whole_part",
]
