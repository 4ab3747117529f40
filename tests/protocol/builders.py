"""Frames, messages and sessions for tests, each with what does not matter filled in."""

import json
from typing import Any

from protocol import messages as m
from protocol.actions import Role
from protocol.session import Session
from protocol.types import MessageId, Timestamp

NOON = Timestamp.parse("2026-01-31T12:00:00Z")


def a_call(message_id: object, action: str, **payload: Any) -> str:
    """The text of a Call."""
    return json.dumps([2, message_id, action, payload])


def a_result(message_id: object, **payload: Any) -> str:
    """The text of a CallResult."""
    return json.dumps([3, message_id, payload])


def an_error(message_id: object, code: str = "InternalError", description: str = "") -> str:
    """The text of a CallError."""
    return json.dumps([4, message_id, code, description, {}])


def an_authorize(message_id: object = "1", id_tag: str = "RandomToken") -> str:
    """The text of an Authorize Call."""
    return a_call(message_id, "Authorize", idTag=id_tag)


def an_authorize_conf(
    status: m.AuthorizationStatus = m.AuthorizationStatus.Accepted,
) -> m.AuthorizeConf:
    """An answer to Authorize."""
    return m.AuthorizeConf(id_tag_info=m.IdTagInfo(status=status))


def a_remote_start(id_tag: str = "RandomToken") -> m.RemoteStartTransactionReq:
    """A command to start."""
    return m.RemoteStartTransactionReq(connector_id=1, id_tag=id_tag)


def a_central_system(remembered_answers: int = 16) -> Session:
    """A session on our side."""
    return Session(Role.CentralSystem, remembered_answers=remembered_answers)


def an_id(text: str) -> MessageId:
    """A message id."""
    return MessageId(text)
