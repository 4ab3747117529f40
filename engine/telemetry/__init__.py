"""What the engine tells its operators: metrics for machines, logs for people, no secrets."""
