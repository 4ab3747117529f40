"""Policies in the form they are decided with, and the decision itself. Pure."""
