"""A TCP relay in front of a server, which a test can cut, hold up and make slow."""

import asyncio
from typing import Literal, Self

Cut = Literal["before", "after"]


class Relay:
    """Listens on a port of its own while it is up."""

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self.port = 0
        self.open = asyncio.Event()
        """Nothing passes while it is not set, and no connection ends."""
        self.open.set()
        self.delay_seconds = 0.0
        self._cut: tuple[bytes, Cut] | None = None
        self.cuts = 0

    async def __aenter__(self) -> Self:
        await self.up()
        return self

    async def __aexit__(self, *_: object) -> None:
        self.open.set()
        await self.down()

    async def up(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def down(self) -> None:
        """Refuse new connections and break the old ones."""
        assert self._server is not None
        self._server.close()
        for writer in self._writers:
            writer.transport.abort()
        await asyncio.gather(*self._tasks)
        self._writers.clear()

    def cut_at(self, text: bytes, when: Cut) -> None:
        """
        Break the next connection whose client says this.

        `before` the server hears of it, or `after` it has done it, so that only its answer is lost.
        """
        self._cut = (text, when)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        other_reader, other_writer = await asyncio.open_connection(*self._target)
        self._writers |= {writer, other_writer}
        back = asyncio.create_task(self._answers(other_reader, writer))
        there = asyncio.create_task(self._requests(reader, other_writer, back))
        for task in (back, there):
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _requests(
        self,
        reader: asyncio.StreamReader,
        server: asyncio.StreamWriter,
        back: asyncio.Task[None],
    ) -> None:
        try:
            while data := await reader.read(65536):
                await self.open.wait()
                await asyncio.sleep(self.delay_seconds)
                if self._cut is not None and self._cut[0] in data:
                    await self._break(data, server, back)
                    return
                server.write(data)
        except ConnectionError:
            pass
        finally:
            server.close()

    async def _break(
        self, data: bytes, server: asyncio.StreamWriter, back: asyncio.Task[None]
    ) -> None:
        assert self._cut is not None
        _, when = self._cut
        self._cut, self.cuts = None, self.cuts + 1
        # The client hears no more.
        back.cancel()
        await asyncio.wait((back,))
        if when == "after":
            server.write(data)
            # A polite end of ours comes after what was said, so the server does that first.
            server.write_eof()
            await server.drain()

    async def _answers(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65536):
                await self.open.wait()
                writer.write(data)
        except ConnectionError:
            pass
        finally:
            writer.close()
