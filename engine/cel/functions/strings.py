"""The strings extension. cel-spec doc/extensions/strings.md."""

import re
from collections.abc import Sequence

from engine.cel.errors import Failure
from engine.cel.functions.formatting import format_text
from engine.cel.functions.table import Function, function
from engine.cel.values.limits import check_list, check_text

_SPACES = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(
    map(chr, range(0x2000, 0x200B))
)
_TO_LOWER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}
_TO_UPPER = {code: code - 32 for code in range(ord("a"), ord("z") + 1)}
_QUOTED = {
    "\a": "\\a", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v",
    "\\": "\\\\", '"': '\\"',
}  # fmt: skip
_TO_QUOTE = re.compile(r'[\a\b\f\n\r\t\v\\"]')


def _check_index(index: int, highest: int) -> None:
    if not 0 <= index <= highest:
        raise Failure(f"index out of range: {index}")


def char_at(text: str, index: int) -> str:
    _check_index(index, len(text))
    return text[index : index + 1]


def index_of(text: str, part: str) -> int:
    return text.find(part)


def index_of_after(text: str, part: str, start: int) -> int:
    _check_index(start, len(text))
    return text.find(part, start)


def last_index_of(text: str, part: str) -> int:
    return text.rfind(part)


def last_index_of_before(text: str, part: str, start: int) -> int:
    _check_index(start, len(text))
    return text.rfind(part, 0, start + len(part))


def lower_ascii(text: str) -> str:
    return text.lower() if text.isascii() else text.translate(_TO_LOWER)


def upper_ascii(text: str) -> str:
    return text.upper() if text.isascii() else text.translate(_TO_UPPER)


def replace(text: str, old: str, new: str, limit: int = -1) -> str:
    if len(new) > len(old):
        # Counting is as quick as replacing and needs no memory.
        count = text.count(old)
        most = count if limit < 0 else min(count, limit)
        check_text(len(text) + most * (len(new) - len(old)))
    return text.replace(old, new, max(limit, -1))


def split(text: str, separator: str, limit: int = -1) -> list[str]:
    if limit == 0:
        return []
    if not separator:
        if not text:
            return [""]
        check_list(len(text))
        most = len(text) if limit < 0 else limit - 1
        rest = text[most:]
        return [*text[:most], rest] if rest else list(text)
    check_list(text.count(separator))
    return text.split(separator, limit - 1 if limit > 0 else -1)


def substring(text: str, start: int, end: int | None = None) -> str:
    end = len(text) if end is None else end
    _check_index(start, len(text))
    _check_index(end, len(text))
    if start > end:
        raise Failure(f"invalid substring range: start {start}, end {end}")
    return text[start:end]


def trim(text: str) -> str:
    return text.strip(_SPACES)


def reverse_text(text: str) -> str:
    return text[::-1]


def join(parts: Sequence[str], separator: str = "") -> str:
    check_text(sum(map(len, parts)) + len(separator) * max(len(parts) - 1, 0))
    return separator.join(parts)


def quote(text: str) -> str:
    check_text(len(text))
    return '"' + _TO_QUOTE.sub(lambda match: _QUOTED[match[0]], text) + '"'


STRINGS: tuple[Function, ...] = (
    function("charAt", "The character at an index; empty at the end.",
             "'tacocat'.charAt(3) == 'o'", {"string.charAt(int) -> string": char_at},
             constant_time=True),
    function("indexOf", "Where a text is found first, from an index on; -1 if it is not.",
             "'tacocat'.indexOf('a') == 1",
             {"string.indexOf(string) -> int": index_of,
              "string.indexOf(string, int) -> int": index_of_after}),
    function("lastIndexOf", "Where a text is found last, up to an index; -1 if it is not.",
             "'tacocat'.lastIndexOf('a') == 5",
             {"string.lastIndexOf(string) -> int": last_index_of,
              "string.lastIndexOf(string, int) -> int": last_index_of_before}),
    function("lowerAscii", "The letters A to Z made small.", "'TacoCat'.lowerAscii() == 'tacocat'",
             {"string.lowerAscii() -> string": lower_ascii}),
    function("upperAscii", "The letters a to z made capitals.",
             "'TacoCat'.upperAscii() == 'TACOCAT'", {"string.upperAscii() -> string": upper_ascii}),
    function("replace", "A text replaced by another, at most so many times.",
             "'hello'.replace('l', 'L', 1) == 'heLlo'",
             {"string.replace(string, string) -> string": replace,
              "string.replace(string, string, int) -> string": replace}),
    function("split", "The parts between separators, at most so many.",
             "'a,b,c'.split(',', 2) == ['a', 'b,c']",
             {"string.split(string) -> list(string)": split,
              "string.split(string, int) -> list(string)": split}),
    function("substring", "The characters from an index up to another one.",
             "'tacocat'.substring(0, 4) == 'taco'",
             {"string.substring(int) -> string": substring,
              "string.substring(int, int) -> string": substring}),
    function("trim", "The text without white space around it.", "'  text '.trim() == 'text'",
             {"string.trim() -> string": trim}),
    function("join", "The texts of a list as one.", "['a', 'b'].join('-') == 'a-b'",
             {"list(string).join() -> string": join,
              "list(string).join(string) -> string": join}),
    function("strings.quote", "The text as a literal, with escapes.",
             """strings.quote('say "hi"') == '"say \\\\"hi\\\\""'""",
             {"(string) -> string": quote}),
    function("format", "The text with `%s`, `%d`, `%.2f`, `%e`, `%b`, `%o`, `%x` filled in.",
             "'%s has %d'.format(['a', 1]) == 'a has 1'",
             {"string.format(list(dyn)) -> string": format_text}, cost=50),
)  # fmt: skip
