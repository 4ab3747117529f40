"""The metrics of the central system, looked up once."""

from datetime import datetime

from engine.policy.live.host import PolicyHost
from engine.policy.live.status import PolicyStatus
from engine.storage import Store
from engine.telemetry.metrics import Metrics
from protocol.actions import Role, received_by


class ActionMeters:
    """What is counted for each Call of one action."""

    __slots__ = ("calls", "decided", "seconds", "unanswered")

    def __init__(self, metrics: Metrics, action: str) -> None:
        self.calls = metrics.counter("voltrule_calls_total", action)
        self.seconds = metrics.histogram("voltrule_call_seconds", action)
        self.unanswered = metrics.counter("voltrule_calls_unanswered_total", action)
        self.decided = {
            source: metrics.counter("voltrule_decisions_total", action, source)
            for source in ("policy", "default", "failure")
        }


class Meters:
    """Children of the metrics that messages count, bound before the first of them."""

    def __init__(self, metrics: Metrics) -> None:
        self.metrics = metrics
        self.actions = {
            action: ActionMeters(metrics, action) for action in received_by(Role.CentralSystem)
        }
        self.connections = metrics.gauge("voltrule_connections")
        self.repeated = metrics.counter("voltrule_calls_repeated_total")
        self.ignored = metrics.counter("voltrule_messages_ignored_total")
        self.store_failures = metrics.counter("voltrule_store_failures_total")

    def watch(self, policies: PolicyHost) -> None:
        """Show which policies are live, what is wrong in their directory, and count reloads."""
        loads = self.metrics.counter("voltrule_policy_loads_total")
        attempts = self.metrics.counter("voltrule_policy_reload_attempts_total")
        failures = self.metrics.counter("voltrule_policy_reload_failures_total")
        problems = self.metrics.gauge("voltrule_policy_problems")
        problems.source = lambda: len(policies.status().problems)
        success = self.metrics.gauge("voltrule_policy_reload_last_success_timestamp_seconds")
        success.source = lambda: _seconds(policies.status().last_success_at)
        live: str | None = None

        def changed(status: PolicyStatus) -> None:
            nonlocal live
            labels = (status.revision, status.source)
            self.metrics.only_gauge("voltrule_policy_revision_info", *labels).value = 1
            if status.revision != live:
                live = status.revision
                loads.inc()
                places = policies.current.failing_places()
                self.metrics.keep_counters("voltrule_policy_errors_total", places)

        def attempted(good: bool) -> None:
            attempts.inc()
            failures.inc(0 if good else 1)

        # What happened at the start, before anybody counted.
        status = policies.status()
        changed(status)
        attempted(status.last_error is None)
        policies.on_change.append(changed)
        policies.on_attempt.append(attempted)

    def watch_store(self, store: Store) -> None:
        """Show how much waits for the store, and how long its commits take."""
        self.metrics.gauge("voltrule_store_queued").source = lambda: store.queued
        commits = self.metrics.histogram("voltrule_store_commit_seconds")
        store.on_commit.append(commits.observe)

    def handshake(self, status: str) -> None:
        """A handshake was answered."""
        self.metrics.counter("voltrule_handshakes_total", status).inc()

    def disconnect(self, reason: str) -> None:
        """A connection has ended."""
        self.metrics.counter("voltrule_disconnects_total", reason).inc()

    def decided(self, action: str, source: str) -> None:
        """A decision was made, outside of the way of a Call."""
        self.metrics.counter("voltrule_decisions_total", action, source).inc()

    def policy_error(self, policy: str, rule: str) -> None:
        """A policy has failed; both are names of the set that decided."""
        self.metrics.counter("voltrule_policy_errors_total", policy, rule).inc()

    def repaired(self, action: str) -> None:
        """A Call broke the specification and was understood nevertheless."""
        self.metrics.counter("voltrule_calls_repaired_total", action).inc()

    def call_error(self, action: str | None, code: str) -> None:
        """A CallError was answered. An action that does not exist is not a label's value."""
        known = action if action in self.actions else ""
        self.metrics.counter("voltrule_call_errors_total", known or "", code).inc()

    def command(self, action: str, outcome: str) -> None:
        """A command has ended."""
        self.metrics.counter("voltrule_commands_total", action, outcome).inc()


def _seconds(time: datetime | None) -> float:
    return 0 if time is None else time.timestamp()
