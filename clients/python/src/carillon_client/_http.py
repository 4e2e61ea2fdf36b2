"""A link without a WebSocket: what is sent goes as POST, what comes is an event stream, whole or
fetched piece by piece."""

from __future__ import annotations

import asyncio
import codecs
import contextlib
import json
import logging
from collections.abc import Coroutine
from urllib.parse import urlsplit

from ._codecs import JsonCodec
from ._http1 import Head, HttpConnection, HttpFault
from ._link import Address, Ended
from .errors import ConnectionFailed

_log = logging.getLogger("carillon_client")

_WAIT_SECONDS = 25
_LOST_SECONDS = 40
_MAX_BATCH = 256 * 1024
_FAULTS = (OSError, EOFError, asyncio.TimeoutError, TimeoutError)


class HttpLink:
    """As ``Link``. Only JSON is spoken here."""

    def __init__(self, address: Address, *, stream: bool) -> None:
        self.codec = JsonCodec()
        self._address = address
        self._stream = stream
        parts = urlsplit(address.url)
        self._target = parts.path + (f"?{parts.query}" if parts.query else "")
        self._down = HttpConnection(address.url, address.headers, address.tls)
        self._up = HttpConnection(address.url, address.headers, address.tls)
        self._name = ""
        self._frames: asyncio.Queue[str] = asyncio.Queue()
        self._came: asyncio.Queue[str | Ended] = asyncio.Queue()
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._text = ""
        self._fetched = 1
        self._over = False
        self._tasks: list[asyncio.Task[None]] = []

    async def open(self) -> None:
        """Returns when the server has told where to send to, or raises ``ConnectionFailed``."""
        try:
            if self._stream:
                head = await self._down.request(
                    "GET", self._target, {"Accept": "text/event-stream"}
                )
                self._check(head)
                while not self._name and (part := await self._down.part()):
                    self._take(part)
            else:
                head = await self._down.request("POST", self._target, {"Carillon-Link": "new"})
                self._check(head)
                self._take(await self._down.body(self._address.max_frame_bytes))
        except _FAULTS as cause:
            self.abort()
            raise self._failed(str(cause) or "no answer in time") from cause
        except asyncio.CancelledError:
            self.abort()
            raise
        if not self._name:
            self.abort()
            raise self._failed("the answer is no event stream of Carillon")
        read = self._read_stream() if self._stream else self._poll()
        self._tasks = [
            asyncio.create_task(self._until_it_ends(read), name="carillon: reads"),
            asyncio.create_task(self._until_it_ends(self._write()), name="carillon: writes"),
        ]

    def _failed(self, words: str) -> ConnectionFailed:
        text = f"no connection to {self._address} over HTTP: {words}"
        return ConnectionFailed("connection_failed", text, retryable=True)

    def _check(self, head: Head) -> None:
        if head.status == 200:
            return
        after = head.fields.get("retry-after", "")
        raise HttpRefused(head.status, float(after) if after.isdigit() else None)

    def send(self, frame: str | bytes) -> None:
        # A line break outside of strings is white space, and within them there is none.
        self._frames.put_nowait(str(frame).replace("\n", " "))

    async def receive(self) -> str | Ended:
        return await self._came.get()

    async def close(self, code: int, reason: str) -> None:
        """Sends what is left, and says goodbye where the session ends with it."""
        try:
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._frames.join(), 1)
            if code == 1000 and not self._over:
                await asyncio.wait_for(self._leave(), 2)
        except _FAULTS as problem:
            _log.debug("closing: %s", problem)
        finally:
            self.abort()

    async def _leave(self) -> None:
        leaving = HttpConnection(self._address.url, self._address.headers, self._address.tls)
        try:
            await leaving.request("DELETE", self._target, {"Carillon-Link": self._name})
        finally:
            leaving.close()

    def abort(self) -> None:
        """Lets go of everything at once."""
        for task in self._tasks:
            if task is not asyncio.current_task():
                task.cancel()
        self._down.close()
        self._up.close()

    async def _until_it_ends(self, work: Coroutine[None, None, None]) -> None:
        try:
            await work
        except (*_FAULTS, UnicodeDecodeError, ValueError) as problem:
            _log.debug("the link over HTTP ended: %s", problem)
        self._end(Ended(1006, "", unreadable=False))

    def _end(self, ended: Ended) -> None:
        if not self._over:
            self._over = True
            self._came.put_nowait(ended)

    async def _read_stream(self) -> None:
        while part := await self._down.part():
            self._take(part)

    async def _poll(self) -> None:
        query = "&" if "?" in self._target else "?"
        target = f"{self._target}{query}wait={_WAIT_SECONDS}"
        while not self._over:
            self._fetched += 1
            headers = {
                "Accept": "text/event-stream",
                "Carillon-Link": self._name,
                "Carillon-Number": str(self._fetched),
            }
            head = await asyncio.wait_for(self._down.request("GET", target, headers), _LOST_SECONDS)
            self._check(head)
            self._take(await self._down.body(self._address.max_frame_bytes))

    async def _write(self) -> None:
        number = 0
        while True:
            batch = [await self._frames.get()]
            size = len(batch[0])
            while size < _MAX_BATCH and not self._frames.empty():
                batch.append(self._frames.get_nowait())
                size += len(batch[-1])
            number += 1
            headers = {
                "Carillon-Link": self._name,
                "Carillon-Number": str(number),
                "Content-Type": "application/json",
            }
            body = "\n".join(batch).encode()
            try:
                head = await asyncio.wait_for(
                    self._up.request("POST", self._target, headers, body), _LOST_SECONDS
                )
                await self._up.body(self._address.max_frame_bytes)
            finally:
                for _ in batch:
                    self._frames.task_done()
            if head.status != 204:
                raise HttpRefused(head.status, None)

    def _take(self, data: bytes) -> None:
        self._text += self._decoder.decode(data)
        while not self._over:
            event, end, rest = self._text.partition("\n\n")
            if not end:
                break
            self._text = rest
            self._event(event)
        if len(self._text) > self._address.max_frame_bytes:
            self._end(Ended(1009, "an event that is too large", unreadable=True))

    def _event(self, event: str) -> None:
        name = ""
        data: list[str] = []
        for line in event.split("\n"):
            if line.startswith("event: "):
                name = line[7:]
            elif line.startswith("data: "):
                data.append(line[6:])
        if not data:
            return
        text = "\n".join(data)
        if not name:
            self._came.put_nowait(text)
        elif name == "link" and not self._name:
            self._name = text
        elif name == "close":
            told = json.loads(text)
            self._end(Ended(int(told["code"]), str(told["reason"]), unreadable=False))


class HttpRefused(HttpFault):
    """The server answered with a status that is no success."""

    def __init__(self, status: int, retry_after: float | None) -> None:
        super().__init__(f"HTTP status {status}")
        self.status = status
        self.retry_after = retry_after
