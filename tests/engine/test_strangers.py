"""An installation that anyone may connect to says so, and one that is opened by a reload, too."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from engine.policy.live.host import PolicyHost
from engine.policy.live.revisions import KeptRevision
from engine.policy.reading.compiling import compile_set
from engine.strangers import accepts_strangers, warns_of_opening

SHIPPED = Path(__file__).parent.parent.parent / "policies"
CLOSED = """name: closed
action: Connect
rule: { match: [{ response: { status: Forbidden } }] }
"""


class NoMemory:
    async def save(
        self, revision: str, files: Mapping[str, bytes], rolled_back_from: str | None = None
    ) -> None: ...

    async def load(self, revision: str | None = None) -> tuple[str, dict[str, bytes]] | None:
        return None

    async def kept(self) -> tuple[KeptRevision, ...]:
        return ()


@pytest.mark.parametrize(("accept", "open_to_all"), [("true", True), ("false", False)])
def test_an_installation_is_open_while_strangers_may_connect(
    accept: str, open_to_all: bool
) -> None:
    text = (SHIPPED / "connect.yaml").read_text()
    assert "acceptUnknown: true" in text
    files = {
        "connect.yaml": text.replace("acceptUnknown: true", f"acceptUnknown: {accept}").encode()
    }
    assert accepts_strangers(compile_set(files)) is open_to_all


async def test_a_reload_that_opens_a_closed_installation_is_warned_of(tmp_path: Path) -> None:
    (tmp_path / "connect.yaml").write_text(CLOSED)
    host = PolicyHost(tmp_path, memory=NoMemory())
    await host.start()
    host.on_change.append(warns_of_opening(host))
    (tmp_path / "connect.yaml").unlink()
    with capture_logs() as logs:
        await host.reload()
    assert host.current.policies == ()
    (opened,) = [each for each in logs if each["event"] == "installation opened"]
    assert opened["log_level"] == "warning"
    assert "write a policy for `Connect`" in opened["note"]


async def test_a_reload_of_an_open_installation_is_not_warned_of_again(tmp_path: Path) -> None:
    host = PolicyHost(tmp_path, memory=NoMemory())
    await host.start()
    host.on_change.append(warns_of_opening(host))
    (tmp_path / "a.yaml").write_text(CLOSED.replace("Forbidden", "Accepted"))
    with capture_logs() as logs:
        await host.reload()
    assert "installation opened" not in [each["event"] for each in logs]
