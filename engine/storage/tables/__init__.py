"""
The tables, one set for SQLite and PostgreSQL.

What a charge point sends is kept in 64-bit integers and unbounded text: a value out of the
specification's range is a fact too, and must not make a record of money fail. There are no
foreign keys: history outlives the registry, and a charge point may report before it is known.
"""

from engine.storage.tables.charging import faults, reservations, transactions, unmatched_stops
from engine.storage.tables.logs import exchanges, meter_values
from engine.storage.tables.operation import (
    commands,
    commits,
    counters,
    log_marks,
    policy_revisions,
    tokens,
)
from engine.storage.tables.parts import FREQUENT, SELDOM, metadata
from engine.storage.tables.registry import (
    charge_points,
    connectors,
    id_tag_labels,
    id_tags,
    local_list_entries,
    local_lists,
)

__all__ = [
    "FREQUENT",
    "SELDOM",
    "charge_points",
    "commands",
    "commits",
    "connectors",
    "counters",
    "exchanges",
    "faults",
    "id_tag_labels",
    "id_tags",
    "local_list_entries",
    "local_lists",
    "log_marks",
    "metadata",
    "meter_values",
    "policy_revisions",
    "reservations",
    "tokens",
    "transactions",
    "unmatched_stops",
]
