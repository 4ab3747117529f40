"""The admin HTTP API: acts on charge points, shows what happened (DESIGN §6, docs/api.md)."""

from engine.api.application import make_api

__all__ = ["make_api"]
