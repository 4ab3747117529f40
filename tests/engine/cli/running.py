"""Runs the command line in this process."""

import sys
from pathlib import Path

import pytest

from engine.cli import main

ROOT = Path(__file__).parent.parent.parent.parent


def voltrule(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """Run a command as a shell would; returns its exit code."""
    monkeypatch.setattr(sys, "argv", ["voltrule", *arguments])
    with pytest.raises(SystemExit) as caught:
        main()
    return int(caught.value.code or 0)
