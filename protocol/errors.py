"""
What can go wrong in OCPP-J.

What the peer does wrong is never an exception but a value: an event of the session, with one of
these codes. Only what we do wrong is raised.
"""

from enum import StrEnum


class ErrorCode(StrEnum):
    """
    The ten error codes of a CallError, spelled as OCPP 1.6 spells them.

    OCPP-J 1.6 §4.2.3. `OccurenceConstraintViolation` really has one r.
    """

    NotImplemented = "NotImplemented"
    """The action is not known."""
    NotSupported = "NotSupported"
    """The action is known, but this receiver does not support it."""
    InternalError = "InternalError"
    """The receiver failed to handle a Call it understood."""
    ProtocolError = "ProtocolError"
    """The payload is incomplete."""
    SecurityError = "SecurityError"
    """The sender may not do this now."""
    FormationViolation = "FormationViolation"
    """The Call or its payload has the wrong shape."""
    PropertyConstraintViolation = "PropertyConstraintViolation"
    """A field has the right type but a value that is not allowed."""
    OccurenceConstraintViolation = "OccurenceConstraintViolation"
    """A list has too few or too many items."""
    TypeConstraintViolation = "TypeConstraintViolation"
    """A field has the wrong JSON type."""
    GenericError = "GenericError"
    """None of the others."""

    @classmethod
    def read(cls, text: str) -> "ErrorCode":
        """Reads the code a peer sent; OCPP 2.x spellings count, anything else is GenericError."""
        return _READ.get(text, cls.GenericError)


_READ = {code.value: code for code in ErrorCode} | {
    "FormatViolation": ErrorCode.FormationViolation,
    "OccurrenceConstraintViolation": ErrorCode.OccurenceConstraintViolation,
    "RpcFrameworkError": ErrorCode.FormationViolation,
    "MessageTypeNotSupported": ErrorCode.NotImplemented,
}


class LocalProtocolError(Exception):
    """We were about to break the protocol ourselves: a bug on this side, nothing was sent."""
