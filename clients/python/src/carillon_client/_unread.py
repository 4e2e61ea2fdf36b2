"""What a room has received and the application has not taken yet."""

from __future__ import annotations

import asyncio
from collections import deque

from ._settings import Settings
from .errors import CarillonError
from .events import Event


class Unread:
    """A queue of events for any number of takers. Confined to one event loop."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._events: deque[tuple[Event, int]] = deque()
        self._bytes = 0
        self._takers: deque[asyncio.Future[None]] = deque()
        self._ended = False
        self._error: CarillonError | None = None

    def __len__(self) -> int:
        return len(self._events)

    def put(self, event: Event, size: int) -> None:
        self._events.append((event, size))
        self._bytes += size
        self._wake_one()

    def end(self, error: CarillonError | None) -> None:
        """Nothing more comes; what is there can still be taken."""
        if not self._ended:
            self._ended = True
            self._error = error
            for taker in self._takers:
                if not taker.done():
                    taker.set_result(None)

    async def take(self) -> Event | None:
        """The next event, waiting for it; ``None`` at a wanted end, the error at another one."""
        while not self._events:
            if self._ended:
                if self._error is not None:
                    raise self._error
                return None
            taker: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._takers.append(taker)
            try:
                await taker
            except asyncio.CancelledError:
                if self._events:
                    self._wake_one()  # this taker's turn passes on
                raise
            finally:
                if taker in self._takers:
                    self._takers.remove(taker)
        event, size = self._events.popleft()
        self._bytes -= size
        return event

    def is_full(self) -> bool:
        settings = self._settings
        return len(self._events) >= settings.unread_events or self._bytes >= settings.unread_bytes

    def is_half_empty(self) -> bool:
        settings = self._settings
        return (
            len(self._events) <= settings.unread_events // 2
            and self._bytes <= settings.unread_bytes // 2
        )

    def _wake_one(self) -> None:
        while self._takers:
            taker = self._takers.popleft()
            if not taker.done():
                taker.set_result(None)
                return
