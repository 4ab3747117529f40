"""What operating needs: commands, tokens, policy revisions, and the store's own marks."""

from sqlalchemy import BigInteger, Column, Index, PrimaryKeyConstraint, Table, Text

from engine.storage.columns import Instant, Json
from engine.storage.tables.parts import Sequence, metadata

commands = Table(
    "commands",
    metadata,
    Column("id", Text, primary_key=True),
    Column("charge_point_id", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("payload", Json, nullable=False),
    Column("status", Text, nullable=False),
    Column("result", Json),
    Column("error", Json),
    Column("issued_at", Instant, nullable=False),
    Column("completed_at", Instant),
    Index("ix_commands_charge_point_id", "charge_point_id", "id"),
)

tokens = Table(
    "tokens",
    metadata,
    Column("name", Text, primary_key=True),
    Column("scope", Text, nullable=False),
    Column("digest", Text, nullable=False, unique=True),
    Column("created_at", Instant, nullable=False),
    Column("last_used_at", Instant),
)

policy_revisions = Table(
    "policy_revisions",
    metadata,
    Column("id", Sequence, primary_key=True),
    Column("revision", Text, nullable=False, unique=True),
    Column("saved_at", Instant, nullable=False),
    # What the directory held when a rollback put this revision live; null: the directory did.
    Column("rolled_back_from", Text),
    # path → base64 of its content
    Column("files", Json, nullable=False),
)

# What the writer notes of itself: on PostgreSQL each group, so that after a lost connection it is
# known whether the group arrived; on both databases the last probe.
commits = Table(
    "commits",
    metadata,
    Column("writer", Text, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("committed_at", Instant, nullable=False),
    PrimaryKeyConstraint("writer", "number"),
)

log_marks = Table(
    "log_marks",
    metadata,
    Column("log", Text, nullable=False),
    Column("marked_at", Instant, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    PrimaryKeyConstraint("log", "marked_at"),
)

counters = Table(
    "counters",
    metadata,
    Column("name", Text, primary_key=True),
    Column("next", BigInteger, nullable=False),
)
