"""
The parser's tables, made beforehand of the grammar: `make tables` makes them anew.

They are those of lark. Making them takes it 0.2 s, and following them in a loop of our own takes
a tenth of its time: no tree is made that another one is made of.
"""

from pathlib import Path

import msgspec

FILE = Path(__file__).with_name("tables.json")

END = "$END"
"""The kind of the token behind the last one."""


class Rule(msgspec.Struct, frozen=True, array_like=True):
    """`origin: expansion`."""

    origin: str
    expansion: tuple[str, ...]
    is_level: bool
    """Whether it only orders the operators, and stands for what it consists of."""


class State(msgspec.Struct, frozen=True, array_like=True):
    """How far a text was read."""

    kinds: tuple[str, ...]
    """The kinds of tokens that may follow, in the order in which they are tried."""
    actions: dict[str, int]
    """By the kind of the next token: the state that it leads to, or `~` of the rule that ends."""
    after: dict[str, int]
    """By the origin of a rule that ended here: the state that it leads to."""


class Tables(msgspec.Struct, frozen=True):
    """All that is known about the grammar."""

    start: int
    end: int
    tokens: dict[str, str]
    """By kind the regular expression of a token, in the order in which they are tried."""
    keywords: dict[str, str]
    """By text the kind of a token that looks like a name."""
    ignored: tuple[str, ...]
    rules: tuple[Rule, ...]
    states: tuple[State, ...]

    def encoded(self) -> bytes:
        return msgspec.json.encode(self) + b"\n"


def load() -> Tables:
    return msgspec.json.decode(FILE.read_bytes(), type=Tables)
