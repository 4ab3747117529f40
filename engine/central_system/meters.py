"""The metrics of the central system, looked up once."""

from engine.policy.host import PolicyHost, PolicyStatus
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
        """Show what is wrong in the policy directory, and count the sets that went live."""
        loads = self.metrics.counter("voltrule_policy_loads_total")
        problems = self.metrics.gauge("voltrule_policy_problems")
        problems.source = lambda: len(policies.status().problems)
        live = policies.current.revision
        loads.inc()

        def changed(status: PolicyStatus) -> None:
            nonlocal live
            if status.revision != live:
                live = status.revision
                loads.inc()

        policies.on_change.append(changed)

    def handshake(self, status: str) -> None:
        """A handshake was answered."""
        self.metrics.counter("voltrule_handshakes_total", status).inc()

    def disconnect(self, reason: str) -> None:
        """A connection has ended."""
        self.metrics.counter("voltrule_disconnects_total", reason).inc()

    def decided(self, action: str, source: str) -> None:
        """A decision was made, outside of the way of a Call."""
        self.metrics.counter("voltrule_decisions_total", action, source).inc()

    def call_error(self, action: str | None, code: str) -> None:
        """A CallError was answered. An action that does not exist is not a label's value."""
        known = action if action in self.actions else ""
        self.metrics.counter("voltrule_call_errors_total", known or "", code).inc()

    def command(self, action: str, outcome: str) -> None:
        """A command has ended."""
        self.metrics.counter("voltrule_commands_total", action, outcome).inc()
