"""The types all messages are made of. OCPP 1.6 §7."""

from math import isfinite
from typing import Annotated, Any, NewType, Self, dataclass_transform

import msgspec
from msgspec import Meta

from protocol.timestamps import Timestamp

__all__ = [
    "ID_TOKEN_LIMIT",
    "ChargePointId",
    "CiString20",
    "CiString25",
    "CiString50",
    "CiString255",
    "CiString500",
    "IdToken",
    "Integer",
    "Message",
    "MessageId",
    "OneDecimal",
    "Timestamp",
    "id_tag_key",
]

ChargePointId = NewType("ChargePointId", str)
"""The identity a charge point connects with. OCPP-J 1.6 §3.1.1."""

MessageId = NewType("MessageId", str)
"""The id that ties an answer to its Call: at most 36 characters. OCPP-J 1.6 §4.1.4."""

CiString20 = Annotated[str, Meta(max_length=20)]
"""Text of at most 20 characters whose letter case means nothing. OCPP 1.6 §7.15."""

CiString25 = Annotated[str, Meta(max_length=25)]
"""OCPP 1.6 §7.16."""

CiString50 = Annotated[str, Meta(max_length=50)]
"""OCPP 1.6 §7.17."""

CiString255 = Annotated[str, Meta(max_length=255)]
"""OCPP 1.6 §7.18."""

CiString500 = Annotated[str, Meta(max_length=500)]
"""OCPP 1.6 §7.19."""

IdToken = CiString20
"""An id tag: what a person identifies with. OCPP 1.6 §7.28."""

ID_TOKEN_LIMIT = 20
"""OCPP 1.6 §7.28: an IdToken has at most so many characters."""


def id_tag_key(id_tag: str) -> str:
    """
    What id tags are compared by: letter case means nothing (OCPP 1.6 §7.28).

    Neither do spaces around them: charge points send them (ocpp16.md §7).
    """
    return id_tag.strip().casefold()


Integer = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
"""A whole number. No section bounds it; 64 bits is what databases can hold."""


class OneDecimal(float):
    """
    A number with at most one digit after the point, as charging limits are.

    OCPP 1.6 §7.13, §7.14: "Accepts at most one digit fraction (e.g. 8.1).".
    Rounded when made, so that whatever is held can be written.
    """

    def __new__(cls, value: float) -> Self:
        if not isfinite(value):
            raise ValueError(f"not a number that JSON can hold: `{value}`")
        return super().__new__(cls, round(value, 1))


class _MessageType(msgspec.StructMeta):
    """Lets every message have its fields in the specification's order, optional or not."""

    def __new__(
        cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **settings: Any
    ) -> "_MessageType":
        # Unlike the other settings of a struct, `kw_only` isn't inherited.
        return super().__new__(cls, name, bases, namespace, **{"kw_only": True, **settings})


@dataclass_transform(frozen_default=True, kw_only_default=True)
class Message(
    msgspec.Struct,
    metaclass=_MessageType,
    frozen=True,
    rename="camel",
    omit_defaults=True,
    gc=False,
):
    """
    A payload, or a part of one, with the specification's field names in snake_case.

    A field that is None is absent on the wire. The garbage collector ignores messages: what is
    frozen and made of frozen parts holds no cycle.
    """
