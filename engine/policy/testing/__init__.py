"""Tests beside the policies: read, run, measured and reported."""
