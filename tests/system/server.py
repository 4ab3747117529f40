"""A real `voltrule serve` in a process of its own, with a store and policies of its own."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import yaml

from tests.system.output import Output

SHIPPED_POLICIES = Path(__file__).parents[2] / "policies"
ADMIN_TOKEN = "an-admin-token-for-the-whole-service-tests"


class Server:
    """
    One installation in `directory`: config.yaml, policies/ and voltrule.db.

    It can be started, killed and started again; the store and the policies stay.
    """

    def __init__(
        self,
        directory: Path,
        *,
        policies: dict[str, str] | None = None,
        config: dict[str, dict[str, Any]] | None = None,
        token: str | None = ADMIN_TOKEN,
        module: str = "engine",
    ) -> None:
        self.directory = directory
        self.module = module
        self.policies = directory / "policies"
        self.token = token
        self._write_policies(policies)
        self.write_config(config or {})
        self._process: subprocess.Popen[str] | None = None
        self._output: Output | None = None

    def _write_policies(self, policies: dict[str, str] | None) -> None:
        if policies is None:
            shutil.copytree(SHIPPED_POLICIES, self.policies)
            return
        self.policies.mkdir()
        for name, text in policies.items():
            (self.policies / name).write_text(text)

    def write_config(self, changes: dict[str, dict[str, Any]]) -> None:
        """Write config.yaml: free ports, this directory's store and policies, then `changes`."""
        config: dict[str, dict[str, Any]] = {
            "ocpp": {"listen": "127.0.0.1:0"},
            "admin": {"listen": "127.0.0.1:0"},
            "policies": {"path": "policies"},
            "store": {"url": "sqlite:///voltrule.db"},
        }
        for section, keys in changes.items():
            config.setdefault(section, {}).update(keys)
        (self.directory / "config.yaml").write_text(yaml.safe_dump(config))

    def launch(self) -> Output:
        """Start the process and return what it prints, without waiting for anything."""
        environment = {k: v for k, v in os.environ.items() if not k.startswith("VOLTRULE_")}
        if self.token is not None:
            environment["VOLTRULE_ADMIN__TOKEN"] = self.token
        self._process = subprocess.Popen(
            [sys.executable, "-m", self.module, "serve", "--config", "config.yaml"],
            cwd=self.directory,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
        )
        assert self._process.stdout is not None
        self._output = Output(self._process.stdout)
        return self._output

    def start(self) -> "Server":
        """Start the process and wait until `GET /readyz` says that it serves."""
        output = self.launch()
        self.ocpp_url = output.wait_for(r"wss?://127\.0\.0\.1:\d+").group() + "/ocpp"
        self.admin_url = output.wait_for(r"https?://127\.0\.0\.1:\d+").group()
        ready = httpx.get(f"{self.admin_url}/readyz", timeout=10)
        assert ready.status_code == 200, f"{ready.text}\n{output.tail()}"
        return self

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def output(self) -> Output:
        assert self._output is not None, "the server was not started"
        return self._output

    def signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def wait(self, timeout_seconds: float = 15) -> int:
        """The exit code, once the process has ended."""
        assert self._process is not None
        try:
            code = self._process.wait(timeout_seconds)
        except subprocess.TimeoutExpired as error:
            raise AssertionError(f"still running:\n{self.output.tail()}") from error
        self.output.wait_for_end()
        return code

    def stop(self) -> int:
        """End it as an operator does, by SIGTERM; the exit code."""
        self.signal(signal.SIGTERM)
        return self.wait()

    def kill(self) -> None:
        """End it as a power cut does, by SIGKILL."""
        self.signal(signal.SIGKILL)
        self.wait()

    def close(self) -> None:
        """Leave no process behind, whatever the test did."""
        if self._process is not None and self._process.poll() is None:
            self.kill()
