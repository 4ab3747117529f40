"""Who may do what: tokens of the admin API, passwords of charge points."""

from engine.security.first_token import ensure_first_token
from engine.security.passwords import PasswordVerifier
from engine.security.tokens import Scope

__all__ = ["PasswordVerifier", "Scope", "ensure_first_token"]
