"""The handshake: who is it, may it connect, and in which subprotocol (OCPP-J 1.6 §3)."""

from __future__ import annotations

from collections.abc import Mapping
from time import perf_counter
from typing import Any, TypeAlias

import msgspec
from msgspec.structs import replace
from starlette.responses import PlainTextResponse, Response
from structlog import get_logger

from engine.central_system import recording
from engine.central_system.context import Context
from engine.policy.deciding.decide import decide
from engine.policy.deciding.decision import Decision
from engine.policy.explaining import recorded_facts
from engine.policy.facts import (
    Authentication,
    ChargePoint,
    ConnectConf,
    ConnectReq,
    ConnectStatus,
    Facts,
)
from engine.security.passwords import PasswordVerifier
from protocol import handshake, payloads

Scope: TypeAlias = Mapping[str, Any]

log = get_logger()

REFUSALS: Mapping[ConnectStatus, tuple[int, str]] = {
    ConnectStatus.Unauthorized: (401, "wrong or missing credentials\n"),
    ConnectStatus.Forbidden: (403, "this charge point may not connect\n"),
    # OCPP-J 1.6 §3.1.2: "If the Central System does not recognize the charge point identifier in
    # the URL path, it SHOULD send an HTTP response with status 404".
    ConnectStatus.NotFound: (404, "this charge point is not known\n"),
}


class Admitted(msgspec.Struct, frozen=True, kw_only=True):
    """A charge point that may connect."""

    charge_point: ChargePoint
    remote_address: str
    subprotocol: str | None
    acceptable: bool
    """False when it offered subprotocols and none of them is ours."""


class Handshakes:
    """Answers handshakes by the Connect decision."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._passwords = PasswordVerifier()

    async def answer(self, scope: Scope) -> Admitted | Response:
        """
        Decide whether the charge point may connect; a Response is the refusal.

        Raises:
            StoreUnavailable: who may connect can't be looked up now.
        """
        charge_point_id = handshake.identity(scope["raw_path"])
        if charge_point_id is None:
            return self._refuse(ConnectStatus.NotFound, scope["path"])
        store = self._context.store
        charge_point = await store.charge_points.get(charge_point_id)
        authentication, may_pass = await self._authenticate(scope, charge_point_id)
        client = scope.get("client")
        request = ConnectReq(
            charge_point_id=charge_point_id,
            path=scope["path"],
            subprotocols=tuple(scope["subprotocols"]),
            remote_address="" if client is None else client[0],
            authentication=authentication,
        )
        if charge_point is None:
            charge_point = ChargePoint(id=charge_point_id)
        status = self._decide(charge_point, request, may_pass)
        if status is not ConnectStatus.Accepted:
            return self._refuse(status, charge_point_id)
        self._context.meters.handshake("Accepted")
        return self._admit(charge_point, request)

    def _admit(self, charge_point: ChargePoint, request: ConnectReq) -> Admitted:
        subprotocol = handshake.choose_subprotocol(request.subprotocols)
        required = bool(request.subprotocols) or self._context.settings.require_subprotocol
        if subprotocol is None and not required:
            log.warning("no subprotocol offered, taken as ocpp1.6", chargePointId=charge_point.id)
        return Admitted(
            charge_point=charge_point,
            remote_address=request.remote_address,
            subprotocol=subprotocol,
            acceptable=subprotocol is not None or not required,
        )

    async def _authenticate(
        self, scope: Scope, charge_point_id: str
    ) -> tuple[Authentication, bool]:
        """How it authenticated, and whether it proved to know its password if it has one."""
        stored = await self._context.store.charge_points.password_hash(charge_point_id)
        credentials = handshake.basic_credentials(_authorization(scope))
        if credentials is None:
            return Authentication(), stored is None
        name, password = credentials
        # OCPP-J 1.6 §6.2.2: "the username is equal to the charge point identity".
        verified = (
            stored is not None
            and name == charge_point_id
            and await self._passwords.verify(password, stored)
        )
        return Authentication(method="basic", verified=verified), verified or stored is None

    def _decide(
        self, charge_point: ChargePoint, request: ConnectReq, may_pass: bool
    ) -> ConnectStatus:
        context, now = self._context, self._context.clock()
        facts = Facts(request=request, charge_point=charge_point, now=now)
        began = perf_counter()
        policies = context.policies.current
        # No policy lets in who does not know the password that an operator has set.
        guard = None if may_pass else _password_missing
        decision = decide(policies, "Connect", facts, {}, guard)
        seconds = perf_counter() - began
        if decision.failed:
            context.policies_failed(charge_point.id, decision, facts)
        response = decision.response
        assert isinstance(response, ConnectConf)
        context.record(
            recording.decision_made(
                context.store,
                charge_point.id,
                decision,
                payloads.encode(response),
                recorded_facts.with_request(facts, policies.facts_read("Connect")),
                message_id=None,
                now=now,
                seconds=seconds,
            )
        )
        context.meters.decided("Connect", decision.source)
        return response.status

    def _refuse(self, status: ConnectStatus, who: str) -> Response:
        code, text = REFUSALS[status]
        self._context.meters.handshake(status.value)
        log.warning("handshake refused", chargePointId=who, status=status.value)
        headers = {"www-authenticate": 'Basic realm="ocpp"'} if code == 401 else None
        return PlainTextResponse(text, code, headers=headers)


def _password_missing(decision: Decision) -> Decision:
    response = decision.response
    if isinstance(response, ConnectConf) and response.status is not ConnectStatus.Accepted:
        return decision
    return replace(
        decision,
        response=ConnectConf(status=ConnectStatus.Unauthorized),
        source="default",
        policy=None,
        rule=None,
        explanation="the charge point has a password, and did not prove to know it",
    )


def _authorization(scope: Scope) -> bytes | None:
    for name, value in scope["headers"]:
        if name.lower() == b"authorization":
            header: bytes = value
            return header
    return None
