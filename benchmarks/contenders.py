"""The three servers of a run, each a process of its own."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import msgspec

TOKEN = "benchmark-only-0123456789abcdef0123456789"
READY_SECONDS = 60.0
POLICIES = Path(__file__).parent / "policies"
CLOCK_TICKS = os.sysconf("SC_CLK_TCK")


class Contender(msgspec.Struct, frozen=True):
    """A running server: its name in the table, its port, its process."""

    name: str
    port: int
    process: "subprocess.Popen[bytes]"

    def memory_bytes(self) -> int:
        """Resident memory now."""
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
        raise ProcessLookupError(f"{self.name} has ended")

    def cpu_seconds(self) -> float:
        """Processor time used so far, of all its threads."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / CLOCK_TICKS


@contextlib.contextmanager
def all_running() -> Iterator[list[Contender]]:
    """Start the three servers, and stop them at the end."""
    with contextlib.ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        yield [
            stack.enter_context(_running("bare echo", "benchmarks.bare_echo")),
            stack.enter_context(_running("ocpp package", "benchmarks.ocpp_package")),
            stack.enter_context(voltrule(f"sqlite:///{directory}/voltrule.db"))[0],
        ]


@contextlib.contextmanager
def _running(name: str, module: str) -> Iterator[Contender]:
    port = _free_port()
    with _process([sys.executable, "-m", module, str(port)], {}) as process:
        _wait_for_port(name, port, process)
        yield Contender(name, port, process)


@contextlib.contextmanager
def voltrule(store_url: str, policies: Path = POLICIES) -> Iterator[tuple[Contender, httpx.Client]]:
    """Start Voltrule on a store, with a client of its API."""
    port, admin_port = _free_port(), _free_port()
    settings = {
        "VOLTRULE_OCPP__LISTEN": f"127.0.0.1:{port}",
        "VOLTRULE_ADMIN__LISTEN": f"127.0.0.1:{admin_port}",
        "VOLTRULE_ADMIN__TOKEN": TOKEN,
        "VOLTRULE_POLICIES__PATH": str(policies),
        "VOLTRULE_STORE__URL": store_url,
        "VOLTRULE_TELEMETRY__LOG_LEVEL": "warning",
    }
    with _process([sys.executable, "-m", "engine", "serve"], settings) as process:
        _wait_for_port("Voltrule", admin_port, process)
        headers = {"Authorization": f"Bearer {TOKEN}"}
        with httpx.Client(base_url=f"http://127.0.0.1:{admin_port}", headers=headers) as api:
            api.put("/v1/id-tags/BENCH", json={"status": "Accepted"}).raise_for_status()
            yield Contender("Voltrule", port, process), api


@contextlib.contextmanager
def _process(
    command: list[str], environment: dict[str, str]
) -> Iterator["subprocess.Popen[bytes]"]:
    with subprocess.Popen(
        command, env=os.environ | environment, stdout=subprocess.DEVNULL
    ) as process:
        try:
            yield process
        finally:
            process.send_signal(signal.SIGKILL)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for_port(name: str, port: int, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise SystemExit(f"{name} ended with exit code {process.returncode} before it listened")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return
        time.sleep(0.05)
    raise SystemExit(f"{name} doesn't listen on port {port} after {READY_SECONDS:.0f} s")
