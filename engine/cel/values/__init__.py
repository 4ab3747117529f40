"""CEL values in Python: native where Python's mean the same, classes of our own elsewhere."""
