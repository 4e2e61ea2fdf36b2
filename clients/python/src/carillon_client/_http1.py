"""As much of an HTTP/1.1 client as a link needs: one request after another on one connection."""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

_MAX_LINES = 100
_MAX_DIGITS = 18
"""Of a length. Python refuses to read numbers that are very much longer."""
_CHUNK = re.compile("[0-9a-fA-F]{1,15}")


class HttpFault(OSError):
    """The other side does not speak HTTP/1.1 as it should, or has gone in the middle."""


def seconds_of(retry_after: str) -> float | None:
    """A ``Retry-After`` in seconds; nothing for a date, or for what is no number."""
    number = len(retry_after) <= 9 and retry_after.isascii() and retry_after.isdigit()
    return float(retry_after) if number else None


@dataclass(frozen=True, slots=True)
class Head:
    """What an answer begins with; names in small letters."""

    status: int
    fields: Mapping[str, str]


class HttpConnection:
    """A connection to the server of a ``ws://`` or ``wss://`` address."""

    def __init__(self, url: str, headers: Mapping[str, str], tls: ssl.SSLContext | None) -> None:
        parts = urlsplit(url)
        self._host = parts.hostname or ""
        self._tls = (tls or ssl.create_default_context()) if parts.scheme == "wss" else None
        self._port = parts.port or (443 if self._tls else 80)
        self._place = parts.netloc.rpartition("@")[2]
        self._headers = headers
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._left = 0
        self._chunked = False
        self._last = False
        self._over = False

    async def request(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes = b""
    ) -> Head:
        """Sends a request, and reads what its answer begins with; ``part`` reads the rest."""
        if self._over:
            raise HttpFault("the connection was given up")
        if self._last:
            self._drop()
        writer = self._writer or await self._connect()
        lines = [f"{method} {target} HTTP/1.1", f"Host: {self._place}"]
        lines += [f"{name}: {value}" for name, value in {**self._headers, **headers}.items()]
        if body or method == "POST":
            lines.append(f"Content-Length: {len(body)}")
        text = "\r\n".join(lines)
        if any(ord(char) < 32 for char in text.replace("\r\n", "")):
            raise ValueError("a header holds a control character")
        writer.write(text.encode("latin-1") + b"\r\n\r\n" + body)
        await writer.drain()
        return await self._head(method)

    async def _connect(self) -> asyncio.StreamWriter:
        opening = asyncio.ensure_future(
            asyncio.open_connection(self._host, self._port, ssl=self._tls)
        )
        try:
            reader, writer = await asyncio.shield(opening)
        except asyncio.CancelledError:
            opening.add_done_callback(_let_go)  # or it would open all the same, and stay
            raise
        if self._over:  # given up while it opened, by somebody who does not wait for it
            writer.transport.abort()
            raise HttpFault("the connection was given up")
        self._reader, self._writer, self._last = reader, writer, False
        return writer

    async def _head(self, method: str) -> Head:
        version, _, rest = (await self._line()).partition(" ")
        status = rest[:3]
        if not version.startswith("HTTP/1.") or not (status.isascii() and status.isdigit()):
            raise HttpFault("the answer is not HTTP/1.1")
        fields: dict[str, str] = {}
        for _ in range(_MAX_LINES):
            line = await self._line()
            if not line:
                break
            name, _, value = line.partition(":")
            fields[name.strip().lower()] = value.strip()
        else:
            raise HttpFault("the answer has too many header lines")
        head = Head(int(status), fields)
        self._frame(method, head)
        return head

    def _frame(self, method: str, head: Head) -> None:
        length = head.fields.get("content-length", "")
        self._chunked = "chunked" in head.fields.get("transfer-encoding", "").lower()
        self._last = "close" in head.fields.get("connection", "").lower()
        if method == "HEAD" or head.status in (204, 304):
            self._left, self._chunked = 0, False
        elif self._chunked:
            self._left = 0
        elif length:
            if not (length.isascii() and length.isdigit() and len(length) <= _MAX_DIGITS):
                raise HttpFault("the answer's length is no number")
            self._left = int(length)
        else:
            self._left, self._last = -1, True

    async def part(self) -> bytes:
        """Some of the answer's body; empty at its end."""
        if self._chunked and self._left == 0:
            size = (await self._line()).partition(";")[0].strip()
            if not _CHUNK.fullmatch(size):
                raise HttpFault("the answer's chunks cannot be read")
            self._left = int(size, 16)
            if self._left == 0:
                for _ in range(_MAX_LINES):
                    if not await self._line():
                        break
                else:
                    raise HttpFault("the answer has too many trailing lines")
                self._chunked = False
                return b""
        if self._left == 0:
            return b""
        data = await self._open().read(self._left if 0 < self._left < 65536 else 65536)
        if self._left > 0:
            if not data:
                raise HttpFault("the connection was lost in the middle of an answer")
            self._left -= len(data)
            if self._chunked and self._left == 0:
                await self._line()
        return data

    async def body(self, limit: int) -> bytes:
        """The whole body."""
        parts = bytearray()
        while part := await self.part():
            parts += part
            if len(parts) > limit:
                raise HttpFault(f"the answer is larger than {limit} bytes")
        return bytes(parts)

    def _open(self) -> asyncio.StreamReader:
        if self._reader is None:
            raise HttpFault("the connection is closed")
        return self._reader

    async def _line(self) -> str:
        try:
            line = await self._open().readuntil(b"\n")
        except asyncio.IncompleteReadError:
            raise HttpFault("the connection was lost before the answer") from None
        except asyncio.LimitOverrunError:
            raise HttpFault("a line of the answer is too long") from None
        return line.decode("latin-1").rstrip("\r\n")

    def close(self) -> None:
        """Lets go of the connection at once, and of what would be asked for later."""
        self._over = True
        self._drop()

    def _drop(self) -> None:
        writer, self._writer, self._reader = self._writer, None, None
        self._last = False
        if writer is not None:
            writer.transport.abort()


def _let_go(
    opened: asyncio.Future[tuple[asyncio.StreamReader, asyncio.StreamWriter]],
) -> None:
    if not opened.cancelled() and opened.exception() is None:
        opened.result()[1].transport.abort()
