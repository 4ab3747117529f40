"""Files are imported into both kinds of store."""

from tests.engine.storage.conftest import (
    clean_postgresql_url,
    postgresql_url,
    sqlite_url,
    store,
    store_url,
)

__all__ = ["clean_postgresql_url", "postgresql_url", "sqlite_url", "store", "store_url"]
