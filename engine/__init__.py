"""Voltrule: an OCPP 1.6-J central system ruled by policy."""

__version__ = "0.1.0"
