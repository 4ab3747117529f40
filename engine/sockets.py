"""What a charge point's socket may cost: time, memory and turns of the event loop."""

from asyncio import TimerHandle, Transport
from collections.abc import Sequence
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import CloseCode, Frame

HANDSHAKE_SECONDS = 10.0
"""A connection that is no WebSocket by then is closed."""

HANDSHAKE_BYTES = 65_536
"""A request that is longer is refused. uvicorn would keep headers of any length."""

TURN_BYTES = 2_048
"""So much of one socket is taken in before all others have their turn: some 300 tiny frames."""

FRAGMENTS = 1_000
"""Fragments of a message that are kept apart; there may be any number of empty ones."""

_TOO_LONG = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\n"
_UNREADABLE = b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n"
_CLOSE = b"connection: close\r\n\r\n"


class ChargePointHandshake(HttpToolsProtocol):
    """A connection until it is a WebSocket."""

    _received = 0
    _deadline: TimerHandle | None = None

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]  # uvicorn's
        """Set the time it has."""
        super().connection_made(transport)
        self._deadline = self.loop.call_later(HANDSHAKE_SECONDS, transport.close)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the time it had."""
        self._forget_deadline()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on, up to the limit."""
        self._received += len(data)
        if self._received > HANDSHAKE_BYTES:
            self.transport.write(_TOO_LONG + _CLOSE)
            self.transport.close()
        else:
            super().data_received(data)

    def handle_websocket_upgrade(self) -> None:
        """Hand over to the WebSocket, and answer what that can't read."""
        self._forget_deadline()
        super().handle_websocket_upgrade()
        socket = self.transport.get_protocol()
        assert isinstance(socket, ChargePointSocket)
        socket.refuse_unreadable()

    def _get_upgrade(self) -> bytes | None:
        # RFC 9110 §5.2: several fields of one name are one list. uvicorn reads the last.
        connection = b",".join(value for name, value in self.headers if name == b"connection")
        if b"upgrade" not in [token.strip().lower() for token in connection.split(b",")]:
            return None
        return dict(self.headers).get(b"upgrade", b"").lower()

    def _forget_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


class ChargePointSocket(WebSocketsSansIOProtocol):
    """
    A WebSocket that lives as long as anything arrives on it, and never takes more than its share.

    uvicorn closes a socket whose ping stays unanswered. Some charge points never answer pings
    but send messages: those are alive (ocpp16.md §2). So an unanswered ping closes the socket
    only if its peer has answered pings before and nothing else has arrived since.

    uvicorn also takes in at once whatever has arrived, and answers pings to a peer that does not
    read. Here, what arrives is taken in part by part, and no more is read until the application
    has taken all of it and the peer takes what we write.
    """

    _heard_at = 0.0
    _answers_pings = False
    _unread = b""

    def data_received(self, data: bytes) -> None:
        """Note the sign of life, then take it in, now or in turns."""
        self._heard_at = self.loop.time()
        if len(data) <= TURN_BYTES and not self._unread:
            self.take_in(data)
            return
        has_turn = bool(self._unread)
        self._unread += data
        self._read_no_more()
        if not has_turn:
            self._take_turn()

    def take_in(self, data: bytes) -> None:
        """Take in what has arrived: as much of it as one turn allows."""
        super().data_received(data)

    def _take_turn(self) -> None:
        data, self._unread = self._unread[:TURN_BYTES], self._unread[TURN_BYTES:]
        if self.transport.is_closing():
            self._unread = b""
            return
        self.take_in(data)
        if self._unread:
            self.loop.call_soon(self._take_turn)
        else:
            self._read_on()

    def _read_no_more(self) -> None:
        if not self.read_paused:
            self.read_paused = True
            self.transport.pause_reading()

    def _read_on(self) -> None:
        if (
            self.read_paused
            and not self._unread
            and self.queue.empty()
            and self.writable.is_set()
            and not self.transport.is_closing()
        ):
            self.read_paused = False
            self.transport.resume_reading()

    async def receive(self) -> Any:
        """Give the application the next message, and read on when that was the last."""
        message = await self.queue.get()
        self._read_on()
        return message

    def pause_writing(self) -> None:
        """Read no more either: what is read may want to be answered."""
        super().pause_writing()
        self._read_no_more()

    def resume_writing(self) -> None:
        """Read on."""
        super().resume_writing()
        self._read_on()

    def handle_cont(self, event: Frame) -> None:
        """Keep the fragment."""
        if len(self.frames) >= FRAGMENTS:
            self.frames = [b"".join(self.frames)]
        super().handle_cont(event)

    def send_receive_event_to_app(self) -> None:
        """Pass a message on. RFC 6455 §8.1: one that is no UTF-8 fails the connection."""
        is_text = self.curr_msg_data_type == "text" and not self.close_sent
        if is_text and not _is_utf8(self.frames):
            self.frames = []
            self.conn.fail(CloseCode.INVALID_DATA, "not UTF-8")
            self.handle_parser_exception()
        else:
            super().send_receive_event_to_app()

    def handle_pong(self, event: Frame) -> None:
        """Note that this peer is one that answers pings."""
        self._answers_pings = True
        super().handle_pong(event)

    def keepalive_timeout(self) -> None:
        """Close the socket if its peer has fallen silent, else go on pinging."""
        if self._answers_pings and self._heard_at < self.ping_sent_at:
            super().keepalive_timeout()
        else:
            self.pong_timer = self.pending_ping_payload = None
            self.schedule_ping()

    def refuse_unreadable(self) -> None:
        """Answer a request that `websockets` could not read; uvicorn leaves it without one."""
        if not self.handshake_initiated:
            answer = b"".join(self.conn.data_to_send())
            self.transport.write(answer or _UNREADABLE + _CLOSE)
            self.transport.close()

    async def run_asgi(self) -> None:
        """Run the application. Unlike uvicorn's, a handshake that it refused is no error."""
        try:
            await self.app(self.scope, self.receive, self.send)
        except ClientDisconnected:
            pass
        except Exception:
            self.logger.exception("a connection failed")
            self.send_500_response()
        finally:
            if self.close_timer is None:
                self.transport.close()


def _is_utf8(fragments: Sequence[bytes]) -> bool:
    try:
        b"".join(fragments).decode()
    except UnicodeDecodeError:
        return False
    return True
