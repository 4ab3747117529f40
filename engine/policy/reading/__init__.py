"""From YAML documents to policies, with every problem of every file reported."""
