"""
Every metric the process exposes, in one table, and the numbers behind it.

The numbers are plain attributes that the event loop increments: a counter of prometheus-client
takes a lock and a label look-up costs more than some messages do, so only the exposition is its
work. Children are looked up once, where a message's way begins, and kept.
"""

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterator
from itertools import accumulate
from typing import Any, Literal

import msgspec
from prometheus_client import CollectorRegistry, GCCollector, ProcessCollector, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
)
from prometheus_client.metrics_core import Metric as Family
from prometheus_client.registry import Collector

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


class Metric(msgspec.Struct, frozen=True):
    """One row of the table."""

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    help: str
    labels: tuple[str, ...] = ()


METRICS = (
    Metric("voltrule_connections", "gauge", "Charge points connected now."),
    Metric(
        "voltrule_handshakes_total",
        "counter",
        "Handshakes by the answer of the Connect decision.",
        ("status",),
    ),
    Metric(
        "voltrule_disconnects_total",
        "counter",
        "Connections that ended, by who ended them.",
        ("reason",),
    ),
    Metric("voltrule_calls_total", "counter", "Calls that charge points sent.", ("action",)),
    Metric(
        "voltrule_call_seconds",
        "histogram",
        "Time from a charge point's Call to our answer.",
        ("action",),
    ),
    Metric(
        "voltrule_call_errors_total",
        "counter",
        "CallErrors we answered.",
        ("action", "code"),
    ),
    Metric(
        "voltrule_calls_repaired_total",
        "counter",
        "Calls that broke OCPP 1.6 and were understood nevertheless.",
        ("action",),
    ),
    Metric(
        "voltrule_calls_unanswered_total",
        "counter",
        "Calls left without an answer because they could not be stored.",
        ("action",),
    ),
    Metric("voltrule_calls_repeated_total", "counter", "Retries recognised by their message id."),
    Metric(
        "voltrule_messages_ignored_total",
        "counter",
        "Messages that ask for no answer and got none.",
    ),
    Metric(
        "voltrule_decisions_total",
        "counter",
        "Decisions by what made them.",
        ("action", "source"),
    ),
    Metric(
        "voltrule_policy_errors_total",
        "counter",
        "Errors of policies, by the item they were in; `rule` is empty where it was none's.",
        ("policy", "rule"),
    ),
    Metric(
        "voltrule_commands_total",
        "counter",
        "Commands to charge points by their outcome.",
        ("action", "outcome"),
    ),
    Metric("voltrule_store_failures_total", "counter", "Writes that the store refused."),
    Metric(
        "voltrule_store_commit_seconds",
        "histogram",
        "How long the group commits took, failed ones too.",
    ),
    Metric(
        "voltrule_store_pruned_total",
        "counter",
        "Rows whose messages, decisions or meter values were older than they are kept.",
        ("log",),
    ),
    Metric("voltrule_store_queued", "gauge", "Writes that wait for their group commit to begin."),
    Metric(
        "voltrule_policy_problems",
        "gauge",
        "Problems in the policy directory as it is now, warnings included.",
    ),
    Metric("voltrule_policy_loads_total", "counter", "Policy sets that went live."),
    Metric(
        "voltrule_policy_reload_attempts_total", "counter", "Times the policy directory was read."
    ),
    Metric(
        "voltrule_policy_reload_failures_total",
        "counter",
        "Times the policy directory was read and had an error.",
    ),
    Metric(
        "voltrule_policy_reload_last_success_timestamp_seconds",
        "gauge",
        "When the policy directory was last read and good; 0: not since the start.",
    ),
    Metric(
        "voltrule_policy_revision_info",
        "gauge",
        "1 for the policy revision that is live, and where it comes from.",
        ("revision", "source"),
    ),
)


class Counter:
    """A number that only grows."""

    __slots__ = ("value",)

    def __init__(self) -> None:
        self.value = 0.0

    def inc(self, amount: float = 1.0) -> None:
        """Add to it."""
        self.value += amount


class Gauge(Counter):
    """A number that is set, or read from its source when it is asked for."""

    __slots__ = ("source",)

    def __init__(self) -> None:
        super().__init__()
        self.source: Callable[[], float] | None = None

    def read(self) -> float:
        """What the gauge shows now."""
        return self.value if self.source is None else float(self.source())


class Histogram:
    """How many observations fell below each bound, in seconds."""

    __slots__ = ("counts", "sum")

    def __init__(self) -> None:
        self.counts = [0] * (len(_SECONDS) + 1)
        self.sum = 0.0

    def observe(self, seconds: float) -> None:
        """Count one observation."""
        self.counts[bisect_left(_SECONDS, seconds)] += 1
        self.sum += seconds


class Metrics(Collector):
    """The metrics of one process, and the text that a Prometheus server scrapes."""

    def __init__(self) -> None:
        self._counters: dict[str, dict[tuple[str, ...], Counter]] = _named("counter")
        self._gauges: dict[str, dict[tuple[str, ...], Gauge]] = _named("gauge")
        self._histograms: dict[str, dict[tuple[str, ...], Histogram]] = _named("histogram")
        self.registry = CollectorRegistry()
        self.registry.register(self)
        ProcessCollector(registry=self.registry)
        GCCollector(registry=self.registry)

    def counter(self, name: str, *labels: str) -> Counter:
        """The counter of that name with these label values; the same one each time."""
        children = self._counters[name]
        return children.get(labels) or children.setdefault(labels, Counter())

    def gauge(self, name: str, *labels: str) -> Gauge:
        """The gauge of that name with these label values."""
        children = self._gauges[name]
        return children.get(labels) or children.setdefault(labels, Gauge())

    def only_gauge(self, name: str, *labels: str) -> Gauge:
        """The gauge with these label values; those of that name with others are forgotten."""
        children = self._gauges[name]
        only = children.get(labels) or Gauge()
        children.clear()
        children[labels] = only
        return only

    def keep_counters(self, name: str, labels: Collection[tuple[str, ...]]) -> None:
        """The counters of that name with other label values are forgotten."""
        children = self._counters[name]
        self._counters[name] = {key: each for key, each in children.items() if key in labels}

    def histogram(self, name: str, *labels: str) -> Histogram:
        """The histogram of that name with these label values."""
        children = self._histograms[name]
        return children.get(labels) or children.setdefault(labels, Histogram())

    def exposition(self) -> bytes:
        """All metrics in Prometheus' text format; its media type is `CONTENT_TYPE`."""
        return generate_latest(self.registry)

    def collect(self) -> Iterator[Family]:
        """One family per row of the table, for prometheus-client."""
        for row in METRICS:
            if row.kind == "counter":
                yield self._counter_family(row)
            elif row.kind == "gauge":
                yield self._gauge_family(row)
            else:
                yield self._histogram_family(row)

    def _counter_family(self, row: Metric) -> Family:
        family = CounterMetricFamily(row.name, row.help, labels=row.labels)
        for labels, counter in self._counters[row.name].items():
            family.add_metric(labels, counter.value)
        return family

    def _gauge_family(self, row: Metric) -> Family:
        family = GaugeMetricFamily(row.name, row.help, labels=row.labels)
        for labels, gauge in self._gauges[row.name].items():
            family.add_metric(labels, gauge.read())
        return family

    def _histogram_family(self, row: Metric) -> Family:
        family = HistogramMetricFamily(row.name, row.help, labels=row.labels)
        for labels, histogram in self._histograms[row.name].items():
            below = [*accumulate(histogram.counts)]
            bounds = [*map(str, _SECONDS), "+Inf"]
            buckets = list(zip(bounds, below, strict=True))
            family.add_metric(labels, buckets, histogram.sum)
        return family


def _named(kind: str) -> dict[str, Any]:
    return {row.name: {} for row in METRICS if row.kind == kind}
