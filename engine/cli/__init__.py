"""The command line, `voltrule` (DESIGN §3)."""

from engine.cli.commands import main

__all__ = ["main"]
