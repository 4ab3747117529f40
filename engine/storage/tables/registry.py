"""Charge points, connectors, id tags and the local lists that are made of them."""

from sqlalchemy import BigInteger, Boolean, Column, Index, PrimaryKeyConstraint, Table, Text

from engine.storage.columns import Instant, Json
from engine.storage.tables.parts import metadata

charge_points = Table(
    "charge_points",
    metadata,
    Column("id", Text, primary_key=True),
    Column("registered", Boolean, nullable=False),
    Column("groups", Json, nullable=False),
    Column("labels", Json, nullable=False),
    Column("vendor", Text),
    Column("model", Text),
    Column("serial_number", Text),
    Column("charge_box_serial_number", Text),
    Column("firmware_version", Text),
    Column("iccid", Text),
    Column("imsi", Text),
    Column("meter_type", Text),
    Column("meter_serial_number", Text),
    Column("boot_status", Text),
    Column("booted_at", Instant),
    Column("firmware_status", Text),
    Column("diagnostics_status", Text),
    Column("password_hash", Text),
    Column("version", BigInteger, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("last_seen_at", Instant),
)

connectors = Table(
    "connectors",
    metadata,
    Column("charge_point_id", Text, nullable=False),
    Column("connector_id", BigInteger, nullable=False),
    Column("status", Text, nullable=False),
    Column("error_code", Text, nullable=False),
    Column("info", Text),
    Column("vendor_id", Text),
    Column("vendor_error_code", Text),
    Column("updated_at", Instant, nullable=False),
    PrimaryKeyConstraint("charge_point_id", "connector_id"),
)

# Sorted by its characters on both databases: only then is a beginning a range of an index.
_Key = Text().with_variant(Text(collation="C"), "postgresql")

id_tags = Table(
    "id_tags",
    metadata,
    # What tags are compared by: `protocol.types.id_tag_key`.
    Column("key", _Key, primary_key=True),
    Column("id_tag", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("expiry_date", Instant),
    Column("parent_id_tag", Text),
    Column("parent_key", _Key),
    Column("labels", Json, nullable=False),
    # How many transactions it may have at once; null: what the configuration says.
    Column("max_active_transactions", BigInteger),
    Column("version", BigInteger, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Index("ix_id_tags_parent_key", "parent_key", "key"),
    Index("ix_id_tags_status", "status", "key"),
)

# The labels once more, to find the tags that have one.
id_tag_labels = Table(
    "id_tag_labels",
    metadata,
    Column("name", _Key, nullable=False),
    Column("value", _Key, nullable=False),
    Column("key", _Key, nullable=False),
    PrimaryKeyConstraint("name", "key"),
    Index("ix_id_tag_labels_value", "name", "value", "key"),
    Index("ix_id_tag_labels_key", "key"),
)

# What is known of the local authorization list of each charge point. OCPP 1.6 §3.5.2.
local_lists = Table(
    "local_lists",
    metadata,
    Column("charge_point_id", Text, primary_key=True),
    # The last version that an update was given; written before the update is sent, so that none is
    # given twice, also not after a crash.
    Column("version", BigInteger, nullable=False),
    # The version that `local_list_entries` are of; null where nobody knows what there is.
    Column("acknowledged_version", BigInteger),
    Column("status", Text, nullable=False),
    Column("selector", Json, nullable=False),
    # The last update that was sent, and its answer.
    Column("last_update", Json),
    Column("synchronized_at", Instant),
    # What the charge point said of its configuration, and when.
    Column("enabled", Boolean),
    Column("max_length", BigInteger),
    Column("send_max_length", BigInteger),
    Column("limits_read_at", Instant),
)

local_list_entries = Table(
    "local_list_entries",
    metadata,
    Column("charge_point_id", Text, nullable=False),
    Column("key", _Key, nullable=False),
    Column("id_tag", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("expiry_date", Instant),
    Column("parent_id_tag", Text),
    PrimaryKeyConstraint("charge_point_id", "key"),
)
