"""A TCP proxy that breaks connections: after some bytes, drawn from a seed, whatever they are."""

from __future__ import annotations

import asyncio
from random import Random


class CuttingProxy:
    """Passes bytes on, and cuts as many connections as it was told to."""

    def __init__(self, port: int, cuts: int, seed: int) -> None:
        self._target = port
        self._random = Random(seed)
        self._left = cuts
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.cut = 0
        self.done = asyncio.Event()
        """Set when all cuts were made."""

    @property
    def url(self) -> str:
        assert self._server is not None
        return f"ws://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def __aenter__(self) -> CuttingProxy:
        self._server = await asyncio.start_server(self._pass_on, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        limit: list[int] = [self._random.randrange(100, 6_000)] if self._left > 0 else []
        self._left -= len(limit)
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            writer.transport.abort()
            return
        ways = [
            asyncio.ensure_future(self._copy(reader, far_writer, limit)),
            asyncio.ensure_future(self._copy(far_reader, writer, limit)),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            writer.transport.abort()
            far_writer.transport.abort()
            if limit and limit[0] <= 0:
                self.cut += 1
                if self._left <= 0:
                    self.done.set()
            elif limit:
                self._left += 1  # it ended by itself: another one is cut instead

    async def _copy(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, limit: list[int]
    ) -> None:
        try:
            while data := await reader.read(4096):
                if limit:
                    part = data[: max(limit[0], 0)]
                    limit[0] -= len(data)
                    writer.write(part)
                    if limit[0] <= 0:
                        await writer.drain()
                        return
                else:
                    writer.write(data)
                await writer.drain()
        except OSError:
            return
