"""One WebSocket connection: opened, read, written, closed. What it means is decided elsewhere."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import urlsplit, urlunsplit

from websockets.asyncio.client import ClientConnection
from websockets.asyncio.client import connect as open_websocket
from websockets.exceptions import (
    ConnectionClosed,
    InvalidHandshake,
    InvalidStatus,
    NegotiationError,
    WebSocketException,
)
from websockets.typing import Subprotocol

from ._codecs import Codec, JsonCodec, MsgpackCodec
from ._http1 import seconds_of
from .errors import ConnectionFailed

_log = logging.getLogger("carillon_client")
_frames_log = logging.getLogger("carillon_client.websocket")
_frames_log.setLevel(logging.INFO)  # at DEBUG it would show frames, and in them tokens

CODECS: dict[str, tuple[type[Codec], ...]] = {
    "json": (JsonCodec,),
    "msgpack": (MsgpackCodec, JsonCodec),
}
"""What is offered, best first."""

TRANSPORTS = ("websocket", "stream", "poll")
"""The ways to a server, best first."""

_OWN_FAULT = (1002, 1007, 1009)
"""Close codes that our side gives for what the other did."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a server is, and how to get there."""

    url: str
    codec: str = "json"
    headers: Mapping[str, str] = field(default_factory=dict)
    tls: ssl.SSLContext | None = None
    proxy: str | bool | None = True
    max_frame_bytes: int = 16 * 1024 * 1024
    transports: tuple[str, ...] = TRANSPORTS

    @classmethod
    def of(cls, url: str, **how: Any) -> Address:
        """An address without a path gets ``/ws``; ``http`` and ``https`` are taken as well."""
        parts = urlsplit(url)
        scheme = {"http": "ws", "https": "wss"}.get(parts.scheme, parts.scheme)
        if scheme not in ("ws", "wss") or not parts.hostname:
            raise ValueError(f"{url!r} is not an address like ws://localhost:8080")
        path = parts.path if parts.path not in ("", "/") else "/ws"
        if how.get("codec", "json") not in CODECS:
            raise ValueError(f"codec is {how['codec']!r}, must be one of {', '.join(CODECS)}")
        wanted = how.get("transports", TRANSPORTS)
        if not wanted or any(name not in TRANSPORTS for name in wanted):
            raise ValueError(f"transports is {wanted!r}, must be some of {', '.join(TRANSPORTS)}")
        return cls(urlunsplit((scheme, parts.netloc, path, parts.query, "")), **how)

    def __str__(self) -> str:
        """Without what may be secret: a password, or a token in the query."""
        parts = urlsplit(self.url)
        place = parts.netloc.rpartition("@")[2]
        return urlunsplit((parts.scheme, place, parts.path, "", ""))


class RefusedHandshake(ConnectionFailed):
    """The server answered, and not with a WebSocket."""


async def open_link(address: Address) -> Link:
    """Makes a connection, or raises ``ConnectionFailed``."""
    offered = CODECS[address.codec]
    arguments: dict[str, Any] = {"ssl": address.tls} if address.tls is not None else {}
    try:
        websocket = await open_websocket(
            address.url,
            subprotocols=[Subprotocol(codec.subprotocol) for codec in offered],
            additional_headers=dict(address.headers),
            user_agent_header=None,
            max_size=address.max_frame_bytes,
            proxy=cast("Any", address.proxy),
            logger=_frames_log,
            close_timeout=2,
            open_timeout=10,
            **arguments,
        )
    except InvalidStatus as cause:
        raise _refused_status(address, cause) from cause
    except (NegotiationError, InvalidHandshake) as cause:
        text = f"no Carillon server answers at {address}: {cause}"
        raise RefusedHandshake("handshake_failed", text, retryable=True) from cause
    except (OSError, TimeoutError, asyncio.TimeoutError, EOFError, WebSocketException) as cause:
        text = f"no connection to {address}: {cause or 'no answer in time'}"
        raise ConnectionFailed("connection_failed", text, retryable=True) from cause
    for codec in offered:
        if websocket.subprotocol == codec.subprotocol:
            return Link(websocket, codec())
    await websocket.close(1002, "no subprotocol")
    text = f"{address} is a WebSocket, but does not speak {offered[0].subprotocol}"
    raise RefusedHandshake("unsupported", text)


def _refused_status(address: Address, cause: InvalidStatus) -> RefusedHandshake:
    status = cause.response.status_code
    return RefusedHandshake(
        {401: "unauthenticated", 403: "forbidden", 404: "not_found"}.get(status, "refused"),
        f"{address} answered with HTTP status {status}",
        retryable=status in (408, 425, 429) or status >= 500,
        retry_after=seconds_of(cause.response.headers.get("Retry-After", "")),
    )


@dataclass(frozen=True, slots=True)
class Ended:
    """How a connection ended. ``unreadable``: the other side broke the rules of WebSockets."""

    code: int
    reason: str
    unreadable: bool


class Link:
    """An open connection. Frames are written in the order of ``send``, which never waits."""

    def __init__(self, websocket: ClientConnection, codec: Codec) -> None:
        self.codec = codec
        self._websocket = websocket
        self._frames: asyncio.Queue[str | bytes] = asyncio.Queue()
        self._writer = asyncio.create_task(self._write(), name="carillon: writes")

    def send(self, frame: str | bytes) -> None:
        self._frames.put_nowait(frame)

    async def receive(self) -> str | bytes | Ended:
        """The next frame, or how the connection ended."""
        try:
            return await self._websocket.recv()
        except ConnectionClosed as closed:
            return _ended(closed)

    async def close(self, code: int, reason: str) -> None:
        """Writes what is left, says goodbye, and waits shortly for the other side."""
        try:
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._frames.join(), 1)
            await self._websocket.close(code, reason)
        except (WebSocketException, OSError) as problem:
            _log.debug("closing: %s", problem)
        finally:
            self.abort()

    def abort(self) -> None:
        """Lets go of everything at once."""
        self._writer.cancel()
        transport = self._websocket.transport
        if transport is not None:
            transport.abort()

    async def _write(self) -> None:
        while True:
            frame = await self._frames.get()
            try:
                await self._websocket.send(frame)
            except ConnectionClosed:
                return  # the reader sees it too
            finally:
                self._frames.task_done()


def _ended(closed: ConnectionClosed) -> Ended:
    received, sent = closed.rcvd, closed.sent
    if received is not None and (closed.rcvd_then_sent or sent is None):
        return Ended(received.code, received.reason, unreadable=False)
    if sent is not None and sent.code in _OWN_FAULT:
        return Ended(sent.code, sent.reason, unreadable=True)
    return Ended(1006, "", unreadable=False)
