"""A link without a WebSocket: what is sent goes as POST, what comes is an event stream, whole or
fetched piece by piece."""

from __future__ import annotations

import asyncio
import codecs
import contextlib
import json
import logging
import time
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from ._codecs import JsonCodec
from ._http1 import Head, HttpConnection, HttpFault, seconds_of
from ._link import Address, Ended
from .errors import ConnectionFailed

_log = logging.getLogger("carillon_client")

_WAIT_SECONDS = 25
_LOST_SECONDS = 40
_MAX_BATCH = 256 * 1024
_PAUSE_SECONDS = 2.0
_UNREAD = 256
_EVENTS = "text/event-stream"
# Undecodable text and JSON are ValueErrors.
_FAULTS = (OSError, EOFError, asyncio.TimeoutError, TimeoutError, ValueError)


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
        self._room = asyncio.Event()
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._text = ""
        self._looked = 0
        """How much of it has been looked through for an end."""
        self._events = 0
        self._fetched = 1
        self._over = False
        self._tasks: list[asyncio.Task[None]] = []

    async def open(self) -> None:
        """Returns when the server has told where to send to, or raises ``ConnectionFailed``."""
        try:
            if self._stream:
                head = await self._down.request("GET", self._target, {"Accept": _EVENTS})
                self._check(head)
                while not self._name and not self._over and (part := await self._down.part()):
                    self._take(part)
            else:
                head = await self._down.request("POST", self._target, {"Carillon-Link": "new"})
                self._check(head)
                self._take(await self._down.body(self._address.max_frame_bytes))
            if not self._name:
                raise HttpFault("the answer is no event stream of Carillon")
        except _FAULTS as cause:
            self.abort()
            raise self._failed(str(cause) or "no answer in time") from cause
        except asyncio.CancelledError:
            self.abort()
            raise
        read = self._read_stream if self._stream else self._poll
        self._tasks = [
            asyncio.create_task(self._until_it_ends(read), name="carillon: reads"),
            asyncio.create_task(self._until_it_ends(self._write), name="carillon: writes"),
        ]

    def _failed(self, words: str) -> ConnectionFailed:
        text = f"no connection to {self._address} over HTTP: {words}"
        return ConnectionFailed("connection_failed", text, retryable=True)

    def _check(self, head: Head) -> None:
        """Events, and not the page of somebody on the way."""
        if head.status != 200:
            raise HttpRefused(head.status, seconds_of(head.fields.get("retry-after", "")))
        kind = head.fields.get("content-type", "")
        if not kind.startswith(_EVENTS):
            raise HttpFault(f"the answer is {kind[:50] or 'nothing known'}, and no event stream")

    def send(self, frame: str | bytes) -> None:
        # A line break outside of strings is white space, and within them there is none.
        self._frames.put_nowait(str(frame).replace("\n", " "))

    async def receive(self) -> str | Ended:
        came = await self._came.get()
        if self._came.qsize() < _UNREAD:
            self._room.set()
        return came

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
        self._end(Ended(1006, "", unreadable=False))  # whoever receives is not left waiting

    async def _until_it_ends(self, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        except _FAULTS as problem:
            _log.debug("the link over HTTP ended: %s", problem)
        self._end(Ended(1006, "", unreadable=False))

    def _end(self, ended: Ended) -> None:
        if not self._over:
            self._over = True
            self._came.put_nowait(ended)

    async def _read_stream(self) -> None:
        while not self._over and (part := await self._down.part()):
            self._take(part)
            await self._until_read()

    async def _until_read(self) -> None:
        """No more is read from the network than is taken from here."""
        while self._came.qsize() >= _UNREAD:
            self._room.clear()
            await self._room.wait()

    async def _poll(self) -> None:
        query = "&" if "?" in self._target else "?"
        target = f"{self._target}{query}wait={_WAIT_SECONDS}"
        while not self._over:
            self._fetched += 1
            headers = {
                "Accept": _EVENTS,
                "Carillon-Link": self._name,
                "Carillon-Number": str(self._fetched),
            }
            events, asked = self._events, time.monotonic()
            await asyncio.wait_for(self._fetch(target, headers), _LOST_SECONDS)
            await self._until_read()
            idle = events == self._events and not self._text
            if idle and time.monotonic() - asked < _PAUSE_SECONDS:
                # Asked to wait it gave nothing at once; it would be asked without a pause.
                await asyncio.sleep(_PAUSE_SECONDS)

    async def _fetch(self, target: str, headers: dict[str, str]) -> None:
        self._check(await self._down.request("GET", target, headers))
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
        while not self._over and (end := self._text.find("\n\n", self._looked)) >= 0:
            event, self._text = self._text[:end], self._text[end + 2 :]
            self._looked = 0
            self._event(event)
        self._looked = max(0, len(self._text) - 1)
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
        self._events += 1
        if not name:
            self._came.put_nowait(text)
        elif name == "link" and not self._name:
            self._name = text
        elif name == "close":
            self._end(_ended(text))


def _ended(text: str) -> Ended:
    """How the server ended the link; as a lost one, where it does not say so as it should."""
    try:
        told = json.loads(text)
    except RecursionError:
        told = None
    if isinstance(told, dict) and type(code := told.get("code")) is int and code > 0:
        return Ended(code, str(told.get("reason", ""))[:200], unreadable=False)
    return Ended(1006, "", unreadable=False)


class HttpRefused(HttpFault):
    """The server answered with a status that is no success."""

    def __init__(self, status: int, retry_after: float | None) -> None:
        super().__init__(f"HTTP status {status}")
        self.status = status
        self.retry_after = retry_after
