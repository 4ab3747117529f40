"""What the central system keeps of the 14 actions that charge points send."""

from engine.central_system.callbacks.outcome import Outcome
from engine.central_system.callbacks.table import CALLBACKS, Callback

__all__ = ["CALLBACKS", "Callback", "Outcome"]
