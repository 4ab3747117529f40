"""Who may connect, and in which subprotocol."""

import base64
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import InvalidStatus

from engine.policy.facts import ChargePoint
from engine.security.passwords import hash_password
from protocol.timestamps import Timestamp
from tests.engine.central_system.running import Running, running

PASSWORD = b"\xff0123456789abcd:ef"
CONNECT = """
name: connect
action: Connect
rule:
  match:
    - id: all
      explanation: "'so'"
      response: { status: "STATUS" }
"""
TIME = Timestamp.parse("2026-01-31T12:00:00Z")


def connect_policy(status: str) -> dict[str, str]:
    """A policy that answers every handshake with `status`."""
    return {"connect.yaml": CONNECT.replace("STATUS", status)}


def basic(name: str, password: bytes) -> dict[str, str]:
    """The header of HTTP basic authentication."""
    credentials = base64.b64encode(name.encode() + b":" + password).decode()
    return {"Authorization": f"Basic {credentials}"}


async def refused(system: Running, charge_point_id: str = "CP1", **headers: str) -> httpx.Response:
    """The HTTP response of a handshake that must be refused."""
    charge_point = system.charge_point(charge_point_id)
    charge_point.headers = headers
    with pytest.raises(InvalidStatus) as caught:
        await charge_point.__aenter__()
    response = caught.value.response
    return httpx.Response(response.status_code, headers=[*response.headers.raw_items()])


async def with_password(system: Running) -> None:
    """Register CP1 with a password."""
    charge_point = ChargePoint(id="CP1", registered=True)
    hashed = hash_password(PASSWORD)
    await system.store.charge_points.register(charge_point, time=TIME, password_hash=hashed)


@pytest.mark.parametrize(
    ("status", "code"), [("Unauthorized", 401), ("Forbidden", 403), ("NotFound", 404)]
)
async def test_a_policy_refuses_a_handshake(tmp_path: Path, status: str, code: int) -> None:
    async with running(tmp_path, connect_policy(status)) as system:
        response = await refused(system)
        await system.store.flush()
        page = await system.store.decisions.list()
        known = await system.store.charge_points.get("CP1")
    assert response.status_code == code
    assert response.headers.get("www-authenticate") == (
        'Basic realm="ocpp"' if code == 401 else None
    )
    decision = page.items[0]
    assert (decision.action, decision.policy, decision.response, decision.explanation) == (
        "Connect",
        "connect",
        {"status": status},
        "so",
    )
    assert known is None


async def test_a_charge_point_that_connects_is_known_from_then_on(tmp_path: Path) -> None:
    async with running(tmp_path) as system, system.charge_point("a%20b-_c") as charge_point:
        await charge_point.boot()
        known = await system.store.charge_points.get("a b-_c")
    assert known is not None
    assert (known.registered, known.vendor) == (False, "ABB")


@pytest.mark.parametrize("path", ["", "/", "/ocpp/a/b/CP1", "/CP1/"])
async def test_the_identity_is_the_last_part_of_the_path(tmp_path: Path, path: str) -> None:
    async with running(tmp_path) as system:
        charge_point = system.charge_point()
        root = system.url.removesuffix("/ocpp")
        charge_point.url = root + path
        if path.strip("/"):
            async with charge_point:
                assert system.central_system.connection("CP1") is not None
        else:
            with pytest.raises(InvalidStatus, match="404"):
                await charge_point.__aenter__()


async def test_a_path_with_a_line_break_names_no_charge_point(tmp_path: Path) -> None:
    async with running(tmp_path) as system:
        with pytest.raises(InvalidStatus, match="404"):
            await system.charge_point("CP%0A1").__aenter__()


async def test_no_subprotocol_at_all_is_taken_as_ocpp_1_6(tmp_path: Path) -> None:
    async with running(tmp_path) as system:
        charge_point = system.charge_point()
        charge_point.subprotocols = None
        async with charge_point:
            assert charge_point.socket.subprotocol is None
            assert "currentTime" in await charge_point.call("Heartbeat", {})


async def test_a_subprotocol_may_be_required(tmp_path: Path) -> None:
    async with running(tmp_path, require_subprotocol=True) as system:
        charge_point = system.charge_point()
        charge_point.subprotocols = None
        async with charge_point:
            assert await charge_point.closed() == (1002, "use ocpp1.6")


async def test_only_unknown_subprotocols_end_in_a_close_after_the_handshake(
    tmp_path: Path,
) -> None:
    async with running(tmp_path) as system:
        charge_point = system.charge_point()
        charge_point.subprotocols = ["ocpp2.0.1", "soap"]
        async with charge_point:
            assert charge_point.socket.subprotocol is None
            assert await charge_point.closed() == (1002, "use ocpp1.6")
        assert system.central_system.connection("CP1") is None


async def test_ocpp_1_6_is_chosen_among_others(tmp_path: Path) -> None:
    async with running(tmp_path) as system:
        charge_point = system.charge_point()
        charge_point.subprotocols = ["ocpp2.0.1", "ocpp1.6"]
        async with charge_point:
            assert charge_point.socket.subprotocol == "ocpp1.6"


async def test_a_charge_point_with_a_password_connects_only_with_it(tmp_path: Path) -> None:
    async with running(tmp_path, connect_policy("Accepted")) as system:
        await with_password(system)
        assert (await refused(system)).status_code == 401
        assert (await refused(system, **basic("CP1", b"0123456789abcdef"))).status_code == 401
        assert (await refused(system, **basic("CP2", PASSWORD))).status_code == 401
        charge_point = system.charge_point()
        charge_point.headers = basic("CP1", PASSWORD)
        async with charge_point:
            assert "currentTime" in await charge_point.call("Heartbeat", {})


async def test_a_policy_sees_whether_the_password_was_right(tmp_path: Path) -> None:
    policy = connect_policy("${ request.authentication.verified ? 'Accepted' : 'NotFound' }")
    async with running(tmp_path, policy) as system:
        await with_password(system)
        assert (await refused(system)).status_code == 404
        charge_point = system.charge_point()
        charge_point.headers = basic("CP1", PASSWORD)
        async with charge_point:
            assert "currentTime" in await charge_point.call("Heartbeat", {})


async def test_effects_of_a_handshake_see_the_answer_that_is_given(tmp_path: Path) -> None:
    event = "event: { name: x, data: { is: '${ decision.response.status }' } }"
    policies = connect_policy("Accepted")
    policies["connect.yaml"] += f"effects: [{{ id: told, {event} }}]\n"
    async with running(tmp_path, policies) as system:
        await with_password(system)
        assert (await refused(system)).status_code == 401
        await system.store.flush()
        (decision,) = (await system.store.decisions.list(action="Connect")).items
    assert [effect["event"]["data"] for effect in decision.effects] == [{"is": "Unauthorized"}]


async def test_while_the_store_is_away_handshakes_get_503(tmp_path: Path) -> None:
    async with running(tmp_path) as system:
        system.execute("ALTER TABLE charge_points RENAME TO gone_too")
        response = await refused(system)
        system.execute("ALTER TABLE gone_too RENAME TO charge_points")
    assert (response.status_code, response.headers["retry-after"]) == (503, "30")


async def test_a_browser_is_told_what_this_port_is_for(tmp_path: Path) -> None:
    async with running(tmp_path) as system, httpx.AsyncClient() as browser:
        response = await browser.get(system.url.replace("ws:", "http:"))
    assert (response.status_code, response.headers["upgrade"]) == (426, "websocket")
