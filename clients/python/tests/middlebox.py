"""A proxy as networks have them: one that knows no upgrades, one that keeps an answer until it is
whole."""

from __future__ import annotations

import asyncio


class Middlebox:
    """Passes HTTP on, a request a connection. ``upgrades``: ``pass``, ``swallow`` or ``refuse``."""

    def __init__(self, port: int, *, upgrades: str = "pass", buffers: bool = False) -> None:
        self._target = port
        self.upgrades = upgrades
        self.buffers = buffers
        self.requests: list[str] = []
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()

    @property
    def url(self) -> str:
        assert self._server is not None
        return f"ws://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def __aenter__(self) -> Middlebox:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        self.cut()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.sleep(0.05)  # for sockets to be let go of

    def cut(self) -> None:
        """Resets every connection."""
        for writer in list(self._writers):
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        self._writers.add(writer)
        try:
            await self._pass_on(reader, writer)
        except (OSError, EOFError, asyncio.CancelledError):
            pass
        finally:
            self._writers.discard(writer)
            writer.transport.abort()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            line = head.partition(b"\r\n")[0].decode().rpartition(" ")[0]
            if b"upgrade: websocket" in head.lower():
                self.requests.append(f"UPGRADE {line}")
                if self.upgrades == "swallow":
                    await reader.read()
                    return
                if self.upgrades == "refuse":
                    writer.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
                    await writer.drain()
                    return
                await self._both_ways(head, reader, writer)
                return
            self.requests.append(line)
            await self._one(head, reader, writer)

    async def _one(
        self, head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        length = next(
            (
                int(line.partition(b":")[2])
                for line in head.lower().split(b"\r\n")
                if line.startswith(b"content-length:")
            ),
            0,
        )
        body = await reader.readexactly(length)
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target)
        self._writers.add(far_writer)
        try:
            # One request a connection, so that the end of the answer is the end of the connection.
            far_writer.write(head.replace(b"\r\n", b"\r\nConnection: close\r\n", 1) + body)
            kept = bytearray()
            while data := await far_reader.read(65536):
                if self.buffers:
                    kept += data
                else:
                    writer.write(data)
                    await writer.drain()
            writer.write(bytes(kept))
            await writer.drain()
            raise EOFError
        finally:
            self._writers.discard(far_writer)
            far_writer.transport.abort()

    async def _both_ways(
        self, head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target)
        self._writers.add(far_writer)
        far_writer.write(head)
        ways = [
            asyncio.ensure_future(self._copy(reader, far_writer)),
            asyncio.ensure_future(self._copy(far_reader, writer)),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            self._writers.discard(far_writer)
            far_writer.transport.abort()

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
