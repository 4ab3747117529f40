"""Vectors of the CEL specification in JSON: values, types and declarations as Python has them."""

import base64
from collections.abc import Mapping
from typing import Any

from engine.cel import Environment
from engine.cel.checking.types import (
    BOOL,
    BYTES,
    DOUBLE,
    DURATION,
    DYN,
    INT,
    NULL,
    STRING,
    TIMESTAMP,
    TYPE,
    UINT,
    Type,
    list_of,
    map_of,
    nullable,
    optional_of,
    struct,
)
from engine.cel.functions.library import LIBRARY
from engine.cel.functions.table import Function, Overload
from engine.cel.values.equality import make_map
from engine.cel.values.kinds import Optional, TypeValue, kind_of
from engine.cel.values.numbers import Uint
from engine.cel.values.time import parse_duration, parse_timestamp

_PRIMITIVES = {
    "BOOL": BOOL,
    "INT64": INT,
    "UINT64": UINT,
    "DOUBLE": DOUBLE,
    "STRING": STRING,
    "BYTES": BYTES,
}
_WELL_KNOWN = {"ANY": DYN, "TIMESTAMP": TIMESTAMP, "DURATION": DURATION}
_NESTED = struct("cel.expr.conformance.proto3.TestAllTypes.NestedMessage", {"bb": INT})


def _test_all_types() -> Type:
    """The specification's test message, as far as its fields have types of CEL."""
    scalars = {
        **dict.fromkeys(("int32", "int64", "sint32", "sint64", "sfixed32", "sfixed64"), INT),
        **dict.fromkeys(("uint32", "uint64", "fixed32", "fixed64"), UINT),
        **dict.fromkeys(("float", "double"), DOUBLE),
        "bool": BOOL,
        "string": STRING,
        "bytes": BYTES,
        "any": DYN,
        "value": DYN,
        "duration": DURATION,
        "timestamp": TIMESTAMP,
        "struct": map_of(STRING, DYN),
        "nested_message": _NESTED,
        "nested_enum": INT,
    }
    fields = {f"single_{name}": type_ for name, type_ in scalars.items()}
    fields |= {f"repeated_{name}": list_of(type_) for name, type_ in scalars.items()}
    fields |= {
        f"map_{key}_{name}": map_of(scalars[key], type_)
        for key in ("bool", "string", "int32", "int64", "uint32", "uint64")
        for name, type_ in scalars.items()
    }
    wrapped = ("int32", "int64", "uint32", "uint64", "float", "double", "bool", "string", "bytes")
    fields |= {f"single_{name}_wrapper": nullable(scalars[name]) for name in wrapped}
    fields |= {f"repeated_{name}_wrapper": list_of(nullable(scalars[name])) for name in wrapped}
    fields |= {"standalone_message": _NESTED, "standalone_enum": INT, "null_value": NULL}
    fields |= {"list_value": list_of(DYN)}
    return struct("cel.expr.conformance.proto3.TestAllTypes", fields)


_MESSAGES: Mapping[str, Type] = {
    "google.protobuf.Timestamp": TIMESTAMP,
    "google.protobuf.Duration": DURATION,
    "google.protobuf.Any": DYN,
    "google.protobuf.Value": DYN,
    "google.protobuf.Struct": map_of(STRING, DYN),
    "google.protobuf.ListValue": list_of(DYN),
    "cel.expr.conformance.proto3.TestAllTypes": _test_all_types(),
    "cel.expr.conformance.proto2.TestAllTypes": _test_all_types(),
}


def read_type(json: Mapping[str, Any]) -> Type:
    """A type as `cel.expr.Type` has it in JSON."""
    ((kind, value),) = json.items()
    match kind:
        case "primitive":
            return _PRIMITIVES[value]
        case "wrapper":
            return nullable(_PRIMITIVES[value])
        case "wellKnown":
            return _WELL_KNOWN[value]
        case "null":
            return NULL
        case "dyn":
            return DYN
        case "listType":
            return list_of(read_type(value["elemType"]))
        case "mapType":
            return map_of(read_type(value["keyType"]), read_type(value["valueType"]))
        case "messageType":
            return _MESSAGES.get(value) or struct(value, {})
        case "typeParam":
            return Type("param", name=value)
        case "type":
            return Type("type", (read_type(value),)) if value else TYPE
        case "abstractType":
            parameters = tuple(map(read_type, value.get("parameterTypes", ())))
            if value["name"] in ("optional", "optional_type"):
                return optional_of(*parameters)
            return Type("opaque", parameters, value["name"])
        case _:
            raise AssertionError(json)


def read_value(json: Mapping[str, Any]) -> Any:
    """A value; see the README beside the vectors."""
    ((kind, value),) = json.items()
    match kind:
        case "null":
            return None
        case "bool" | "string":
            return value
        case "int":
            return int(value)
        case "uint":
            return Uint(value)
        case "double":
            return float(value)
        case "bytes":
            return base64.b64decode(value)
        case "type":
            return TypeValue(value)
        case "list":
            return [read_value(item) for item in value]
        case "map":
            return make_map([read_value(k) for k, _ in value], [read_value(v) for _, v in value])
        case "timestamp":
            return parse_timestamp(value)
        case "duration":
            return parse_duration(value)
        case "optional":
            return Optional(read_value(value)) if value else Optional(None, present=False)
        case _:
            raise AssertionError(json)


def same(left: Any, right: Any) -> bool:
    """Whether two values are of one type and the same: NaN is NaN, 1 is not 1.0."""
    kind = kind_of(left)
    if kind != kind_of(right):
        return False
    match kind:
        case "double":
            return repr(left) == repr(right)
        case "list":
            return len(left) == len(right) and all(map(same, left, right))
        case "map":
            return len(left) == len(right) and all(
                key in right and same(value, right[key]) for key, value in left.items()
            )
        case "optional":
            return left.present == right.present and same(left.value, right.value)
        case _:
            return bool(left == right)


def read_environment(vector: Mapping[str, Any]) -> Environment:
    """The declarations of a vector; what is bound without one is dyn."""
    variables = dict.fromkeys(vector.get("bindings", {}), DYN)
    functions: list[Function] = []
    for declaration in vector.get("type_env", ()):
        name = declaration["name"]
        if "ident" in declaration:
            variables[name] = read_type(declaration["ident"]["type"])
        else:
            functions.append(_read_function(name, declaration["function"]["overloads"]))
    return Environment(
        variables=variables,
        functions=LIBRARY.with_rows(*functions),
        container=vector.get("container", ""),
    )


def _read_function(name: str, overloads: list[Mapping[str, Any]]) -> Function:
    def unimplemented(*arguments: object) -> object:
        raise NotImplementedError(name)

    rows = tuple(
        Overload(
            signature=row["overloadId"],
            compute=unimplemented,
            parameters=tuple(map(read_type, row.get("params", ()))),
            result=read_type(row["resultType"]),
            member=row.get("isInstanceFunction", False),
        )
        for row in overloads
    )
    return Function(name, "declared by a vector", "true", rows)
