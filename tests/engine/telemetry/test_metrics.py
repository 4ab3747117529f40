"""The metrics are what the table says."""

import re

import pytest

from engine.telemetry.metrics import METRICS, Metrics


def lines(metrics: Metrics, name: str) -> list[str]:
    """The lines of one metric in the exposition."""
    return [line for line in metrics.exposition().decode().splitlines() if line.startswith(name)]


def test_every_row_of_the_table_is_exposed_with_its_kind() -> None:
    text = Metrics().exposition().decode()
    found = dict(re.findall(r"# TYPE (voltrule_\S+) (\S+)", text))
    assert found == {row.name: row.kind for row in METRICS}


def test_a_counter_counts_by_its_labels() -> None:
    metrics = Metrics()
    metrics.counter("voltrule_calls_total", "Heartbeat").inc()
    metrics.counter("voltrule_calls_total", "Heartbeat").inc()
    metrics.counter("voltrule_calls_total", "Authorize").inc()
    assert lines(metrics, "voltrule_calls_total") == [
        'voltrule_calls_total{action="Heartbeat"} 2.0',
        'voltrule_calls_total{action="Authorize"} 1.0',
    ]


def test_a_gauge_is_read_from_its_source() -> None:
    metrics = Metrics()
    metrics.gauge("voltrule_connections").source = lambda: 3
    metrics.gauge("voltrule_policy_problems").value = 2
    assert lines(metrics, "voltrule_connections") == ["voltrule_connections 3.0"]
    assert lines(metrics, "voltrule_policy_problems") == ["voltrule_policy_problems 2.0"]


def test_only_one_of_the_label_values_of_a_gauge_may_be_left() -> None:
    metrics = Metrics()
    for revision in ("a", "b"):
        metrics.only_gauge("voltrule_policy_revision_info", revision, "directory").value = 1
    assert lines(metrics, "voltrule_policy_revision_info") == [
        'voltrule_policy_revision_info{revision="b",source="directory"} 1.0'
    ]


def test_a_histogram_counts_what_is_below_each_bound() -> None:
    metrics = Metrics()
    histogram = metrics.histogram("voltrule_call_seconds", "Heartbeat")
    for seconds in (0.0001, 0.001, 0.003, 60.0):
        histogram.observe(seconds)
    counts = {
        bound: float(count)
        for bound, count in re.findall(
            r'voltrule_call_seconds_bucket\{action="Heartbeat",le="(\S+)"\} (\S+)',
            metrics.exposition().decode(),
        )
    }
    expected = {"0.0005": 1.0, "0.001": 2.0, "0.0025": 2.0, "0.005": 3.0, "+Inf": 4.0}
    assert expected.items() <= counts.items()
    assert lines(metrics, "voltrule_call_seconds_count") == [
        'voltrule_call_seconds_count{action="Heartbeat"} 4.0'
    ]


def test_a_metric_that_is_not_in_the_table_is_a_bug() -> None:
    with pytest.raises(KeyError):
        Metrics().counter("voltrule_bananas_total")


def test_the_process_itself_is_measured() -> None:
    assert lines(Metrics(), "process_resident_memory_bytes")
