"""The registry of charge points: what an operator says of each, and what each said of itself."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime
from urllib.parse import quote

import msgspec
from msgspec import UNSET, UnsetType

from engine.api import etags
from engine.api.merge_patch import merged
from engine.api.problems import FieldError, invalid
from engine.api.queries import PageQuery, Query
from engine.api.routes import Answer, Asked
from engine.api.services import Services
from engine.api.shapes import Shape, shaped
from engine.errors import Conflict, NotFound
from engine.policy.facts import ChargePoint, Connector, Fact
from engine.security import passwords
from engine.security.passwords import PasswordError
from engine.storage import ChargePointRecord, VersionMismatch
from protocol.handshake import identity

TRIES = 5
"""How often a merge is repeated when somebody else edits at the same time."""


class ChargePointEdit(Shape, frozen=True, kw_only=True):
    """What an operator says of a charge point."""

    id: str | None = None
    """The charge point of the path, again; it may be left out."""
    groups: tuple[str, ...] = ()
    """Groups that policies and selectors may name."""
    labels: dict[str, str] = {}
    password: str | UnsetType | None = UNSET
    """
    The password of its basic authentication, 16 to 20 bytes (Security A00.FR.205). Never shown.
    Left out: it stays as it is. Null: it is removed.
    """
    authorization_key: str | UnsetType = UNSET
    """The same password as AuthorizationKey has it: hexadecimal, for one that is not text."""


class Connection(Fact, frozen=True, kw_only=True):
    """The connection of a charge point, or what is known while there is none."""

    connected: bool
    connected_at: datetime | None = None
    last_seen_at: datetime | None = None
    """When its last message arrived, of whatever kind."""
    remote_address: str | None = None
    subprotocol: str | None = None


class ChargePointState(ChargePoint, frozen=True, kw_only=True):
    """A charge point: its registration, its last boot, its connectors and its connection."""

    has_password: bool
    created_at: datetime
    connection: Connection
    connectors: tuple[Connector, ...]
    """The last status of each connector that reported one; 0 is the charge point itself."""


class ChargePointPage(Fact, frozen=True, kw_only=True):
    """A page of charge points, by id."""

    items: tuple[ChargePointState, ...]
    next: str | None
    """The `cursor` of the next page; null on the last."""


class ChargePointsQuery(PageQuery, frozen=True, kw_only=True):
    """Which charge points are wanted."""

    registered: bool | None = None
    """`true`: only those in the registry; `false`: only those that merely connected."""
    vendor: str | None = None
    model: str | None = None


async def list_charge_points(asked: Asked[ChargePointsQuery, None]) -> Answer:
    """Answer a page of charge points."""
    query = asked.query
    page = await asked.services.store.charge_points.list(
        limit=query.limit,
        after=query.cursor,
        registered=query.registered,
        vendor=query.vendor,
        model=query.model,
    )
    connectors = await asked.services.store.connectors.of_many(
        [record.charge_point.id for record in page.items]
    )
    items = tuple(
        _state(asked.services, record, connectors[record.charge_point.id]) for record in page.items
    )
    return Answer(body=ChargePointPage(items=items, next=page.next))


async def get_charge_point(asked: Asked[Query, None]) -> Answer:
    """Answer one charge point."""
    return await _answer(asked.services, await _record(asked))


async def put_charge_point(asked: Asked[Query, ChargePointEdit]) -> Answer:
    """Register a charge point, or replace what an operator said of it."""
    charge_point_id = _checked_id(asked.path["chargePointId"])
    _same_id(asked.body, charge_point_id)
    password_hash = await _password_hash(asked.body)
    charge_points = asked.services.store.charge_points
    known = await charge_points.record(charge_point_id)
    etags.check(asked.headers, charge_point_id, known.version if known else None)
    if known is None:
        record = await charge_points.register(
            ChargePoint(id=charge_point_id, groups=asked.body.groups, labels=asked.body.labels),
            time=datetime.now(UTC),
            password_hash=None if password_hash is UNSET else password_hash,
        )
    else:
        version = known.version if etags.is_conditional(asked.headers) else None
        record = await _update(asked, known, asked.body, password_hash, version)
    await asked.services.central_system.refresh(charge_point_id)
    return await _answer(asked.services, record, status=201 if known is None else 200)


async def patch_charge_point(asked: Asked[Query, dict[str, object]]) -> Answer:
    """Change some of what an operator said of a charge point."""
    known = await _record(asked)
    patched = _patched(known.charge_point, asked.body)
    _same_id(patched, known.charge_point.id)
    password_hash = await _password_hash(patched)
    for _ in range(TRIES):
        known = await _record(asked)
        etags.check(asked.headers, known.charge_point.id, known.version)
        edit = _patched(known.charge_point, asked.body)
        # What was merged is good for the version it was merged with only.
        with suppress(VersionMismatch):
            record = await _update(asked, known, edit, password_hash, version=known.version)
            await asked.services.central_system.refresh(known.charge_point.id)
            return await _answer(asked.services, record)
    raise Conflict(f"`{known.charge_point.id}` is edited all the time", hint="try again")


async def delete_charge_point(asked: Asked[Query, None]) -> Answer:
    """Take a charge point out of the registry and close its connection."""
    known = await _record(asked)
    charge_point_id = known.charge_point.id
    etags.check(asked.headers, charge_point_id, known.version)
    version = known.version if etags.is_conditional(asked.headers) else None
    await asked.services.store.charge_points.delete(charge_point_id, version=version)
    await asked.services.central_system.refresh(charge_point_id)
    return Answer(status=204)


async def _record(asked: Asked[Query, object]) -> ChargePointRecord:
    charge_point_id = asked.path["chargePointId"]
    record = await asked.services.store.charge_points.record(charge_point_id)
    if record is None:
        raise NotFound(
            f"There is no charge point `{charge_point_id}`",
            hint="GET /v1/charge-points lists those that are registered or have connected",
        )
    return record


def _patched(charge_point: ChargePoint, patch: dict[str, object]) -> ChargePointEdit:
    """Apply a merge patch; `"password": null` stays there, for it means to remove it."""
    current = {"groups": charge_point.groups, "labels": charge_point.labels}
    members = {name: value for name, value in patch.items() if name != "password"}
    result = merged(msgspec.to_builtins(current), members)
    assert isinstance(result, dict)
    if "password" in patch:
        result["password"] = patch["password"]
    edit: ChargePointEdit = shaped(ChargePointEdit, result)
    return edit


async def _update(
    asked: Asked[Query, object],
    known: ChargePointRecord,
    edit: ChargePointEdit,
    password_hash: str | UnsetType | None,
    version: int | None,
) -> ChargePointRecord:
    return await asked.services.store.charge_points.update(
        msgspec.structs.replace(
            known.charge_point, registered=True, groups=edit.groups, labels=edit.labels
        ),
        version=version,
        password_hash=password_hash,
    )


async def _password_hash(edit: ChargePointEdit) -> str | UnsetType | None:
    """Hash the password of an edit: None removes it, UNSET leaves it as it is."""
    if edit.authorization_key is not UNSET:
        if edit.password is not UNSET:
            raise _refused("authorizationKey", "is the password too: give one of them")
        return await _hashed("authorizationKey", edit.authorization_key)
    if isinstance(edit.password, str):
        return await _hashed("password", edit.password)
    return edit.password


async def _hashed(field: str, text: str) -> str:
    try:
        raw = text.encode() if field == "password" else passwords.from_authorization_key(text)
        return await asyncio.to_thread(passwords.hash_password, passwords.check(raw))
    except PasswordError as error:
        raise _refused(field, str(error)) from None


def _same_id(edit: ChargePointEdit, charge_point_id: str) -> None:
    if edit.id not in (None, charge_point_id):
        raise _refused("id", f"is `{edit.id}`, but the path names `{charge_point_id}`")


def _refused(field: str, message: str) -> Exception:
    return invalid(FieldError(place="body", path=field, message=message))


def _checked_id(charge_point_id: str) -> str:
    """Give back an id that a charge point can connect with."""
    if identity(quote(charge_point_id, safe="")) != charge_point_id:
        message = "is an identity that no charge point can connect with (OCPP-J 1.6 §3.1.1)"
        raise invalid(FieldError(place="path", path="chargePointId", message=message))
    return charge_point_id


async def _answer(services: Services, record: ChargePointRecord, status: int = 200) -> Answer:
    connectors = await services.store.connectors.list(record.charge_point.id)
    return Answer(
        body=_state(services, record, connectors),
        status=status,
        headers={"ETag": etags.etag(record.version)},
    )


def _state(
    services: Services, record: ChargePointRecord, connectors: tuple[Connector, ...]
) -> ChargePointState:
    return ChargePointState(
        **msgspec.structs.asdict(record.charge_point),
        has_password=record.has_password,
        created_at=record.created_at,
        connection=_connection(services, record),
        connectors=connectors,
    )


def _connection(services: Services, record: ChargePointRecord) -> Connection:
    connection = services.central_system.connection(record.charge_point.id)
    if connection is None:
        return Connection(connected=False, last_seen_at=record.last_seen_at)
    return Connection(
        connected=True,
        connected_at=connection.connected_at,
        last_seen_at=connection.last_seen_at,
        remote_address=connection.remote_address,
        subprotocol=connection.subprotocol,
    )
