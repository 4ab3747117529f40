"""Trees become Python functions, built with the `ast` module."""
