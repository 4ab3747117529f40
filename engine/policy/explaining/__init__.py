"""What was considered on the way to a decision."""
