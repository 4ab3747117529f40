"""Simulated charge points: a peer to try policies with, and to put a central system under load."""

from engine.simulator.charge_point import ChargePoint
from engine.simulator.commands import answer
from engine.simulator.fleet import Fleet, Outcome, identities, run
from engine.simulator.observer import Tally
from engine.simulator.scenario import load

__all__ = ["ChargePoint", "Fleet", "Outcome", "Tally", "answer", "identities", "load", "run"]
