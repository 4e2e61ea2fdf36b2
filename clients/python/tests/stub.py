"""A server that does what a test tells it, message by message."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

LIMITS = {"max_message_bytes": 65536, "max_rooms": 100}


class Peer:
    """The server's side of one connection."""

    def __init__(self, websocket: ServerConnection) -> None:
        self._websocket = websocket
        self.over = asyncio.Event()

    async def receive(self, op: str) -> dict[str, Any]:
        """The next message, which is of this operation."""
        message: dict[str, Any] = json.loads(await asyncio.wait_for(self._websocket.recv(), 5))
        assert message["op"] == op, message
        return message

    async def silence(self, op: str = "ping") -> None:
        """Nothing more was said so far: the client's answer to a WebSocket ping comes first."""
        await asyncio.wait_for(await self._websocket.ping(), 5)

    async def say(self, op: str, **fields: Any) -> None:
        await self._websocket.send(json.dumps({"op": op, **fields}))

    async def raw(self, frame: str | bytes) -> None:
        await self._websocket.send(frame)

    async def welcome(self, **fields: Any) -> dict[str, Any]:
        """Answers ``connect``."""
        connect = await self.receive("connect")
        fields = {"session": "s1", "resume": "r1", "resumed": False, "heartbeat": 0, **fields}
        fields = {"server_time": 1_000_000, "limits": LIMITS, **fields}
        await self.say("welcome", id=connect["id"], **fields)
        return connect

    async def joined(self, head: int = 0, **fields: Any) -> dict[str, Any]:
        """Answers ``join``."""
        join = await self.receive("join")
        fields = {"room": join["room"], "epoch": "e1", "head": head, **fields}
        await self.say("joined", id=join["id"], **fields)
        return join

    async def message(self, offset: int, data: str = "x", room: str = "r") -> None:
        await self.say("message", room=room, offset=offset, type="text", data=data, time=5)

    async def published(self, offset: int) -> dict[str, Any]:
        """Answers ``publish``."""
        publish = await self.receive("publish")
        place = {"room": publish["room"], "epoch": "e1", "offset": offset}
        await self.say("published", id=publish["id"], level="memory", **place)
        return publish

    async def close(self, code: int = 1000, reason: str = "") -> None:
        await self._websocket.close(code, reason)

    def cut(self) -> None:
        """Breaks the connection without a word."""
        self._websocket.transport.abort()

    async def ended(self) -> int:
        """Waits for the end, and gives its close code."""
        await asyncio.wait_for(self._websocket.wait_closed(), 5)
        return self._websocket.close_code or 1006


class Stub:
    """A server whose connections are handed to the test, one after the other."""

    def __init__(self) -> None:
        self._peers: asyncio.Queue[Peer] = asyncio.Queue()
        self._server: Server | None = None

    @property
    def url(self) -> str:
        assert self._server is not None
        return f"ws://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def peer(self) -> Peer:
        """The next connection."""
        return await asyncio.wait_for(self._peers.get(), 5)

    async def _handle(self, websocket: ServerConnection) -> None:
        peer = Peer(websocket)
        self._peers.put_nowait(peer)
        try:
            await websocket.wait_closed()
        except ConnectionClosed:
            peer.over.set()


@asynccontextmanager
async def stub(*subprotocols: str, **options: Any) -> AsyncIterator[Stub]:
    made = Stub()
    offered = [Subprotocol(name) for name in subprotocols or ("carillon.v1.json",)]
    async with serve(
        made._handle, "127.0.0.1", 0, subprotocols=offered, close_timeout=1, **options
    ) as server:
        made._server = server
        yield made


def open_room(client: Any, peer: Peer, head: int = 0) -> Any:
    """Joins room ``r`` of a stub."""

    async def both() -> Any:
        room, _ = await asyncio.gather(client.join("r"), peer.joined(head))
        return room

    return both()
