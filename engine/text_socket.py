"""A short way for what nearly all messages are: text that arrives in one piece."""

from collections.abc import Callable, Sequence
from struct import Struct

from websockets.protocol import State
from websockets.speedups import apply_mask

from engine.central_system.central_system import TEXT_EXTENSION
from engine.sockets import ChargePointSocket

_WHOLE_TEXT = 0x81
"""The first byte of a text message in one frame: FIN and opcode 1. RFC 6455 §5.2."""
_MASKED = 0x80
_SHORT_HEADS = [bytes((_WHOLE_TEXT, length)) for length in range(126)]
_HEAD_OF_64_KIB = Struct("!BBH").pack
_HEAD_OF_ANY_LENGTH = Struct("!BBQ").pack


def _head(length: int) -> bytes:
    if length < 126:
        return _SHORT_HEADS[length]
    if length < 65536:
        return _HEAD_OF_64_KIB(_WHOLE_TEXT, 126, length)
    return _HEAD_OF_ANY_LENGTH(_WHOLE_TEXT, 127, length)


class TextSocket(ChargePointSocket):
    """
    A WebSocket that hands over a text message in the call that brings its bytes.

    uvicorn puts each message in a queue, stops reading from the socket until a task has been
    woken to fetch it, and reads on: two system calls and a turn of the event loop, beside the
    frame's way through a general parser. That is most of what a small message costs. An
    application that finds this socket in its scope (`TEXT_EXTENSION`) gets a text message that
    has arrived whole by a plain call instead, and can write one likewise. All else goes uvicorn's
    way: handshakes, fragments, binary messages, pings, closing, everything that breaks a rule,
    and messages that the application can't take now.
    """

    _offer: Callable[[str], bool] | None = None
    _early = False
    """Whether something has arrived that nobody was there to take yet."""
    _head = b""
    """The beginning of a frame's head whose rest is to come."""
    _passing = 0
    """How many of the next bytes still are of a frame that uvicorn has begun to read."""

    async def run_asgi(self) -> None:
        """Show the application the short way, and run it."""
        self.scope["extensions"][TEXT_EXTENSION] = self  # type: ignore[assignment]
        await super().run_asgi()

    def deliver_to(self, offer: Callable[[str], bool]) -> None:
        """
        From now on offer each whole text message to the application.

        One that it does not take, by saying False, waits in the queue of ASGI's `receive`; none
        is offered before that has been fetched, so messages stay in their order.
        """
        # A client that does not wait for the handshake may have sent part of a frame, and then
        # only uvicorn knows where the next one begins.
        if not self._early:
            self._offer = offer

    def write_texts(self, texts: Sequence[str]) -> bool:
        """
        Send text messages if the peer takes what is written.

        Otherwise ASGI's `send` waits until it does, or says that it is gone.
        """
        if self.conn.state is not State.OPEN or not self.writable.is_set():
            return False
        for text in texts:
            payload = text.encode()
            self.transport.write(_head(len(payload)) + payload)
        return True

    def take_in(self, data: bytes) -> None:
        """Take in frame by frame what has arrived."""
        if self._offer is None:
            self._early = self.handshake_initiated
            super().take_in(data)
            return
        if self._head:
            data, self._head = self._head + data, b""
        start, end = 0, len(data)
        if self._passing:
            start = min(self._passing, end)
            self._passing -= start
            super().take_in(data[:start])
        while start < end:
            # The head: two bytes, more of the length where it is long, four bytes of mask.
            length = data[start + 1] & 127 if end - start >= 2 else 0
            body = start + (6 if length < 126 else 8 if length == 126 else 14)
            if body > end:
                self._head = data[start:]
                return
            if length >= 126:
                length = int.from_bytes(data[start + 2 : body - 4], "big")
            stop = body + length
            if stop > end or not self._taken(data, start, body, stop):
                super().take_in(data[start:stop])
                self._passing = max(stop - end, 0)
            start = stop

    def _taken(self, data: bytes, start: int, body: int, stop: int) -> bool:
        """Whether the application has taken the frame from `start` to `stop`."""
        if (
            data[start] != _WHOLE_TEXT
            or not data[start + 1] & _MASKED
            or stop - body > self.config.ws_max_size
            or self.conn.state is not State.OPEN
            # One that came before waits to be fetched, or is not complete.
            or not self.queue.empty()
            or self.conn.current_size is not None
        ):
            return False
        try:
            text = apply_mask(data[body:stop], data[body - 4 : body]).decode()
        except UnicodeDecodeError:
            return False
        assert self._offer is not None
        return self._offer(text)
