"""The two listening servers: uvicorn, with its sockets bound by us and its signals left to us."""

import errno
import socket
from collections.abc import Sequence
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from engine.config import Address, OcppSettings
from engine.errors import ConfigError
from engine.sockets import ChargePointHandshake
from engine.text_socket import TextSocket

BACKLOG = 2048
"""After an outage a whole fleet connects at once (ocpp16.md §7, storms)."""


class Server(uvicorn.Server):
    """A uvicorn server on one bound socket."""

    def __init__(self, app: ASGIApp, listener: socket.socket, **options: Any) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                loop="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                backlog=BACKLOG,
                **options,
            )
        )
        self.listener = listener
        host, port = listener.getsockname()[:2]
        self.address = Address(host, port)
        """Where it really listens, also when the port was left to the system."""
        self.accepting = False
        """Whether new connections are let in now."""

    async def start(self) -> None:
        """Begin to accept connections."""
        self.config.load()
        self.lifespan = self.config.lifespan_class(self.config)
        await self.startup(sockets=[self.listener])
        self.accepting = True

    def stop_accepting(self) -> None:
        """Refuse new connections; those that are open go on."""
        self.accepting = False
        for server in self.servers:
            server.close()

    async def finish(self, seconds: float) -> None:
        """End all connections; requests in work get this long."""
        self.config.timeout_graceful_shutdown = max(round(seconds), 1)
        await self.shutdown(sockets=[self.listener])


def ocpp_server(
    app: ASGIApp, listener: socket.socket, settings: OcppSettings, trusted_proxies: Sequence[str]
) -> Server:
    """Build the server that charge points connect to."""
    if settings.ping_timeout_seconds is not None and settings.ping_interval_seconds is not None:
        _drop_unacknowledged(listener, settings)
    return Server(
        app,
        listener,
        http=ChargePointHandshake,
        ws=TextSocket,
        ws_max_size=settings.message_limit_bytes,
        ws_ping_interval=settings.ping_interval_seconds,
        ws_ping_timeout=settings.ping_timeout_seconds,
        # A deflate window costs more memory than all else of an idle connection.
        ws_per_message_deflate=False,
        **_proxies(trusted_proxies),
    )


def admin_server(app: ASGIApp, listener: socket.socket, trusted_proxies: Sequence[str]) -> Server:
    """Build the server of the admin API."""
    return Server(app, listener, http="httptools", ws="none", **_proxies(trusted_proxies))


def _proxies(trusted: Sequence[str]) -> dict[str, Any]:
    return {"proxy_headers": bool(trusted), "forwarded_allow_ips": list(trusted)}


def _drop_unacknowledged(listener: socket.socket, settings: OcppSettings) -> None:
    """
    Let the kernel end connections that no longer acknowledge what is sent.

    After a power loss nobody answers; each ping is data that TCP wants acknowledged, so this
    finds half-open sockets also of charge points that never answer pings. Accepted sockets
    inherit the option.
    """
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        seconds = (settings.ping_interval_seconds or 0) + (settings.ping_timeout_seconds or 0)
        milliseconds = min(int(seconds * 1000), 2**31 - 1)
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, milliseconds)


def bind(key: str, text: str) -> socket.socket:
    """
    Bind the address that the setting `key` holds, without listening yet.

    Raises:
        ConfigError: if the address is not ours or is in use.
    """
    address = Address.parse(text)
    try:
        found = socket.getaddrinfo(
            address.host, address.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        family, kind, protocol, _, target = found[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise _cannot_listen(key, address, error) from error
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        listener.bind(target)
    except OSError as error:
        listener.close()
        raise _cannot_listen(key, address, error) from error
    return listener


def _cannot_listen(key: str, address: Address, error: OSError) -> ConfigError:
    variable = f"VOLTRULE_{key.upper().replace('.', '__')}"
    hints = {
        errno.EADDRINUSE: "another program, perhaps another Voltrule, has this port: "
        f"stop it, or set {variable} to another one",
        errno.EACCES: "ports below 1024 are for privileged users: choose a higher one",
        errno.EADDRNOTAVAIL: "this machine has no such address; `0.0.0.0` means all it has",
    }
    reason = (error.strerror or str(error)).lower()
    return ConfigError(
        f"can't listen on `{address}` (`{key}`): {reason}",
        hint=hints.get(error.errno or 0, f"set `{key}` or {variable} to another address"),
    )
