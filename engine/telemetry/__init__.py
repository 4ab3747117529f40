"""What the engine tells its operators: metrics for machines, logs for people, no secrets."""

from engine.telemetry.logs import configure_logs
from engine.telemetry.metrics import METRICS, Metric, Metrics

__all__ = ["METRICS", "Metric", "Metrics", "configure_logs"]
