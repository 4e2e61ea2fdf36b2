"""Puts the state machine on an event loop and a WebSocket."""

from __future__ import annotations

import asyncio
import logging
import random
import time
import uuid
from collections.abc import Awaitable, Callable, Coroutine
from inspect import isawaitable
from typing import Any, TypeAlias

from . import _outputs as out
from ._codecs import Payload
from ._groups import INBOX
from ._link import Address, Ended
from ._machine import Machine
from ._messages import Problem
from ._outputs import State
from ._settings import Settings
from ._transports import AnyLink, distrust, open_any
from ._unread import Unread
from .errors import CarillonError, ConnectionEnded, ConnectionFailed, MalformedMessage
from .events import Call

_log = logging.getLogger("carillon_client")

Token: TypeAlias = "str | Callable[[], str | Awaitable[str]]"  # noqa: S105
"""A token, or what gives a new one whenever one is needed."""
CallHandler: TypeAlias = Callable[[Call], Awaitable[Any]]

SILENT_SECONDS = 3.0
"""What is open for longer without a word is not merely a connection that was lost early."""

FRAMES_A_TURN = 32
"""Frames taken before others on the event loop get their turn."""


class Driver:
    """One client's machine, connection, timer and waiting callers. Confined to one event loop."""

    def __init__(
        self,
        address: Address,
        token: Token | None,
        settings: Settings,
        publisher: str | None,
        keep_trying: bool,
        on_state: Callable[[State, CarillonError | None], None] | None,
        on_error: Callable[[CarillonError], None] | None,
    ) -> None:
        self.address = address
        self.settings = settings
        self.machine = Machine(
            settings,
            random.Random(),
            publisher or uuid.uuid4().hex,
            time.time_ns() // 1_000_000,  # a publisher that comes back counts in a newer one
            renewable=callable(token),
        )
        self.unread: dict[str, Unread] = {INBOX: Unread(settings)}
        self.handlers: dict[str, CallHandler] = {}
        self._loop = asyncio.get_running_loop()
        self.ended = self._loop.create_future()
        self._token = token
        self._keep_trying = keep_trying
        self._on_state = on_state
        self._on_error = on_error
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._answering = 0
        self._connection: asyncio.Task[None] | None = None
        self._link: AnyLink | None = None
        self._silent: str | None = None
        self._silent_since = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._planned = False
        self._running = False

    async def start(self) -> None:
        """Connects, and returns with the welcome."""
        ticket, future = self.command()
        self.do(self.machine.connect, ticket)
        await future

    async def close(self, timeout: float) -> None:
        machine = self.machine
        deadline = self._loop.time() + timeout
        while machine.state is State.CONNECTED and machine.publishing.outbox.messages:
            pending = [future for future in self._waiting.values() if not future.done()]
            left = deadline - self._loop.time()
            if left <= 0 or not pending:
                break
            await asyncio.wait(pending, timeout=left, return_when=asyncio.FIRST_COMPLETED)
        self.do(machine.close)
        tasks = [task for task in self._tasks if task is not asyncio.current_task()]
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=3)
            for task in late:
                task.cancel()

    async def ask(
        self, op: str, fields: dict[str, Any], payload: Payload | None = None, **how: Any
    ) -> Any:
        """A request and its answer."""
        ticket, future = self.command()
        self.do(self.machine.request, ticket, op, fields, payload, **how)
        return await future

    def command(self) -> tuple[int, asyncio.Future[Any]]:
        ticket = self.machine.ticket()
        future: asyncio.Future[Any] = self._loop.create_future()
        self._waiting[ticket] = future

        def done(finished: asyncio.Future[Any]) -> None:
            if self._waiting.pop(ticket, None) is not None and finished.cancelled():
                self.machine.withdraw(ticket)

        future.add_done_callback(done)
        return ticket, future

    def withdraw(self, future: asyncio.Future[Any]) -> bool:
        for ticket, waiting in self._waiting.items():
            if waiting is future:
                taken_back = self.machine.withdraw(ticket)
                del self._waiting[ticket]
                future.cancel()
                return taken_back
        return False

    def _now(self) -> int:
        return int(self._loop.time() * 1000)

    def do(self, command: Callable[..., None], *args: Any, **options: Any) -> None:
        """Puts something into the machine, and does what comes out."""
        command(self._now(), *args, **options)
        if self._running:
            return  # whoever is carrying out outputs takes these as well, in their order
        self._running = True
        try:
            while outputs := self.machine.take():
                for output in outputs:
                    self._carry_out(output)
        finally:
            self._running = False
        if not self._planned:
            self._planned = True
            self._loop.call_soon(self._plan)

    def _plan(self) -> None:
        self._planned = False
        due = self.machine.deadline_ms()
        if self._timer is not None and (due is None or self._timer.when() > due / 1000):
            self._timer.cancel()
            self._timer = None
        if due is not None and self._timer is None:
            self._timer = self._loop.call_at(due / 1000, self._tick)

    def _tick(self) -> None:
        self._timer = None
        self.do(self.machine.tick)

    def _carry_out(self, output: out.Output) -> None:  # noqa: C901 - a case for each output
        match output:
            case out.Deliver(to, event, size):
                unread = self.unread.get(to)
                if unread is not None:
                    unread.put(event, size)
                    if unread.is_full():
                        self.do(self.machine.set_aside, event.room)
            case out.Send(frame):
                if self._link is not None:
                    self._link.send(frame)
            case out.Answer(ticket, value):
                future = self._waiting.get(ticket)
                if future is not None and not future.done():
                    future.set_result(value)
            case out.Fail(ticket, error):
                future = self._waiting.get(ticket)
                if future is not None and not future.done():
                    future.set_exception(error)
            case out.Open():
                self._connection = self._spawn(self._connect(), "carillon: connection")
            case out.Hangup(code, reason):
                self._hang_up(code, reason)
            case out.RoomOver(room, error):
                unread = self.unread.pop(room, None)
                if unread is not None:
                    unread.end(error)
            case out.Asked():
                self._spawn(self._answer(output), "carillon: call")
            case out.Told(error, room):
                _log.warning("%s%s", f"{room}: " if room else "", error)
                self._call_back(self._on_error, error)
            case out.NeedToken():
                self._spawn(self._refresh(), "carillon: token")
            case out.Changed():
                self._changed(output)

    def _changed(self, change: out.Changed) -> None:
        error = change.error
        if change.state is State.WAITING:
            _log.info("no connection, next attempt in %s ms: %s", change.delay_ms, error)
            if self.machine.welcome is None and not self._keep_trying and error is not None:
                self.do(self.machine.refused, error)
        elif change.state is State.ENDED and not self.ended.done():
            wanted = isinstance(error, ConnectionEnded) and error.close_code is None
            for unread in self.unread.values():
                unread.end(None if wanted else error)
            self.unread.clear()
            if wanted or error is None:
                self.ended.set_result(None)
            else:
                self.ended.set_exception(error)
                self.ended.exception()  # who does not wait for it need not be told
            if self._timer is not None:
                self._timer.cancel()
        self._call_back(self._on_state, change.state, error)

    def _call_back(self, function: Callable[..., None] | None, *args: Any) -> None:
        """Whatever the application's function does, it does not stop the client."""
        try:
            if function is not None:
                function(*args)
        except Exception:
            _log.exception("%r failed", function)

    def _spawn(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        task: asyncio.Task[None] = self._loop.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    # -- The connection

    async def _connect(self) -> None:
        me = asyncio.current_task()
        try:
            token = await self._new_token()
            name, link = await open_any(self.address)
        except ConnectionFailed as error:
            if self._connection is me:
                wait = None if error.retry_after is None else int(error.retry_after * 1000)
                self.do(self.machine.failed, error, wait)
            return
        if self._connection is not me:
            link.abort()
            return
        self._link = link
        try:
            self.do(self.machine.opened, link.codec, token)
            await self._read(link, name)
        finally:
            if self._link is link:
                self._link = None
                link.abort()

    async def _read(self, link: AnyLink, name: str) -> None:
        frames = 0
        self._silent = name
        self._silent_since = self._loop.time()
        while self._link is link:
            frame = await link.receive()
            if self._link is not link:
                return
            if frames == 0 and not isinstance(frame, Ended):
                self._silent = None
            if isinstance(frame, Ended):
                self._link = None
                self._lost_silent()
                link.abort()
                if frame.unreadable:
                    error = MalformedMessage(frame.reason or "a broken frame", fatal=True)
                    self.do(self.machine.unreadable, error)
                else:
                    self.do(self.machine.closed, frame.code, frame.reason)
                return
            self.do(self.machine.received, frame)
            frames += 1
            if frames % FRAMES_A_TURN == 0:
                await asyncio.sleep(0)

    def _lost_silent(self) -> None:
        """Where a connection was open and not a word came, another way is tried next."""
        name, self._silent = self._silent, None
        if name is not None and self._loop.time() - self._silent_since > SILENT_SECONDS:
            distrust(self.address, name)

    def _hang_up(self, code: int, reason: str) -> None:
        self._lost_silent()
        link, self._link = self._link, None
        connection, self._connection = self._connection, None
        if link is not None:
            self._spawn(link.close(code, reason), "carillon: closing")
        elif connection is not None:
            connection.cancel()

    async def _new_token(self) -> str | None:
        if not callable(self._token):
            return self._token
        try:
            token = self._token()
            return await token if isawaitable(token) else token
        except CarillonError:
            raise
        except Exception as cause:
            raise ConnectionFailed(
                "no_token", f"the source of tokens failed: {cause}", retryable=True
            ) from cause

    async def _refresh(self) -> None:
        try:
            token = await self._new_token()
            await self.ask("refresh", {"token": token})
        except CarillonError as error:
            _log.warning("the token could not be renewed: %s", error)

    async def _answer(self, asked: out.Asked) -> None:
        link = self._link
        answer = await self._reply_to(asked)
        if self._link is link:
            self.do(self.machine.replied, asked.id, answer)

    async def _reply_to(self, asked: out.Asked) -> Payload | Problem:
        handler = self.handlers.get(asked.call.event)
        if handler is None:
            return Problem("no_handler", f"nobody answers {asked.call.event} here", False)
        if self._answering >= self.settings.calls:
            return Problem("overloaded", "too many calls are being answered", True)
        self._answering += 1
        limit = None if asked.timeout_ms is None else asked.timeout_ms / 1000
        try:
            return Payload.of(await asyncio.wait_for(handler(asked.call), limit))
        except CarillonError as error:
            return Problem(error.code, error.message, error.retryable)
        except (asyncio.TimeoutError, TimeoutError):
            return Problem("timeout", "there was no answer in time", True)
        except Exception:
            _log.exception("the handler of %s failed", asked.call.event)
            return Problem("internal", "the handler failed", True)
        finally:
            self._answering -= 1
