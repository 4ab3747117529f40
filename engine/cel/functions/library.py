"""All functions, from the specification's to charging's, in one table."""

from engine.cel.functions.collections import (
    ENCODERS,
    LISTS,
    OPTIONALS,
    SETS,
    reverse_list,
)
from engine.cel.functions.conversions import CONVERSIONS
from engine.cel.functions.domain import DOMAIN
from engine.cel.functions.numbers import MATH
from engine.cel.functions.standard import STANDARD
from engine.cel.functions.strings import STRINGS, reverse_text
from engine.cel.functions.table import Functions, function

REVERSE = function(
    "reverse",
    "The characters or elements from the last to the first.",
    "'abc'.reverse() == 'cba' && [1, 2].reverse() == [2, 1]",
    {
        "string.reverse() -> string": reverse_text,
        "list(A).reverse() -> list(A)": reverse_list,
    },
)

LIBRARY = Functions(
    (
        *CONVERSIONS,
        *STANDARD,
        *STRINGS,
        *MATH,
        *LISTS,
        REVERSE,
        *SETS,
        *ENCODERS,
        *OPTIONALS,
        *DOMAIN,
    )
)
