"""What the store refuses, beside `StoreUnavailable`, `NotFound` and `Conflict`."""

from engine.errors import Conflict, EngineError


class RowRefused(EngineError):
    """The database refuses a row whatever its neighbours are: a value it can't hold."""


class VersionMismatch(Conflict):
    """Somebody edited the thing since the version that was named."""


class SchemaMismatch(EngineError):
    """The database's tables are not those of this Voltrule."""


class CursorInvalid(EngineError):
    """The cursor is not one that a list of this kind gave."""
