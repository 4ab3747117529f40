"""The README's tour is played as it is written, against a real server."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest

from tests.system.output import Output
from tests.system.server import Server

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
CHANGING = (
    (re.compile(r"\d\d:\d\d:\d\d\.\d{3}"), "12:00:00.000"),
    (re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z"), "…"),
)
"""What is another each time, and what to read instead."""
GIVEN = (". .venv/bin/activate", "export AUTH=")
"""Commands that the test has done in its own way."""


class Step(NamedTuple):
    """A command of the tour and what it prints."""

    command: str
    output: list[str]


def tour() -> Iterator[Step]:
    """The commands of all `console` blocks."""
    for block in re.findall(r"```console\n(.*?)```", README, re.DOTALL):
        for text in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, *output = text.rstrip("\n").split("\n")
            yield Step(command, [line for line in output if line not in ("", "…")])


def as_pattern(line: str) -> re.Pattern[str]:
    """A line of the README as a pattern: `…` stands for anything."""
    return re.compile(".*".join(map(re.escape, line.split("…"))))


def normal(text: str) -> str:
    for changing, same in CHANGING:
        text = changing.sub(same, text)
    return text


def play(step: Step, server: Server, environment: dict[str, str]) -> str:
    """Run a command where the server's policies are; returns what it printed."""
    # Other ports: the README's may be in use on this machine.
    command = step.command.replace("ws://localhost:9000/ocpp", server.ocpp_url)
    command = command.replace("localhost:8080", server.admin_url.removeprefix("http://"))
    ran = subprocess.run(
        ["bash", "-c", command],
        cwd=server.directory,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    print(f"$ {command}\n{ran.stdout}{ran.stderr}")
    return ran.stdout.replace(server.ocpp_url, "ws://localhost:9000/ocpp")


class Staying:
    """The command of the third terminal, which stays until it is ended."""

    def __init__(self, step: Step, server: Server, environment: dict[str, str]) -> None:
        command = step.command.replace("ws://localhost:9000/ocpp", server.ocpp_url)
        self._process = subprocess.Popen(
            shlex.split(command),
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert self._process.stdout is not None
        self._output = Output(self._process.stdout)

    def wait_until_ready(self) -> None:
        self._output.wait_for("stays connected", 60)

    def end(self) -> None:
        """The output is read on a thread, which alone may close it."""
        self._process.kill()
        self._process.wait()
        self._output.wait_for_end()


@pytest.mark.skipif(shutil.which("curl") is None, reason="the tour calls curl")
def test_the_tour_shows_what_it_says(tmp_path: Path) -> None:
    server = Server(tmp_path).start()
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    environment = os.environ | {"PATH": path, "AUTH": f"Authorization: Bearer {server.token}"}
    staying: list[Staying] = []
    try:
        for step in tour():
            if step.command.startswith(GIVEN):
                continue
            if "--stay" in step.command:
                staying.append(Staying(step, server, environment))
                staying[-1].wait_until_ready()
                continue
            if step.command.startswith("voltrule simulate"):
                _wait_for_reload(server)
            printed = iter(normal(play(step, server, environment)).splitlines())
            for line in step.output:
                pattern = as_pattern(normal(line))
                # In this order, with what the README leaves out in between.
                assert any(pattern.fullmatch(found) for found in printed), f"never came: {line}"
    finally:
        for terminal in staying:
            terminal.end()
        server.close()


def _wait_for_reload(server: Server) -> None:
    """A person takes longer to go on than the server to load the policies."""
    headers = {"Authorization": f"Bearer {server.token}"}
    httpx.post(f"{server.admin_url}/v1/policies/reload", headers=headers).raise_for_status()


def test_the_tour_has_the_steps_that_it_promises() -> None:
    commands = "\n".join(step.command for step in tour())
    for step in ("id-tags", "simulate", "sed -i", "check", "RemoteStartTransaction"):
        assert step in commands


def test_every_link_leads_somewhere() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", README)
    assert [link for link in links if "://" not in link and not (ROOT / link).exists()] == []


def test_every_command_is_named() -> None:
    (listed,) = re.findall(r"`voltrule --help` lists the commands: (.+)\.", README)
    help_text = subprocess.run(
        [sys.executable, "-m", "engine", "--help"], capture_output=True, text=True, check=True
    ).stdout
    commands = re.findall(r"^  ([a-z-]+)  ", help_text.split("Commands:")[1], re.MULTILINE)
    assert sorted(re.findall(r"`(.+?)`", listed)) == sorted(commands)


@pytest.mark.parametrize("command", sorted(set(re.findall(r"`?make (\w+)`?", README))))
def test_every_make_target_exists(command: str) -> None:
    assert re.search(rf"^{command}:", (ROOT / "Makefile").read_text(), re.MULTILINE)


def test_ci_calls_the_test_command_of_the_readme() -> None:
    (command,) = re.findall(r"^exec (.+)$", (ROOT / ".ci" / "run").read_text(), re.MULTILINE)
    assert f"```\n{command}\n```" in README
