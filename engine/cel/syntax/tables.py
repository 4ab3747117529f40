"""
The parser's tables, made beforehand: lark takes 0.2 s to make them of the grammar.

They are used only for the grammar and by the version of lark that they were made with: `make
tables` makes them anew.
"""

import hashlib
import json
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from lark import Lark
from lark.grammar import Rule
from lark.lexer import TerminalDef

FILE = Path(__file__).with_name("tables.json")


def load(grammar: str) -> Lark | None:
    """A parser of the tables; None where they are not those of this grammar."""
    try:
        tables = json.loads(FILE.read_bytes(), object_hook=_with_numbers)
    except OSError:
        return None
    if tables["of"] != _of(grammar):
        return None
    make: Callable[..., Lark] = Lark._load_from_dict
    return make(tables["data"], tables["memo"])


def save(parser: Lark, grammar: str) -> None:
    """Writes the tables of a parser that lark made of the grammar."""
    data, memo = parser.memo_serialize([TerminalDef, Rule])
    tables = {"of": _of(grammar), "data": data, "memo": memo}
    FILE.write_text(json.dumps(tables, separators=(",", ":")) + "\n", encoding="utf-8")


def _of(grammar: str) -> list[str]:
    return [version("lark"), hashlib.sha256(grammar.encode()).hexdigest()]


def _with_numbers(entries: dict[str, Any]) -> dict[Any, Any]:
    """Numbers as keys are text in JSON."""
    return {int(key) if key.isdecimal() else key: value for key, value in entries.items()}
