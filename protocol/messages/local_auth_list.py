"""Local Auth List Management profile: the id tags a charge point knows by itself."""

from enum import StrEnum

from protocol.messages.transactions import IdTagInfo
from protocol.types import IdToken, Integer, Message


class UpdateStatus(StrEnum):
    """The answer to SendLocalList. OCPP 1.6 §7.47."""

    Accepted = "Accepted"
    Failed = "Failed"
    NotSupported = "NotSupported"
    VersionMismatch = "VersionMismatch"


class UpdateType(StrEnum):
    """Whether a list changes or replaces the one there is. OCPP 1.6 §7.48."""

    Differential = "Differential"
    Full = "Full"


class AuthorizationData(Message):
    """An id tag of a local list; without info a differential update removes it. §7.1."""

    id_tag: IdToken
    id_tag_info: IdTagInfo | None = None


class GetLocalListVersionReq(Message):
    """
    Report the version of the local list.

    OCPP 1.6 §5.10, §6.27. Central system → charge point.
    """


class GetLocalListVersionConf(Message):
    """The version; 0 when the list is empty, -1 when there can be none. OCPP 1.6 §6.28."""

    list_version: Integer


class SendLocalListReq(Message):
    """
    Change or replace the local list.

    OCPP 1.6 §5.15, §6.41. Central system → charge point. Versions are above 0.
    """

    list_version: Integer
    local_authorization_list: tuple[AuthorizationData, ...] | None = None
    update_type: UpdateType


class SendLocalListConf(Message):
    """Whether the list was updated. OCPP 1.6 §6.42."""

    status: UpdateStatus
