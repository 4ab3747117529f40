"""`python -m engine` is `voltrule`."""

from engine.cli import main

main()
