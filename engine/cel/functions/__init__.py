"""The functions of expressions, as tables of name, signatures, documentation and example."""
