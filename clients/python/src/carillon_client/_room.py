"""A room, as the application sees it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping
from datetime import datetime
from types import TracebackType
from typing import TYPE_CHECKING, Any

from ._presence import Presence
from ._unread import Unread
from .events import (
    DataType,
    Ended,
    Event,
    Gap,
    History,
    Member,
    Message,
    Missing,
    Position,
    Published,
    Reset,
)

if TYPE_CHECKING:
    from ._client import Client

_log = logging.getLogger("carillon_client")


class LivePresence(Mapping[str, Member]):
    """Who is in a room, by session; always as the server said last. For rooms that were joined with
    ``presence=True``. In a room that only counts it is empty, and ``count`` says how many."""

    def __init__(self, presence: Presence) -> None:
        self._presence = presence

    @property
    def count(self) -> int:
        return self._presence.count

    def __getitem__(self, session: str) -> Member:
        return self._presence.members[session]

    def __iter__(self) -> Iterator[str]:
        return iter(tuple(self._presence.members))

    def __len__(self) -> int:
        return len(self._presence.members)

    def __repr__(self) -> str:
        return f"LivePresence({list(self._presence.members.values())!r}, count={self.count})"


class Room:
    """A room that was joined. Iterating gives its messages; ``events`` gives everything, so that an
    application that must not miss a loss sees ``Gap`` and ``Reset`` in their places. Iteration
    survives lost connections, ends after ``leave`` and ``close``, and raises ``RoomEnded`` or
    ``ConnectionEnded`` when the server ends it. Each event goes to one taker."""

    def __init__(
        self, client: Client, name: str, presence: Presence, unread: Unread, position: Position
    ) -> None:
        self.name = name
        self.presence = LivePresence(presence)
        self._client = client
        self._unread = unread
        self._position = position

    @property
    def position(self) -> Position:
        """Behind the last message that was taken: where ``join(room, from_=...)`` goes on. Rooms of
        a wildcard and of the inbox have positions of their own, which their messages say."""
        return self._position

    def __repr__(self) -> str:
        return f"<Room {self.name} at {self._position}>"

    # -- Reading

    def __aiter__(self) -> AsyncIterator[Message]:
        return self

    async def __anext__(self) -> Message:
        while True:
            event = await self._take()
            if event is None:
                raise StopAsyncIteration
            if isinstance(event, Message):
                return event
            if isinstance(event, (Gap, Reset, Ended)) or (
                isinstance(event, Missing) and event.lost
            ):
                _log.warning("%s: messages were lost to this reader: %s", self.name, event)

    async def events(self) -> AsyncGenerator[Event, None]:
        """Everything that happens in the room, in order."""
        while (event := await self._take()) is not None:
            yield event

    async def _take(self) -> Event | None:
        event = await self._unread.take()
        if isinstance(event, Message):
            self._position = event.position
        elif isinstance(event, Reset):
            self._position = Position(event.epoch, event.head)
        if event is not None:
            self._client._taken(self.name, self._unread)
        return event

    # -- Talking

    async def publish(
        self,
        data: Any,
        *,
        type: DataType | None = None,  # noqa: A002 - the protocol's word
        event: str | None = None,
        key: str | None = None,
        tags: Mapping[str, str] | None = None,
        priority: str | None = None,
        ttl: float | None = None,
        echo: bool = True,
        timeout: float | None = None,
    ) -> Published:
        """Publishes a message, and returns when the server has it: see ``Client.publish``."""
        return await self._client.publish(
            self.name, data, type=type, event=event, key=key, tags=tags, priority=priority,
            ttl=ttl, echo=echo, timeout=timeout,
        )  # fmt: skip

    def publish_soon(self, data: Any, **options: Any) -> asyncio.Future[Published]:
        """The same without waiting: the message is in line when this returns."""
        return self._client.publish_soon(self.name, data, **options)

    async def call(self, event: str, data: Any = None, **options: Any) -> Any:
        """Asks the application, or a member of the room: see ``Client.call``."""
        return await self._client.call(event, data, room=self.name, **options)

    async def history(
        self,
        *,
        last: int | None = None,
        from_: Position | None = None,
        since: datetime | None = None,
        limit: int | None = None,
        order: str | None = None,
        compact: bool = False,
    ) -> History:
        """Reads a page of the room's past: see ``Client.history``."""
        return await self._client.history(
            self.name, last=last, from_=from_, since=since, limit=limit, order=order,
            compact=compact,
        )  # fmt: skip

    def past(
        self,
        *,
        last: int | None = None,
        from_: Position | None = None,
        since: datetime | None = None,
        limit: int | None = None,
        order: str | None = None,
        compact: bool = False,
    ) -> AsyncGenerator[Message, None]:
        """Reads the room's past, message by message: see ``Client.past``."""
        return self._client.past(
            self.name, last=last, from_=from_, since=since, limit=limit, order=order,
            compact=compact,
        )  # fmt: skip

    async def set_state(self, state: Any) -> None:
        """Says something of oneself to everybody who sees the room's presence; ``None`` takes it
        back. It is said again by itself after a lost connection."""
        await self._client._set_state(self.name, state)

    def ack(self, message: Message, *, name: str | None = None) -> None:
        """Everything up to this message has been dealt with, in a room joined with ``ack`` or
        ``name``, which is then said here as well."""
        self._client._acknowledge("ack", message, {"name": name})

    def nack(self, message: Message, *, name: str | None = None, reason: str | None = None) -> None:
        """This message could not be dealt with, and should come again: with everything behind what
        was acknowledged, the lowest of which has then failed once more. ``reason`` is for whoever
        reads the dead letters."""
        self._client._acknowledge("nack", message, {"name": name, "reason": reason})

    async def leave(self) -> None:
        """Stops reading. What was received can still be taken."""
        await self._client._leave(self)

    async def __aenter__(self) -> Room:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.leave()
