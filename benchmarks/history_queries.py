"""The queries of the history API, each with the values that its users would ask for."""

import itertools
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from random import Random

import msgspec

from benchmarks.history_data import DEPOT, FLEET_TAG, History

Parameters = Mapping[str, str]
Ask = Callable[[Random], tuple[str, Parameters]]
"""Makes a path with its parameters, another one each time."""


class Query(msgspec.Struct, frozen=True):
    """A query, how it is called in the table, and whether its second page is what counts."""

    name: str
    ask: Ask
    second_page: bool = False


Filter = Callable[[Random], Parameters]


class Queries:
    """All queries over one history."""

    def __init__(self, history: History) -> None:
        self._history = history

    def documented(self) -> list[Query]:
        """Each filter alone, and the combinations that people use."""
        return [
            *self._of_transactions(),
            *self._of_one(),
            *self._of_values(),
            *self._of_charge_points(),
        ]

    def pairs(self) -> list[Query]:
        """Every two filters of transactions."""
        return [self._transactions(name, *pair) for name, pair in _pairs(self._filters()).items()]

    def _filters(self) -> dict[str, Filter]:
        plain = {
            "idTag=FLEET": {"idTag": FLEET_TAG.lower()},
            "parentIdTag=Depot": {"parentIdTag": DEPOT},
            "parentIdTag=GROUP5": {"parentIdTag": "group5"},
            "idTagStatus=Accepted": {"idTagStatus": "Accepted"},
            "idTagStatus=Blocked": {"idTagStatus": "Blocked"},
            "idTagStatus=Expired": {"idTagStatus": "Expired"},
            "open=true": {"open": "true"},
            "open=false": {"open": "false"},
            "abandoned=true": {"abandoned": "true"},
            "abandoned=false": {"abandoned": "false"},
            "reason=Local": {"reason": "Local"},
            "reason=EmergencyStop": {"reason": "EmergencyStop"},
            "reason=Reboot": {"reason": "Reboot"},
        }
        return {
            "chargePointId": self._charge_point,
            "connectorId": lambda random: {**self._charge_point(random), "connectorId": "2"},
            "idTag": lambda random: {"idTag": self._history.id_tag(self._number(random) | 1)},
            **{name: _constant(parameters) for name, parameters in plain.items()},
            "from, to": lambda random: self._day(random, "from", "to"),
            "to": lambda random: {"to": _text(self._time(random))},
            "from": lambda random: {"from": _text(self._time(random))},
            "stoppedFrom, stoppedTo": lambda r: self._day(r, "stoppedFrom", "stoppedTo"),
            "stoppedFrom": lambda random: {"stoppedFrom": _text(self._time(random))},
            "stoppedTo": lambda random: {"stoppedTo": _text(self._time(random))},
        }

    def _of_transactions(self) -> Iterator[Query]:
        yield self._transactions("no filter")
        yield self._transactions("no filter, page 2", second_page=True)
        for name, wanted in self._filters().items():
            yield self._transactions(name, wanted)
        yield self._transactions("to, page 2", self._filters()["to"], second_page=True)

    def _transactions(self, name: str, *filters: Filter, second_page: bool = False) -> Query:
        def ask(random: Random) -> tuple[str, Parameters]:
            return "/v1/transactions", {k: v for f in filters for k, v in f(random).items()}

        return Query(f"transactions: {name}", ask, second_page)

    def _of_one(self) -> Iterator[Query]:
        for name, number in self._numbers().items():
            yield Query(f"transaction: {name}", _path("/v1/transactions/{}", number))

    def _of_values(self) -> Iterator[Query]:
        filters: dict[str, Parameters] = {
            "": {},
            ", measurand": {"measurand": "Power.Active.Import"},
            ", measurand=SoC": {"measurand": "SoC"},
            ", phase": {"phase": "L1"},
            ", context": {"context": "Transaction.Begin"},
        }
        for (name, number), (filter_, given) in itertools.product(
            self._numbers().items(), filters.items()
        ):
            path = "/v1/transactions/{}/meter-values"
            yield Query(f"its meter values: {name}{filter_}", _path(path, number, given))

    def _of_charge_points(self) -> Iterator[Query]:
        filters: dict[str, Filter] = {
            "no filter": _constant({}),
            "connectorId=0": _constant({"connectorId": "0"}),
            "measurand": _constant({"measurand": "Power.Active.Import"}),
            "measurand=SoC": _constant({"measurand": "SoC"}),
            "measurand=Voltage": _constant({"measurand": "Voltage"}),
            "phase": _constant({"phase": "L1"}),
            "context": _constant({"context": "Sample.Clock"}),
            "from": lambda random: {"from": _text(self._time(random))},
            "from, to": lambda random: self._day(random, "from", "to"),
        }
        for name, wanted in filters.items():
            yield self._values(name, wanted)
        yield self._values("no filter, page 2", second_page=True)
        del filters["no filter"]
        for name, pair in _pairs(filters).items():
            yield self._values(name, *pair)

    def _values(self, name: str, *filters: Filter, second_page: bool = False) -> Query:
        def ask(random: Random) -> tuple[str, Parameters]:
            wanted = {k: v for f in filters for k, v in f(random).items()}
            return "/v1/meter-values", {**self._charge_point(random), **wanted}

        return Query(f"meter values: {name}", ask, second_page)

    def _numbers(self) -> dict[str, Callable[[Random], int]]:
        last = self._history.transactions
        return {
            "stopped": lambda random: self._number(random) // 500 * 500 + 5,
            "running": lambda random: last - random.randrange(min(300, last)),
            "abandoned": lambda random: self._number(random) // 500 * 500 + 4,
        }

    def _number(self, random: Random) -> int:
        return random.randrange(max(self._history.transactions - 600, 1))

    def _time(self, random: Random) -> datetime:
        return self._history.time(self._number(random))

    def _day(self, random: Random, since: str, until: str) -> Parameters:
        begin = self._time(random)
        return {since: _text(begin), until: _text(begin + timedelta(days=1))}

    def _charge_point(self, random: Random) -> Parameters:
        return {"chargePointId": self._history.charge_point(self._number(random))}


def _pairs(filters: Mapping[str, Filter]) -> Mapping[str, tuple[Filter, Filter]]:
    return {
        f"{one} + {other}": (filters[one], filters[other])
        for one, other in itertools.combinations(filters, 2)
        if not _parameters(one) & _parameters(other)
    }


def _parameters(name: str) -> set[str]:
    """What a filter sets; a list has one time, so that all times count as one."""
    parameters = name.partition("=")[0].removeprefix("stopped").lower().split(", ")
    return {"time" if parameter in ("from", "to") else parameter for parameter in parameters}


def _constant(parameters: Parameters) -> Filter:
    return lambda _: parameters


def _path(path: str, number: Callable[[Random], int], given: Parameters | None = None) -> Ask:
    return lambda random: (path.format(number(random)), given or {})


def _text(time: datetime) -> str:
    return f"{time:%Y-%m-%dT%H:%M:%S}Z"
