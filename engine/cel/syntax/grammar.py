"""
cel-python's grammar, amended where the CEL specification says otherwise or has grown since.

The specification's grammar: langdef.md, "Syntax", and Cel.g4 of its reference parsers.
"""

import re
from importlib.util import find_spec
from pathlib import Path

from engine.cel.syntax.tokens import LONG_TEXTS, SHORT_TEXTS


def _any_of(patterns: tuple[str, ...]) -> str:
    return "|".join(f"/{pattern}/" for pattern in patterns)


AMENDMENTS = {
    # Levels that only order the operators leave no trace in the tree.
    "expr": '?expr: conditionalor ["?" conditionalor ":" expr]',
    "conditionalor": '?conditionalor: [conditionalor "||"] conditionaland',
    "conditionaland": '?conditionaland: [conditionaland "&&"] relation',
    "relation": "?relation: [relation_lt | relation_le | relation_ge | relation_gt"
    " | relation_eq | relation_ne | relation_in] addition",
    "addition": "?addition: [addition_add | addition_sub] multiplication",
    "multiplication": "?multiplication: [multiplication_mul | multiplication_div"
    " | multiplication_mod] unary",
    "unary": "?unary: member | unary_not unary | unary_neg unary",
    "primary": "?primary: literal | dot_ident_arg | dot_ident | ident_arg"
    " | paren_expr | list_lit | map_lit | ident",
    # Optional syntax (`.?`, `[?`, `{?`), quoted field names, trailing commas.
    "member": "?member: member_dot | member_dot_arg | member_index | member_object"
    " | member_opt_dot | member_opt_index | primary",
    "member_dot": 'member_dot: member "." (IDENT | ESC_IDENT)',
    "member_opt_dot": 'member_opt_dot: member "." "?" (IDENT | ESC_IDENT)',
    "member_opt_index": 'member_opt_index: member "[" "?" expr "]"',
    "member_object": 'member_object: member "{" [_fieldinits [","]] "}"',
    "list_lit": 'list_lit: "[" [_elements [","]] "]"',
    "_elements": '_elements: _element | _elements "," _element',
    "_element": "_element: expr | optional_element",
    "optional_element": 'optional_element: "?" expr',
    "map_lit": 'map_lit: "{" [_mapinits [","]] "}"',
    "mapinits": '_mapinits: _mapinit | _mapinits "," _mapinit',
    "_mapinit": "_mapinit: map_entry | optional_map_entry",
    "map_entry": 'map_entry: expr ":" expr',
    "optional_map_entry": 'optional_map_entry: "?" expr ":" expr',
    "fieldinits": '_fieldinits: _fieldinit | _fieldinits "," _fieldinit',
    "_fieldinit": "_fieldinit: field_entry | optional_field_entry",
    "field_entry": 'field_entry: (IDENT | ESC_IDENT) ":" expr',
    "optional_field_entry": 'optional_field_entry: "?" (IDENT | ESC_IDENT) ":" expr',
    "ESC_IDENT": "ESC_IDENT: /`[a-zA-Z0-9_.\\-\\/ ]+`/",
    # `42.size()` is no float, `-1u` no literal; quotes end where the specification says.
    "INT_LIT": "INT_LIT: /-?(0x[0-9a-fA-F]+|[0-9]+)/",
    "UINT_LIT": "UINT_LIT.2: /(0x[0-9a-fA-F]+|[0-9]+)[uU]/",
    "FLOAT_LIT": "FLOAT_LIT.2: /-?([0-9]+\\.[0-9]+([eE][+-]?[0-9]+)?|[0-9]+[eE][+-]?[0-9]+"
    "|\\.[0-9]+([eE][+-]?[0-9]+)?)/",
    "STRING_LIT": f"STRING_LIT.2: {_any_of(SHORT_TEXTS)}",
    "MLSTRING_LIT": f"MLSTRING_LIT.3: {_any_of(LONG_TEXTS)}",
    "BYTES_LIT": "BYTES_LIT.4: /[bB]/ (MLSTRING_LIT | STRING_LIT)",
    "BOOL_LIT": "",
    "NULL_LIT": "",
    "RESERVED": "",
    "literal": "literal: UINT_LIT | FLOAT_LIT | INT_LIT | MLSTRING_LIT | STRING_LIT | BYTES_LIT",
}
"""
Rules and terminals by name, in place of cel-python's or in addition; "" drops one.

`true`, `false` and `null` are read as names and told apart afterwards: a grammar of lark
can't say that a name is any word but these.
"""

_DEFINITION = re.compile(r"^\??(\w+)(?:\.\d+)?[ \t]*:.*(?:\n[ \t]+.*)*", re.MULTILINE)


def amended_grammar() -> str:
    """The grammar's text: cel-python's definitions, with the amendments in their place."""
    spec = find_spec("celpy")  # importing celpy itself would load its whole interpreter
    assert spec is not None
    assert spec.submodule_search_locations is not None
    theirs = (Path(spec.submodule_search_locations[0]) / "cel.lark").read_text(encoding="utf-8")
    definitions = {match[1]: match[0] for match in _DEFINITION.finditer(theirs)}
    definitions.update(AMENDMENTS)
    return "\n".join((*definitions.values(), "%ignore WHITESPACE", "%ignore COMMENT", ""))
