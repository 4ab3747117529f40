"""The steps from one schema to the next: Alembic revisions, run by `engine.storage.schema`."""
