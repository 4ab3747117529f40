"""The set that is in force: its directory, watched and reloaded, and its past."""
