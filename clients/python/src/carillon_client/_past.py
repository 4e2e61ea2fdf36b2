"""A room's past, page after page."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from datetime import datetime
from typing import Any

from .events import History, Message, Position


class Past:
    """What is wanted of it. What comes in meanwhile is not part of it."""

    def __init__(
        self,
        page: Callable[..., Awaitable[History]],
        *,
        last: int | None,
        from_: Position | None,
        since: datetime | None,
        order: str | None,
        compact: bool,
    ) -> None:
        self._page = page
        self._last = last
        self._from = from_
        self._since = since
        self._newest = order == "newest"
        self._back = self._newest or compact
        """The newest of each key are known from the end only."""
        self._compact = compact
        self._keys: set[str] = set()
        self._floor = 0 if self._newest or from_ is None else from_.offset
        self._head: int | None = None

    async def read(self, limit: int | None) -> AsyncGenerator[Message, None]:
        turned: list[Message] = []
        count = 0
        async for message in self._wanted():
            if self._back and not self._newest:
                turned.append(message)
                continue
            if count == limit:
                return
            count += 1
            yield message
        for message in reversed(turned):
            if count == limit:
                return
            count += 1
            yield message

    async def _wanted(self) -> AsyncGenerator[Message, None]:
        order = "newest" if self._back else "oldest"
        start: dict[str, Any] = {"last": self._last, "since": self._since}
        if self._newest or not self._back:
            start["from_"] = self._from
        while True:
            page = await self._page(order=order, **start)
            if self._head is None:
                self._head = page.head
                if self._last is not None:
                    self._floor = max(self._floor, page.head - self._last)
            for message in page.messages:
                if self._is_over(message, self._head):
                    return
                if not self._is_known(message.key):
                    yield message
            if not page.more or not page.messages:
                return
            edge = page.messages[-1].offset
            start = {"from_": Position(page.epoch, edge - 1 if self._back else edge)}

    def _is_over(self, message: Message, head: int) -> bool:
        if not self._back:
            return message.offset > head
        early = self._since is not None and message.time < self._since
        return early or message.offset <= self._floor

    def _is_known(self, key: str | None) -> bool:
        if not self._compact or key is None:
            return False
        known = key in self._keys
        self._keys.add(key)
        return known
