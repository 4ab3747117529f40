"""Public conformance suites, run against our engines."""
