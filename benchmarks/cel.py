"""
A dozen expressions of real policies, in one run: `python -m benchmarks.cel`.

Compared are: the same condition written by hand in Python, over the same typed requests and
facts; ours; Google's C++ runtime from Python (cel-expr-python); cel-python's interpreter.
Both of these get their values already converted, which in service nobody would do for them.
"""

import statistics
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Literal

import celpy
import msgspec
from cel_expr_python import cel
from cel_expr_python.ext import ext_strings
from celpy import celtypes
from google.protobuf.timestamp_pb2 import Timestamp

from engine.cel import Environment, compile, struct_type
from engine.policy.facts import ChargePoint, Facts, RemoteStart, Tag, Transaction

ROUNDS = 5
_NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)


class SampledValue(msgspec.Struct, frozen=True, rename="camel"):
    value: str
    measurand: str | None = None


class Request(msgspec.Struct, frozen=True, rename="camel"):
    connector_id: int
    id_tag: str
    meter_start: int
    timestamp: datetime
    status: Literal["Available", "Charging", "Faulted"]
    vendor_id: str | None = None
    sampled_value: tuple[SampledValue, ...] = ()


_FACTS = Facts(
    request=Request(
        connector_id=1,
        id_tag="04E91C5A",
        meter_start=1500,
        timestamp=_NOW - timedelta(seconds=5),
        status="Charging",
        vendor_id="com.acme",
        sampled_value=tuple(
            SampledValue(value=str(230 + number), measurand="Voltage") for number in range(5)
        ),
    ),
    charge_point=ChargePoint(
        id="CP-0042",
        registered=True,
        vendor="ABB",
        model="Terra 54",
        firmware_version="1.10.2",
        labels={"site": "north", "tier": "gold"},
        groups=("public", "berlin"),
    ),
    tag=Tag(id_tag="04e91c5a", expiry_date=_NOW + timedelta(days=30), labels={"team": "ops"}),
    transaction=Transaction(
        transaction_id=7,
        charge_point_id="CP-0042",
        connector_id=1,
        id_tag="04E91C5A",
        started_at=_NOW - timedelta(hours=3),
        meter_start=1000,
        id_tag_status="Accepted",
    ),
    remote_start=RemoteStart(connector_id=1, issued_at=_NOW),
    now=_NOW,
)
_TAGS = [f"TAG{number}" for number in range(10)] + ["04E91C5A"]


@dataclass(frozen=True, slots=True)
class Case:
    """An expression and the same by hand; `theirs` where others spell it in another way."""

    text: str
    by_hand: Callable[[Any], object]
    theirs: str | None = None


CASES = (
    Case(
        "request.connectorId == 1 && request.idTag in constants.tags",
        lambda f: f.request.connector_id == 1 and f.request.id_tag in _TAGS,
    ),
    Case("request.connectorId != 1", lambda f: f.request.connector_id != 1),
    Case(
        "tag != null && tag.expiryDate != null && tag.expiryDate <= now",
        lambda f: (
            f.tag is not None and f.tag.expiry_date is not None and f.tag.expiry_date <= f.now
        ),
    ),
    Case(
        "tag == null && remoteStart != null", lambda f: f.tag is None and f.remote_start is not None
    ),
    Case(
        "chargePoint.vendor == 'ABB' && chargePoint.model.startsWith('Terra')",
        lambda f: f.charge_point.vendor == "ABB" and f.charge_point.model.startswith("Terra"),
    ),
    Case(
        "request.status in ['Faulted', 'Charging'] && chargePoint.registered",
        lambda f: f.request.status in ("Faulted", "Charging") and f.charge_point.registered,
    ),
    Case(
        "'site' in chargePoint.labels && chargePoint.labels.site == 'north'",
        lambda f: "site" in f.charge_point.labels and f.charge_point.labels["site"] == "north",
    ),
    Case(
        "now - transaction.startedAt > duration('2h')",
        lambda f: f.now - f.transaction.started_at > timedelta(hours=2),
    ),
    Case(
        "request.meterStart - transaction.meterStart > 400 || request.meterStart < 0",
        lambda f: (
            f.request.meter_start - f.transaction.meter_start > 400 or f.request.meter_start < 0
        ),
    ),
    Case(
        "request.sampledValue.exists(v, v.measurand == 'Voltage' && v.value == '233')",
        lambda f: any(
            v.measurand == "Voltage" and v.value == "233" for v in f.request.sampled_value
        ),
    ),
    Case(
        "'connector ' + string(request.connectorId) + ' of ' + chargePoint.id",
        lambda f: f"connector {f.request.connector_id} of {f.charge_point.id}",
    ),
    Case(
        "sameIdTag(tag.idTag, request.idTag) ? tag.status : 'Invalid'",
        lambda f: f.tag.status if f.tag.id_tag.lower() == f.request.id_tag.lower() else "Invalid",
        "tag.idTag.lowerAscii() == request.idTag.lowerAscii() ? tag.status : 'Invalid'",
    ),
    Case(
        "chargePoint.groups.exists(g, g == 'berlin') && now.getHours() >= 6 && now.getHours() < 22",
        lambda f: (
            any(g == "berlin" for g in f.charge_point.groups)
            and f.now.hour >= 6
            and f.now.hour < 22
        ),
    ),
)


def _environment() -> Environment:
    return Environment.of_struct(
        Facts,
        constants={"constants": {"tags": _TAGS}},
        request=struct_type(Request),
    )


def _plain(value: Any) -> Any:
    """A value as the others want it."""
    match value:
        case msgspec.Struct():
            fields = msgspec.structs.fields(type(value))
            return {row.encode_name: _plain(getattr(value, row.name)) for row in fields}
        case list() | tuple():
            return [_plain(item) for item in value]
        case dict():
            return {key: _plain(item) for key, item in value.items()}
        case _:
            return value


def _with_protobuf_times(value: Any) -> Any:
    """Google's runtime takes times inside of maps only as messages of protobuf."""
    match value:
        case datetime():
            message = Timestamp()
            message.FromDatetime(value)
            return message
        case list():
            return [_with_protobuf_times(item) for item in value]
        case dict():
            return {key: _with_protobuf_times(item) for key, item in value.items()}
        case _:
            return value


def _google(text: str, data: Mapping[str, Any]) -> Callable[[], object]:
    environment = cel.NewEnv(
        variables=dict.fromkeys(data, cel.Type.DYN), extensions=[ext_strings.ExtStrings()]
    )
    expression = environment.compile(text)
    activation = environment.Activation(_with_protobuf_times(data))
    return lambda: expression.eval(activation).value()


def _to_celpy(value: Any) -> Any:
    match value:
        case datetime():
            return celtypes.TimestampType(value)
        case list():
            return celtypes.ListType(map(_to_celpy, value))
        case dict():
            pairs = {celtypes.StringType(key): _to_celpy(item) for key, item in value.items()}
            return celtypes.MapType(pairs)
        case None:
            return None
        case bool():
            return celtypes.BoolType(value)
        case int():
            return celtypes.IntType(value)
        case _:
            return celtypes.StringType(value)


def _interpreter(text: str, data: Mapping[str, Any]) -> Callable[[], object]:
    environment = celpy.Environment()
    functions: dict[str, Any] = {"lowerAscii": lambda text: celtypes.StringType(text.lower())}
    program = environment.program(environment.compile(text), functions=functions)
    activation = {name: _to_celpy(value) for name, value in data.items()}
    return lambda: program.evaluate(activation)


def _seconds(run: Callable[[], object]) -> float:
    """The time of one call: the best of some rounds, each about a hundredth of a second."""
    started = time.perf_counter()
    run()
    times = max(1, min(100_000, int(0.01 / max(time.perf_counter() - started, 1e-7))))
    best = float("inf")
    for _ in range(ROUNDS):
        started = time.perf_counter()
        for _ in range(times):
            run()
        best = min(best, (time.perf_counter() - started) / times)
    return best


def main() -> int:
    environment = _environment()
    data = {**_plain(_FACTS), "constants": {"tags": _TAGS}}
    print(f"{'ours':>8} {'by hand':>8} {'ratio':>6} {'google':>7} {'celpy':>7}  (µs; times ours)")
    rows: list[tuple[float, float, float]] = []
    for case in CASES:
        evaluate = compile(case.text, environment).evaluate
        theirs = case.theirs or case.text
        google, interpreter = _google(theirs, data), _interpreter(theirs, data)
        answers = (evaluate(_FACTS), case.by_hand(_FACTS), google())
        assert answers[0] == answers[1] == answers[2], (case.text, answers)
        ours = _seconds(partial(evaluate, _FACTS))
        hand = _seconds(partial(case.by_hand, _FACTS))
        row = (ours / hand, _seconds(google) / ours, _seconds(interpreter) / ours)
        rows.append(row)
        print(
            f"{ours * 1e6:8.3f} {hand * 1e6:8.3f} {row[0]:5.1f}x {row[1]:6.1f}x {row[2]:6.0f}x"
            f"  {case.text}"
        )
    ratio, google_ratio, interpreter_ratio = zip(*rows, strict=True)
    print(
        f"median {statistics.median(ratio):.2f} times by hand (wanted: at most 3);"
        f" slowest {min(google_ratio):.1f} times faster than Google's (wanted: above 1);"
        f" median {statistics.median(interpreter_ratio):.0f} times faster than cel-python"
        f" (wanted: at least 300)"
    )
    good = statistics.median(ratio) <= 3 and min(google_ratio) > 1
    return 0 if good and statistics.median(interpreter_ratio) >= 300 else 1


if __name__ == "__main__":
    sys.exit(main())
