"""What can go wrong in the engine, each with what happened and what to do about it."""


class EngineError(Exception):
    """Something went wrong that a person can act on: `message`, then `hint`."""

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return self.message if self.hint is None else f"{self.message}\nhint: {self.hint}"


class ConfigError(EngineError):
    """The configuration can't be used."""


class StoreUnavailable(EngineError):
    """The store can't be reached, is full, or refuses to write."""


class NotFound(EngineError):
    """There is no such thing."""


class Conflict(EngineError):
    """The thing is not in a state that allows this."""
