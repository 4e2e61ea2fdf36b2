"""The client, as the application sees it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Any

from ._codecs import Payload
from ._driver import CallHandler, Driver
from ._fields import Data, millis_of
from ._groups import INBOX
from ._messages import Joined, Members, WireHistory
from ._outputs import State
from ._past import Past
from ._presence import Presence
from ._reading import as_message
from ._room import Room
from ._unread import Unread
from .errors import PublishRejected, PublishUnknown
from .events import DataType, History, Member, Message, Position, Published


@dataclass(frozen=True, slots=True)
class Target:
    """Where a message goes that is not for a room: see ``to_user``, ``to_session``, ``to_all``."""

    kind: str
    name: str


def to_user(user: str) -> Target:
    """All sessions of one user."""
    return Target("user", user)


def to_session(session: str) -> Target:
    """One session."""
    return Target("session", session)


def to_all() -> Target:
    """Everybody."""
    return Target("global", "")


class Client:
    """One session with a server, on one event loop. Made by ``connect``.

    It comes back by itself after a lost connection, joins its rooms again where they were, and
    publishes again what was not answered, never twice.
    """

    def __init__(self, driver: Driver) -> None:
        self._driver = driver
        self._machine = driver.machine
        self._settings = driver.settings
        unread = driver.unread[INBOX]
        self.inbox = Room(self, INBOX, Presence(INBOX), unread, Position("0" * 32, 0))
        """What is said to this session, to its user and to everybody. It need not be joined; each
        message says in ``room`` to whom it was said."""

    # -- What is known

    @property
    def state(self) -> State:
        return self._machine.state

    @property
    def session(self) -> str:
        """The session's name on the server. A new one, when the old could not be taken up again."""
        welcome = self._machine.welcome
        return "" if welcome is None else welcome.session

    @property
    def user(self) -> str | None:
        """Whom the server takes this client for."""
        welcome = self._machine.welcome
        return None if welcome is None else welcome.user

    def __repr__(self) -> str:
        return f"<Client {self._driver.address} {self.state.value} session={self.session!r}>"

    # -- Commands

    async def join(
        self,
        room: str,
        *,
        last: int | None = None,
        from_: Position | None = None,
        since: datetime | None = None,
        presence: bool = False,
        filter: str | None = None,  # noqa: A002 - the protocol's word
        name: str | None = None,
        ack: bool = False,
    ) -> Room:
        """Joins a room, or with a wildcard every room that it matches, those that are there and
        those that come up: ``*`` stands for one segment of a name, ``**`` at its end for one or
        more. Each message says which ``room`` it is from.

        Reading begins with what comes from now on, or with the ``last`` n messages, behind a
        position (``from_``), or at a time (``since``). ``presence``: be told who is there.
        ``filter``: an expression over the messages' tags. ``name``: a durable subscription.
        ``ack``: messages come again until ``Room.ack`` says that they were dealt with, as they
        always do for a durable subscription.
        Raises ``RequestRefused`` when the server says no.
        """
        start: dict[str, Any] = {}
        if last is not None:
            start["last"] = last
        if since is not None:
            start["since"] = millis_of(since)
        if len(start) + (from_ is not None) > 1:
            raise ValueError("at most one of last, from_ and since says where reading begins")
        options = {
            "presence": presence or None,
            "filter": filter,
            "name": name,
            "ack": ack or None,
        }
        options = {key: value for key, value in options.items() if value is not None}
        unread = Unread(self._settings)
        ticket, future = self._driver.command()
        if self._machine.rooms.get(room) is None:
            self._driver.unread[room] = unread
        self._driver.do(self._machine.join, ticket, room, options, start, from_)
        try:
            joined: Joined = await future
        except BaseException as problem:
            if self._driver.unread.get(room) is unread:
                del self._driver.unread[room]
            if isinstance(problem, asyncio.CancelledError):
                self._driver.do(self._machine.leave, self._machine.ticket(), room)
            raise
        there = self._machine.rooms.get(room)  # unless the server has taken it away already
        members = there.presence if there is not None else Presence(room)
        position = from_ or Position(joined.epoch, joined.head)
        return Room(self, room, members, unread, position)

    def publish_soon(
        self,
        to: str | Target,
        data: Any,
        *,
        type: DataType | None = None,  # noqa: A002 - the protocol's word
        event: str | None = None,
        key: str | None = None,
        tags: Mapping[str, str] | None = None,
        priority: str | None = None,
        ttl: float | None = None,
        echo: bool = True,
        filter: str | None = None,  # noqa: A002 - the protocol's word
        readers: bool = False,
    ) -> asyncio.Future[Published]:
        """Puts a message in line and returns at once. The future is what ``publish`` returns or
        raises; cancelling it takes the message back if it was not sent yet."""
        target = ("room", to) if isinstance(to, str) else (to.kind, to.name)
        options = {
            "event": event,
            "key": key,
            "tags": dict(tags) if tags else None,
            "priority": priority,
            "ttl": None if ttl is None else int(ttl * 1000),
            "echo": None if echo else False,
            "filter": filter,
            "readers": readers or None,
        }
        options = {name: value for name, value in options.items() if value is not None}
        payload = Payload.of(data, type)
        ticket, future = self._driver.command()
        self._driver.do(self._machine.publish, ticket, target, options, payload)
        return future

    async def publish(
        self, to: str | Target, data: Any, *, timeout: float | None = None, **options: Any
    ) -> Published:
        """Publishes a message to a room, which need not be joined, or to another target.

        ``str`` goes as text, ``bytes`` as binary, everything else as JSON; ``type`` says otherwise.
        Returns when the server has the message, however many connections that takes, or raises:
        ``PublishRejected`` (it is not in the room), ``PublishUnknown`` (nobody can say),
        ``OutboxFull``. Options: ``event``, ``key``, ``tags``, ``priority``, ``ttl`` (seconds),
        ``echo``, ``filter``, ``readers``. ``timeout``: seconds after which it is taken back, which
        raises ``PublishRejected`` or, if it was sent already, ``PublishUnknown``.
        """
        future = self.publish_soon(to, data, **options)
        if timeout is None:
            return await future
        try:
            return await asyncio.wait_for(asyncio.shield(future), timeout)
        except (asyncio.TimeoutError, TimeoutError):
            if future.done():
                return future.result()
            taken_back = self._driver.withdraw(future)
            text = f"the server did not take the message within {timeout} s"
            if taken_back:
                raise PublishRejected("timeout", text, retryable=True) from None
            raise PublishUnknown("timeout", f"{text}; it may do so yet") from None
        except asyncio.CancelledError:
            future.cancel()
            raise

    async def history(
        self,
        room: str,
        *,
        last: int | None = None,
        from_: Position | None = None,
        since: datetime | None = None,
        limit: int | None = None,
        order: str | None = None,
        compact: bool = False,
    ) -> History:
        """Reads a page of a room's past, which need not be joined.

        ``last`` n messages, or those behind ``from_`` or ``since``; ``limit`` bounds the page;
        ``order`` is ``oldest`` or ``newest``; ``compact``: only the newest of each key.
        """
        fields: dict[str, Any] = {
            "room": room,
            "last": last,
            "from": None if from_ is None else {"epoch": from_.epoch, "offset": from_.offset},
            "since": None if since is None else millis_of(since),
            "limit": limit,
            "order": order,
            "compact": compact or None,
        }
        page: WireHistory = await self._driver.ask("history", fields)
        messages = tuple(as_message(entry, page.epoch) for entry in page.entries)
        return History(page.room, page.epoch, messages, page.head, page.oldest, page.more)

    async def past(
        self,
        room: str,
        *,
        last: int | None = None,
        from_: Position | None = None,
        since: datetime | None = None,
        limit: int | None = None,
        order: str | None = None,
        compact: bool = False,
    ) -> AsyncGenerator[Message, None]:
        """The same, message by message, with as many pages as it takes: all, or ``limit``. A
        position of another epoch, also of one that begins meanwhile, is ``epoch_changed``."""

        async def page(**options: Any) -> History:
            return await self.history(room, compact=compact, **options)

        pages = Past(page, last=last, from_=from_, since=since, order=order, compact=compact)
        async for message in pages.read(limit):
            yield message

    async def members(self, room: str) -> tuple[Member, ...]:
        """Who is in a room, asked once. ``join(room, presence=True)`` keeps it up to date."""
        members: Members = await self._driver.ask("members", {"room": room})
        return members.roster.members

    async def call(
        self,
        event: str,
        data: Any = None,
        *,
        room: str | None = None,
        member: str | None = None,
        type: DataType | None = None,  # noqa: A002 - the protocol's word
        timeout: float | None = None,
    ) -> Any:
        """Asks the application, or with ``member`` another session, and returns its answer.

        Raises ``RequestRefused`` when there is none, and ``ConnectionLost`` when the connection
        breaks meanwhile, as a call is never made twice. ``timeout`` is in seconds.
        """
        millis = None if timeout is None else int(timeout * 1000)
        fields = {"room": room, "member": member, "event": event, "timeout": millis}
        limit = (millis or self._settings.request_ms) + self._settings.call_grace_ms
        payload = Payload.of(data, type)
        answer = await self._driver.ask("call", fields, payload, repeatable=False, timeout_ms=limit)
        return answer.value if isinstance(answer, Data) else answer

    def on_call(self, event: str) -> Callable[[CallHandler], CallHandler]:
        """Decorates the coroutine function that answers calls of this name from the server or from
        other members. What it returns is the answer; a ``CarillonError`` is a refusal."""

        def register(handler: CallHandler) -> CallHandler:
            self._driver.handlers[event] = handler
            return handler

        return register

    def wake(self) -> None:
        """The network has changed, or the program comes to the front: checks the connection now,
        and does not wait longer for the next one."""
        self._driver.do(self._machine.wake)

    async def close(self, *, timeout: float = 5.0) -> None:
        """Waits at most ``timeout`` seconds for what is being published, and ends. Repeatable."""
        await self._driver.close(timeout)

    async def wait_ended(self) -> None:
        """Returns after ``close``; raises ``ConnectionEnded`` when the server ends the client."""
        await asyncio.shield(self._driver.ended)

    async def __aenter__(self) -> Client:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close(timeout=5.0 if error is None else 0.0)

    # -- For rooms

    def _taken(self, name: str, unread: Unread) -> None:
        mine = self._driver.unread.get(name) is unread
        if mine and unread.is_half_empty() and self._machine.rooms.is_aside(name):
            self._driver.do(self._machine.take_up, name)

    async def _leave(self, room: Room) -> None:
        if self._driver.unread.get(room.name) is not room._unread:
            return
        del self._driver.unread[room.name]
        room._unread.end(None)
        ticket, future = self._driver.command()
        self._driver.do(self._machine.leave, ticket, room.name)
        await future

    async def _set_state(self, room: str, state: Any) -> None:
        ticket, future = self._driver.command()
        payload = None if state is None else Payload.of(state)
        self._driver.do(self._machine.set_state, ticket, room, payload)
        await future

    def _acknowledge(self, op: str, message: Message, fields: dict[str, Any]) -> None:
        position = {"epoch": message.position.epoch, "offset": message.offset}
        self._driver.do(self._machine.acknowledge, op, {"room": message.room, **position, **fields})
