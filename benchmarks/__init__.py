"""Voltrule measured beside a bare echo and the PyPI `ocpp` package, in one run: `make bench`."""
