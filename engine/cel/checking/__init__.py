"""The types of expressions: what is declared, what follows from it, and what can't work."""
