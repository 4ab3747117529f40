"""A row in each table of the first schema, as the first Voltrule wrote it."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, MetaData, Table, Text, insert, select

from engine.storage.columns import instant_text
from tests.engine.storage.builders import NOON, minutes

Rows = dict[str, list[dict[str, Any]]]

ROWS: Rows = {
    "charge_points": [
        {
            "id": "ESP32_Charger",
            "registered": True,
            "groups": '["fleet"]',
            "labels": '{"site":"Berlin"}',
            "vendor": "Voltrule",
            "password_hash": "scrypt$1$2",
            "version": 3,
            "created_at": NOON,
        }
    ],
    "connectors": [
        {
            "charge_point_id": "ESP32_Charger",
            "connector_id": 1,
            "status": "Charging",
            "error_code": "NoError",
            "updated_at": NOON,
        }
    ],
    "id_tags": [
        {
            "key": "card-1",
            "id_tag": "CARD-1",
            "status": "Accepted",
            "parent_id_tag": "FLEET",
            "labels": '{"holder":"Ada"}',
            "version": 1,
            "updated_at": NOON,
        }
    ],
    "transactions": [
        {
            "transaction_id": number,
            "charge_point_id": "ESP32_Charger",
            "connector_id": 1,
            "id_tag": "CARD-1",
            "id_tag_key": "card-1",
            "started_at": minutes(number),
            "meter_start": 100,
            "id_tag_status": "Accepted",
            "stopped_at": stopped_at,
            "meter_stop": None if stopped_at is None else 4200,
            "reason": None if stopped_at is None else "Local",
            "meter_values_from": 0,
            "meter_values_until": None if stopped_at is None else 1,
        }
        for number, stopped_at in ((1, minutes(30)), (2, None))
    ],
    "unmatched_stops": [
        {
            "id": "0" * 32,
            "charge_point_id": "ESP32_Charger",
            "transaction_id": -1,
            "stopped_at": NOON,
            "meter_stop": 77,
            "reason": "PowerLoss",
            "received_at": NOON,
            "content": -5,
        }
    ],
    "meter_values": [
        {
            "sequence": 1,
            "charge_point_id": "ESP32_Charger",
            "transaction_id": 1,
            "connector_id": 1,
            "measured_at": minutes(10),
            "sampled": '[{"value":"2000"}]',
            "stray": False,
        }
    ],
    "exchanges": [
        {
            "sequence": 1,
            "time": NOON,
            "charge_point_id": "ESP32_Charger",
            "action": "Authorize",
            "message_id": "1",
            "received": '[2,"1","Authorize",{"idTag":"CARD-1"}]',
            "sent": '[3,"1",{"idTagInfo":{"status":"Accepted"}}]',
            "decision_id": "1" * 32,
            "revision": "sha256:0",
            "source": "policy",
            "policy": "authorize-by-tag",
            "rule": "known",
            "duration_microseconds": 12.5,
        }
    ],
    "commands": [
        {
            "id": "2" * 32,
            "charge_point_id": "ESP32_Charger",
            "action": "Reset",
            "payload": '{"type":"Soft"}',
            "status": "completed",
            "result": '{"status":"Accepted"}',
            "issued_at": NOON,
        }
    ],
    "tokens": [{"name": "first", "scope": "admin", "digest": "3" * 64, "created_at": NOON}],
    "policy_revisions": [{"id": 1, "revision": "sha256:0", "saved_at": NOON, "files": "{}"}],
}


def fill(connection: Connection) -> None:
    """Put the rows into a database that has the first schema."""
    for table, rows in _tables(connection):
        values = [{name: _driver(table, name, row[name]) for name in row} for row in rows]
        connection.execute(insert(table), values)


def found(connection: Connection) -> Rows:
    """What the database has of the rows now, by the columns that the first schema had."""
    return {table.name: _found(connection, table, rows) for table, rows in _tables(connection)}


def _found(
    connection: Connection, table: Table, rows: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    names = list(rows[0])
    key = next(iter(table.primary_key.columns))
    statement = select(*[table.c[name] for name in names]).order_by(key)
    return [
        {name: _ours(value) for name, value in zip(names, row, strict=True)}
        for row in connection.execute(statement)
    ]


def expected() -> Rows:
    """The rows as `found` gives them."""
    return {
        table: [{name: _ours(value) for name, value in row.items()} for row in rows]
        for table, rows in ROWS.items()
    }


def _tables(connection: Connection) -> list[tuple[Table, list[dict[str, Any]]]]:
    tables = MetaData()
    return [(Table(name, tables, autoload_with=connection), rows) for name, rows in ROWS.items()]


def _driver(table: Table, name: str, value: Any) -> Any:
    as_text = isinstance(value, datetime) and isinstance(table.c[name].type, Text)
    return instant_text(value) if as_text else value


def _ours(value: Any) -> Any:
    """Comparable on both databases."""
    return instant_text(value) if isinstance(value, datetime) else value
