"""How the server starts, refuses to start, and stops."""

import asyncio
import re
import signal
import socket
from collections.abc import Callable

import httpx

from tests.system.admin import Admin
from tests.system.charge_point import ChargePoint
from tests.system.server import ADMIN_TOKEN, Server
from tests.system.traffic import ChargePointInTraffic, after_answers, charges, key, run_to_rest

MakeServer = Callable[..., Server]


async def test_sigterm_in_the_middle_of_traffic_answers_what_is_in_flight_and_exits_0(
    new_server: MakeServer,
) -> None:
    server = new_server().start()
    answered = asyncio.Semaphore(0)
    fleet = [ChargePointInTraffic(f"TERM-{n}", answered) for n in range(10)]
    async with asyncio.TaskGroup() as group:
        for each in fleet:
            group.create_task(each.run(server.ocpp_url, asyncio.Event()))
        await after_answers(answered, 100)
        server.signal(signal.SIGTERM)
        code = await asyncio.to_thread(server.wait)
    assert (code, "Traceback" in server.output.text) == (0, False), server.output.tail()
    server.start()
    await run_to_rest(server.ocpp_url, fleet)
    async with Admin(server.admin_url, server.token) as admin:
        shown = await admin.all("/v1/transactions", limit=500)
    assert sorted(map(key, shown), key=str) == sorted(charges(fleet), key=str)


async def test_sigterm_closes_the_connections_as_going_away(new_server: MakeServer) -> None:
    server = new_server().start()
    async with ChargePoint(server.ocpp_url, "CP") as charge_point:
        await charge_point.boot()
        server.signal(signal.SIGTERM)
        async with asyncio.timeout(10):
            await charge_point.socket.wait_closed()
        assert charge_point.socket.close_code in (1001, 1012)
    assert await asyncio.to_thread(server.wait) == 0


def test_ctrl_c_exits_0_without_a_traceback(new_server: MakeServer) -> None:
    server = new_server().start()
    server.signal(signal.SIGINT)
    assert server.wait() == 0
    assert "Traceback" not in server.output.text


def test_a_port_in_use_is_one_clear_reason_and_exit_2(new_server: MakeServer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        for section in ("ocpp", "admin"):
            server = new_server(config={section: {"listen": address}})
            server.launch()
            assert server.wait() == 2, server.output.text
            assert address in server.output.text
            assert "Traceback" not in server.output.text


def test_a_bad_configuration_is_all_its_problems_and_exit_2(new_server: MakeServer) -> None:
    server = new_server(config={"ocpp": {"lisen": "127.0.0.1:0"}, "stor": {"url": 7}})
    output = server.launch()
    assert server.wait() == 2, output.text
    assert output.text.splitlines() == [
        "voltrule: config.yaml:4:3: there is no key `lisen` in section `ocpp`",
        "hint: did you mean `listen`?",
        "config.yaml:8:1: there is no section `stor`",
        "hint: did you mean `store`?",
    ]


def test_policies_that_never_compiled_are_shown_with_their_place_and_exit_2(
    new_server: MakeServer,
) -> None:
    server = new_server(policies={"a.yaml": "name: a\naction: Heartbeet\nrule: {}\n"})
    output = server.launch()
    assert server.wait() == 2, output.text
    assert re.search(r"a\.yaml:2:9: ", output.text), output.text
    assert "Traceback" not in output.text


def test_the_first_start_shows_a_token_that_works_and_no_later_start_shows_one(
    new_server: MakeServer,
) -> None:
    server = new_server(token=None).start()
    printed = server.output.text
    words = set(re.findall(r"[A-Za-z0-9_\-]{20,}", printed))
    tokens = [word for word in words if is_admin_token(server, word)]
    assert len(tokens) == 1, printed
    assert server.stop() == 0
    assert server.output.text.count(tokens[0]) == 1
    server.start()
    assert is_admin_token(server, tokens[0])
    assert tokens[0] not in server.output.text
    words = set(re.findall(r"[A-Za-z0-9_\-]{20,}", server.output.text))
    assert [word for word in words if is_admin_token(server, word)] == []


def test_a_token_from_the_environment_is_never_shown(new_server: MakeServer) -> None:
    server = new_server().start()
    assert is_admin_token(server, ADMIN_TOKEN)
    assert server.stop() == 0
    assert ADMIN_TOKEN not in server.output.text
    stored = b"".join(file.read_bytes() for file in server.directory.glob("voltrule.db*"))
    assert ADMIN_TOKEN.encode() not in stored


def is_admin_token(server: Server, token: str) -> bool:
    headers = {"Authorization": f"Bearer {token}"}
    answer = httpx.post(f"{server.admin_url}/v1/policies/reload", headers=headers)
    assert answer.status_code in (200, 401), answer.text
    return answer.status_code == 200


def test_a_fresh_installation_says_that_it_is_open_and_how_to_close_it(server: Server) -> None:
    assert "connect.yaml" in server.output.text, server.output.text
