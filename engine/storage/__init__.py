"""The store: SQLite by default, PostgreSQL by `store.url`; tables, group commit, repositories."""

from engine.storage.active_transactions import is_superseded
from engine.storage.errors import CursorInvalid, RowRefused, SchemaMismatch, VersionMismatch
from engine.storage.id_tag_filters import IdTagFilter
from engine.storage.ids import new_id
from engine.storage.meter_value_pages import MeterValueFilter
from engine.storage.metered import delivered
from engine.storage.records import (
    ChargePointRecord,
    CommandRecord,
    CommandStatus,
    DecisionRecord,
    LocalListEntry,
    LocalListLimits,
    LocalListRecord,
    LocalListUpdate,
    MessageRecord,
    Metered,
    MeterValueRecord,
    Page,
    ReservationRecord,
    StopCause,
    TagRecord,
    TokenRecord,
    UnmatchedStop,
)
from engine.storage.retention import Keep, Pruned
from engine.storage.running_transactions import (
    ActiveTransaction,
    Counted,
    RunningTransactions,
    StartKey,
)
from engine.storage.schema import current_revision, upgrade
from engine.storage.statements import Write
from engine.storage.store import Store
from engine.storage.transaction_flags import flagged

__all__ = [
    "ActiveTransaction",
    "ChargePointRecord",
    "CommandRecord",
    "CommandStatus",
    "Counted",
    "CursorInvalid",
    "DecisionRecord",
    "IdTagFilter",
    "Keep",
    "LocalListEntry",
    "LocalListLimits",
    "LocalListRecord",
    "LocalListUpdate",
    "MessageRecord",
    "MeterValueFilter",
    "MeterValueRecord",
    "Metered",
    "Page",
    "Pruned",
    "ReservationRecord",
    "RowRefused",
    "RunningTransactions",
    "SchemaMismatch",
    "StartKey",
    "StopCause",
    "Store",
    "TagRecord",
    "TokenRecord",
    "UnmatchedStop",
    "VersionMismatch",
    "Write",
    "current_revision",
    "delivered",
    "flagged",
    "is_superseded",
    "new_id",
    "upgrade",
]
