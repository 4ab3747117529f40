"""What rows have in common."""

from collections.abc import Mapping

ETAG: Mapping[str, str] = {"ETag": "The version; send it as `If-Match` with an edit."}

IF_MATCH: Mapping[str, str] = {
    "If-Match": "The ETag that the edit is for: 412 if it was edited since."
}

IF_NONE_MATCH: Mapping[str, str] = {"If-None-Match": "`*`: only if there is none yet, else 412."}

CHARGE_POINT = "/v1/charge-points/{chargePointId}"

ID_TAG = "/v1/id-tags/{idTag}"
