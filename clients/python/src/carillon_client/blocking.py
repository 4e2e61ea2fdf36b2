"""The same client for programs without an event loop: every call waits, and iterating blocks.

::

    from carillon_client.blocking import connect
    with connect("ws://localhost:8080") as client:
        room = client.join("chat/lobby", last=10)
        room.publish("hello")
        for message in room:
            print(message.data)

A thread of its own runs the event loop. All objects here may be used by many threads.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from concurrent.futures import Future
from types import TracebackType
from typing import Any, TypeVar

from . import _client, _room
from ._connect import connect as _connect
from ._outputs import State
from ._room import LivePresence
from .errors import ConnectionEnded
from .events import Event, History, Member, Message, Position, Published

__all__ = ["Client", "Room", "connect"]

_T = TypeVar("_T")


class _Loop:
    """An event loop in a thread."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="carillon-client", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        self._loop.run_forever()
        self._loop.close()

    def call(self, work: Coroutine[Any, Any, _T], timeout: float | None = None) -> _T:
        """Runs a coroutine there, and waits for it here. ``TimeoutError`` when it takes longer."""
        if self._loop.is_closed() or not self._thread.is_alive():
            work.close()
            raise ConnectionEnded("closed", "the client was closed")
        if timeout is not None:
            work = _within(work, timeout)
        future: Future[_T] = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise

    def stop(self) -> None:
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()


async def _within(work: Coroutine[Any, Any, _T], timeout: float) -> _T:
    try:
        return await asyncio.wait_for(work, timeout)
    except asyncio.TimeoutError:
        raise TimeoutError(f"nothing came within {timeout} s") from None


class Room:
    """A room that was joined. Iterating waits for its messages, and ends after ``leave`` and
    ``close``."""

    def __init__(self, loop: _Loop, room: _room.Room) -> None:
        self._loop = loop
        self._room = room

    @property
    def name(self) -> str:
        return self._room.name

    @property
    def position(self) -> Position:
        """Behind the last message that was taken."""
        return self._room.position

    @property
    def presence(self) -> LivePresence:
        """Who is here, for rooms that were joined with ``presence=True``."""
        return self._room.presence

    def __iter__(self) -> Iterator[Message]:
        return self

    def __next__(self) -> Message:
        message = self._loop.call(_next(self._room))
        if message is None:
            raise StopIteration
        return message

    def next(self, timeout: float | None = None) -> Message:
        """The next message. ``TimeoutError`` when none comes within so many seconds."""
        message = self._loop.call(_next(self._room), timeout)
        if message is None:
            raise ConnectionEnded("closed", f"the reading of {self.name} has ended")
        return message

    def events(self) -> Iterator[Event]:
        """Everything that happens in the room, in order."""
        while (event := self._loop.call(self._room._take())) is not None:
            yield event

    def publish(self, data: Any, **options: Any) -> Published:
        """Publishes a message, and returns when the server has it: see ``carillon_client.Room``."""
        return self._loop.call(self._room.publish(data, **options))

    def call(self, event: str, data: Any = None, **options: Any) -> Any:
        """Asks the application or a member, and returns the answer."""
        return self._loop.call(self._room.call(event, data, **options))

    def history(self, **options: Any) -> History:
        """Reads a page of the room's past."""
        return self._loop.call(self._room.history(**options))

    def set_state(self, state: Any) -> None:
        """Says something of oneself to everybody who sees the room's presence."""
        self._loop.call(self._room.set_state(state))

    def leave(self) -> None:
        """Stops reading."""
        self._loop.call(self._room.leave())

    def __enter__(self) -> Room:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.leave()


async def _next(room: _room.Room) -> Message | None:
    try:
        return await room.__anext__()
    except StopAsyncIteration:
        return None


class Client:
    """One session with a server. Made by ``connect``."""

    def __init__(self, loop: _Loop, client: _client.Client) -> None:
        self._loop = loop
        self._client = client

    @property
    def state(self) -> State:
        return self._client.state

    @property
    def session(self) -> str:
        return self._client.session

    @property
    def user(self) -> str | None:
        return self._client.user

    def join(self, room: str, **options: Any) -> Room:
        """Joins a room: see ``carillon_client.Client``."""
        return Room(self._loop, self._loop.call(self._client.join(room, **options)))

    def publish(self, to: str | _client.Target, data: Any, **options: Any) -> Published:
        """Publishes a message, and returns when the server has it."""
        return self._loop.call(self._client.publish(to, data, **options))

    def history(self, room: str, **options: Any) -> History:
        """Reads a page of a room's past."""
        return self._loop.call(self._client.history(room, **options))

    def past(self, room: str, **options: Any) -> Iterator[Message]:
        """Reads a room's past, message by message, with as many pages as it takes."""
        messages = self._client.past(room, **options)
        while (message := self._loop.call(anext(messages, None))) is not None:
            yield message

    @property
    def inbox(self) -> Room:
        """What is said to this session, to its user and to everybody."""
        return Room(self._loop, self._client.inbox)

    def members(self, room: str) -> tuple[Member, ...]:
        """Who is in a room."""
        return self._loop.call(self._client.members(room))

    def call(self, event: str, data: Any = None, **options: Any) -> Any:
        """Asks the application or a member, and returns the answer."""
        return self._loop.call(self._client.call(event, data, **options))

    def close(self, *, timeout: float = 5.0) -> None:
        """Waits at most ``timeout`` seconds for what is being published, and ends. Repeatable."""
        if self._loop._thread.is_alive():
            try:
                self._loop.call(self._client.close(timeout=timeout))
            finally:
                self._loop.stop()

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close(timeout=5.0 if error is None else 0.0)


def connect(url: str, **options: Any) -> Client:
    """Connects to a server. The same options as ``carillon_client.connect``."""
    loop = _Loop()
    try:
        return Client(loop, loop.call(_open(url, options)))
    except BaseException:
        loop.stop()
        raise


async def _open(url: str, options: dict[str, Any]) -> _client.Client:
    return await _connect(url, **options)
