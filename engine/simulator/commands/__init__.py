"""How a simulated charge point answers the commands, by feature profile."""

from engine.simulator.commands.table import COMMANDS, answer

__all__ = ["COMMANDS", "answer"]
