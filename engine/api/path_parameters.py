"""The names that may stand in a path, each with what it is."""

from collections.abc import Mapping
from typing import Any

from engine.policy.editors.editor_schemas import NAMES

path_parameters: Mapping[str, Mapping[str, Any]] = {
    "chargePointId": {
        "description": "The charge point's identity: the last part of its OCPP URL.",
        "schema": {"type": "string"},
        "example": "ESP32_Charger",
    },
    "idTag": {
        "description": "The id tag; letter case means nothing (OCPP 1.6 §7.28).",
        "schema": {"type": "string", "maxLength": 20},
        "example": "RandomToken",
    },
    "transactionId": {
        "description": "The transaction's id.",
        "schema": {"type": "integer"},
        "example": 7,
    },
    "stopId": {"description": "The id of the unmatched stop.", "schema": {"type": "string"}},
    "commandId": {"description": "The command's id.", "schema": {"type": "string"}},
    "schema": {
        "description": "The kind of file.",
        "schema": {"type": "string", "enum": list(NAMES)},
        "example": "policy",
    },
    "decisionId": {"description": "The decision's id.", "schema": {"type": "string"}},
}
