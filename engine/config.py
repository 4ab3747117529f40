"""The settings: one struct per section of `config.yaml`, each key with its default (DESIGN §4)."""

from pathlib import Path
from typing import Annotated, Literal, Self

import msgspec
from msgspec import Meta

from engine.errors import ConfigError

Seconds = Annotated[float, Meta(gt=0)]
Days = Annotated[float, Meta(gt=0)]
Bytes = Annotated[int, Meta(ge=1024)]


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """The keys of one section. The struct is the table: names, types, limits, defaults."""


class OcppSettings(Section, frozen=True):
    """The port that charge points connect to."""

    listen: str = "0.0.0.0:9000"
    ping_interval_seconds: Seconds | None = 30
    """Time between WebSocket pings; null sends none."""
    ping_timeout_seconds: Seconds | None = 30
    """A charge point that answers pings and now leaves one unanswered this long is gone."""
    message_limit_bytes: Bytes = 1_048_576
    call_timeout_seconds: Seconds = 30
    """How long a command waits for the charge point's answer when its caller names no time."""
    require_subprotocol: bool = False
    refuse_before_accepted: bool = False
    concurrent_transactions_per_id_tag: Annotated[int, Meta(ge=1)] | None = None
    """How many transactions an id tag may have at once; null sets no limit."""
    abandoned_after_seconds: Seconds | None = 3600
    """When a transaction whose connector is Available counts as abandoned; null: never."""
    shutdown_seconds: Seconds = 10
    """How long a shutdown waits for the answers in flight."""


class AdminSettings(Section, frozen=True):
    """The port of the admin API."""

    listen: str = "127.0.0.1:8080"
    token: str | None = None
    """The first admin token; by environment or file only."""
    token_file: Path | None = None
    body_limit_bytes: Bytes = 1_048_576
    import_limit_bytes: Bytes = 67_108_864
    """For files of id tags: a million lines and more."""


class PolicySettings(Section, frozen=True):
    """Where the policies are, and when a change of them counts as finished."""

    path: Path = Path("policies/")
    quiet_seconds: Seconds = 0.3
    require_tests: bool = False
    """Policies go live only when their tests pass."""


class StoreSettings(Section, frozen=True):
    """The database."""

    url: str = "sqlite:///data/voltrule.db"
    url_file: Path | None = None
    """A file with the URL, for one that holds a password."""
    group_seconds: Annotated[float, Meta(ge=0, le=1)] = 0.002
    """Writes of this span share one transaction."""
    upgrade: bool = True
    """Bring an older schema up to date at start."""
    keep_messages_days: Days | None = None
    """Older messages are removed; null keeps them for ever, here and below."""
    keep_decisions_days: Days | None = None
    keep_meter_values_days: Days | None = None


class ClusterSettings(Section, frozen=True):
    """What makes several nodes one central system."""

    redis_url: str | None = None


class SecuritySettings(Section, frozen=True):
    """Whom the servers believe."""

    trusted_proxies: tuple[str, ...] = ()
    """Addresses or networks whose X-Forwarded-For and -Proto headers are believed."""
    mask_id_tags: bool = False
    """Show of a decision no whole id tag: not in the API, the log and events."""


class TelemetrySettings(Section, frozen=True):
    """Logs."""

    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["auto", "console", "json"] = "auto"
    """`auto`: for people on a terminal, JSON lines otherwise."""


class Settings(Section, frozen=True):
    """The whole configuration."""

    ocpp: OcppSettings = OcppSettings()
    admin: AdminSettings = AdminSettings()
    policies: PolicySettings = PolicySettings()
    store: StoreSettings = StoreSettings()
    cluster: ClusterSettings = ClusterSettings()
    security: SecuritySettings = SecuritySettings()
    telemetry: TelemetrySettings = TelemetrySettings()


class Address(msgspec.Struct, frozen=True):
    """A host and a port to listen on: `0.0.0.0:9000`, `[::1]:9000`, `127.0.0.1:0`."""

    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """
        Read `host:port`.

        Raises:
            ConfigError: if `text` is not of that form.
        """
        host, colon, port = text.rpartition(":")
        if host.startswith("[") and host.endswith("]"):
            host = host[1:-1]
        elif ":" in host:
            host = ""
        if not (host and colon and port.isascii() and port.isdigit() and int(port) < 2**16):
            raise ConfigError(
                f"`{text}` is no address to listen on",
                hint="write host:port, for example `127.0.0.1:8080`, `0.0.0.0:9000` or `[::]:9000`",
            )
        return cls(host, int(port))

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"
