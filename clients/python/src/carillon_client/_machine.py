"""The client as a state machine: inputs and the time go in, outputs come out. No I/O, no clock.

Every input is a method whose first argument is ``now`` in milliseconds of any clock that never goes
back; after each one ``take`` gives what is to be done, in order. ``deadline_ms`` says when ``tick``
is due.

    IDLE ──connect──> CONNECTING ──opened──> GREETING ──welcome──> CONNECTED
                       ▲       │ failed          │ closed               │ closed
                       │       ▼                 ▼                      ▼
                       └────WAITING <────────────┴──────────────────────┘
    every one of them ──close, or a close code that says never──> ENDED
"""

from __future__ import annotations

from random import Random
from typing import Any

from ._backoff import Backoff
from ._closing import BAD_MESSAGE, GOING, NO_HEARTBEAT, ComeBack, come_back, name_of
from ._codecs import Codec, Payload
from ._messages import (
    Done,
    Failure,
    Goodbye,
    Heads,
    Joined,
    Left,
    Members,
    Pong,
    Problem,
    Refreshed,
    Rejected,
    Reply,
    ServerMessage,
    Unknown,
    Welcome,
    WireCall,
    WireHistory,
    WirePublished,
)
from ._outbox import Outbox, Publication
from ._outputs import Answer, Asked, Changed, Fail, Hangup, NeedToken, Open, Output, State, Told
from ._publishing import Publishing
from ._requests import Request, Requests, refusal
from ._rooms import Rooms
from ._settings import Settings
from ._speaker import Speaker
from ._version import __version__
from .errors import (
    CarillonError,
    ConnectionEnded,
    ConnectionLost,
    MalformedMessage,
)
from .events import Position

MAX_REFUSED_TOKENS = 3
"""In a row, from a source that gives new ones; then they are all taken for bad."""


class Machine:
    """One client. Confined to whoever calls it."""

    def __init__(
        self,
        settings: Settings,
        random: Random,
        publisher: str,
        incarnation: int,
        *,
        renewable: bool = False,
    ) -> None:
        self.state = State.IDLE
        self.welcome: Welcome | None = None
        self._settings = settings
        self._renewable = renewable
        self._speaker = Speaker()
        self._requests = Requests(self._speaker, settings)
        self.rooms = Rooms(self._speaker, self._requests, settings, random)
        outbox = Outbox(publisher, incarnation, settings, random)
        self.publishing = Publishing(self._speaker, outbox)
        self._backoff = Backoff(settings, random)
        self._tickets = 0
        self._connect_ticket: int | None = None
        self._connect_request = 0
        self._resume: str | None = None
        self._opened_at = 0
        self._welcomed_at: int | None = None
        self._heard_at = 0
        self._check_by: int | None = None
        self._slot_ms: int | None = None
        self._reopen_at: int | None = None
        self._refresh_at: int | None = None
        self._refusal: Problem | None = None
        self._refused_tokens = 0

    def take(self) -> list[Output]:
        """What is to be done, in order. Empty until the next input."""
        outputs, self._speaker.outputs = self._speaker.outputs, []
        return outputs

    def ticket(self) -> int:
        """A name for a command, which ``Answer`` and ``Fail`` repeat."""
        self._tickets += 1
        return self._tickets

    # -- The connection

    def connect(self, now: int, ticket: int | None = None) -> None:
        self._connect_ticket = ticket
        self._open(now)

    def _open(self, now: int) -> None:
        self._reopen_at = None
        self._opened_at = now
        self._slot_ms = None
        self._refusal = None
        self._enter(State.CONNECTING)
        self._speaker.emit(Open())

    def opened(self, now: int, codec: Codec, token: str | None = None) -> None:
        """The connection that was asked for is there."""
        if self.state is not State.CONNECTING:
            return
        self._speaker.codec = codec
        self._speaker.max_message_bytes = None
        self._heard_at = now
        self._connect_request = self._speaker.number()
        self._enter(State.GREETING)
        fields = {
            "id": self._connect_request,
            "token": token,
            "resume": self._resume,
            "client": {"name": "carillon-client-python", "version": __version__},
        }
        self._speaker.say("connect", fields)

    def failed(self, now: int, error: CarillonError, retry_after_ms: int | None = None) -> None:
        """It could not be made."""
        if self.state is not State.CONNECTING:
            return
        if error.retryable:
            self._slot_ms = retry_after_ms
            self._wait(now, error)
        else:
            self._end(error)

    def closed(self, now: int, code: int, reason: str = "") -> None:
        """It is no more."""
        if self.state not in (State.CONNECTING, State.GREETING, State.CONNECTED):
            return
        meaning = come_back(code)
        error = self._why(code, reason)
        if meaning is ComeBack.WITH_NEW_TOKEN:
            self._refused_tokens += 1
            if not self._renewable or self._refused_tokens > MAX_REFUSED_TOKENS:
                self._end(error)
                return
        elif meaning is ComeBack.NEVER:
            self._end(error)
            return
        elif meaning is ComeBack.WITHOUT_SESSION:
            self._resume = None
            self.rooms.forget_positions()
        self._wait(now, error)

    def unreadable(self, now: int, error: MalformedMessage) -> None:
        """What came is no message, or too large for one."""
        if self.state not in (State.GREETING, State.CONNECTED):
            return
        self._judge_trust(now)
        self._backoff.unreadable()
        self._speaker.emit(Told(error))
        self._drop(now, BAD_MESSAGE, error)

    def refused(self, now: int, error: CarillonError) -> None:
        """The server does not want this client, or is no Carillon server, and will not be."""
        self._end(error)

    def close(self, now: int) -> None:
        """The application is done."""
        if self.state is State.ENDED:
            return
        if self.state in (State.CONNECTING, State.GREETING, State.CONNECTED):
            self._speaker.emit(Hangup(GOING, ""))
        self._end(ConnectionEnded("closed", "the client was closed"))

    def wake(self, now: int, *, network_is_back: bool = True) -> None:
        """The network or the machine has changed: what is there is checked, and what waits does not
        wait longer, unless the server gave it a slot."""
        if self.state is State.CONNECTED:
            self._check(now)
        elif self.state is State.WAITING and network_is_back and self._slot_ms is None:
            self._open(now)

    def _why(self, code: int, reason: str) -> ConnectionEnded:
        problem = self._refusal
        name, words = name_of(code), reason or f"the connection was closed with {code}"
        if problem is not None:
            name, words = problem.code, problem.message
        retryable = come_back(code) is ComeBack.AFTER_DELAY
        return ConnectionEnded(name, words, close_code=code, retryable=retryable)

    def _drop(self, now: int, code: int, error: CarillonError) -> None:
        self._speaker.emit(Hangup(code, error.message[:100]))
        self._wait(now, error)

    def _judge_trust(self, now: int) -> None:
        welcomed = self._welcomed_at
        if welcomed is not None and now - welcomed >= self._settings.trusted_ms:
            self._backoff.trust()

    def _wait(self, now: int, error: CarillonError) -> None:
        self._judge_trust(now)
        brief = self._welcomed_at is None or now - self._welcomed_at < self._settings.brief_ms
        self._disconnected()
        delay = min(self._slot_ms or 0, self._settings.slot_max_ms)
        if self._slot_ms is None or brief:
            delay = max(delay, self._backoff.next_ms())
        self._reopen_at = now + delay
        self._enter(State.WAITING, delay, error)

    def _disconnected(self) -> None:
        self._speaker.may_speak = False
        welcome, welcomed_at = self.welcome, self._welcomed_at
        heard = None
        if welcome is not None and welcomed_at is not None:
            heard = welcome.server_time + self._heard_at - welcomed_at
        self._welcomed_at = None
        self._check_by = None
        self._refresh_at = None
        self.rooms.disconnected(heard)
        self._requests.disconnected()
        self.publishing.outbox.disconnected()

    def _end(self, error: CarillonError) -> None:
        self._speaker.may_speak = False
        self._reopen_at = None
        self.state = State.ENDED
        if self._connect_ticket is not None:
            self._speaker.emit(Fail(self._connect_ticket, error))
            self._connect_ticket = None
        self.rooms.end(error)
        self._requests.end(error)
        self.publishing.end(error)
        self._enter(State.ENDED, None, error)

    def _enter(
        self, state: State, delay: int | None = None, error: CarillonError | None = None
    ) -> None:
        self.state = state
        self._speaker.emit(Changed(state, delay, error))

    # -- Time

    def deadline_ms(self) -> int | None:
        """When ``tick`` is due."""
        settings = self._settings
        times = [self._reopen_at, self._requests.next_ms(), self.rooms.next_ms()]
        if self.state in (State.CONNECTING, State.GREETING):
            times.append(self._opened_at + settings.opening_ms)
        elif self.state is State.CONNECTED:
            times += [self._check_by, self._silent_at(), self._unanswered_at(), self._refresh_at]
            times.append(self.publishing.outbox.waits_until())
        return min((time for time in times if time is not None), default=None)

    def tick(self, now: int) -> None:
        """Time has passed."""
        self._requests.tick(now)
        self.rooms.tick(now)
        if self.state is State.WAITING:
            if self._reopen_at is not None and now >= self._reopen_at:
                self._open(now)
        elif self.state in (State.CONNECTING, State.GREETING):
            if now >= self._opened_at + self._settings.opening_ms:
                self._silent(now, "the server gave no welcome in time")
        elif self.state is State.CONNECTED:
            self._tick_connected(now)

    def _tick_connected(self, now: int) -> None:
        silent_at = self._silent_at()
        unanswered_at = self._unanswered_at()
        if self._check_by is not None:
            if now >= self._check_by:
                self._silent(now, "the server did not answer a ping")
                return
        elif silent_at is not None and now >= silent_at:
            if now - silent_at > self._settings.late_ms:
                self._check(now)  # the machine slept, and perhaps the server spoke meanwhile
            else:
                self._silent(now, "the server has fallen silent")
                return
        elif unanswered_at is not None and now >= unanswered_at:
            self._silent(now, "the server leaves requests unanswered")
            return
        if self._refresh_at is not None and now >= self._refresh_at:
            self._refresh_at = None
            self._speaker.emit(NeedToken())
        self.publishing.pump(now)

    def _silent_at(self) -> int | None:
        welcome = self.welcome
        if welcome is None or welcome.heartbeat == 0 or self._check_by is not None:
            return None
        return self._heard_at + 2 * max(welcome.heartbeat, self._settings.heartbeat_min_ms)

    def _unanswered_at(self) -> int | None:
        oldest = [
            t
            for t in (self.publishing.outbox.oldest_sent(), self.rooms.oldest_join())
            if t is not None
        ]
        return min(oldest) + self._settings.answer_ms if oldest else None

    def _check(self, now: int) -> None:
        if self._check_by is None:
            self._check_by = now + self._settings.check_ms
            self._speaker.say("ping", {"id": self._speaker.number()})

    def _silent(self, now: int, words: str) -> None:
        error = ConnectionLost("no_heartbeat", words, retryable=True)
        self._drop(now, NO_HEARTBEAT, error)

    # -- Commands

    def join(
        self,
        now: int,
        ticket: int,
        room: str,
        options: dict[str, Any],
        start: dict[str, Any],
        position: Position | None = None,
    ) -> None:
        if not self._over(ticket):
            self.rooms.join(ticket, room, options, start, position, now)

    def leave(self, now: int, ticket: int, room: str) -> None:
        self.rooms.leave(ticket, room, now)

    def publish(
        self,
        now: int,
        ticket: int,
        target: tuple[str, str],
        options: dict[str, Any],
        payload: Payload,
    ) -> None:
        if self._over(ticket):
            return
        self.publishing.publish(now, Publication(ticket, target, options, payload))

    def request(
        self,
        now: int,
        ticket: int,
        op: str,
        fields: dict[str, Any],
        payload: Payload | None = None,
        *,
        repeatable: bool = True,
        timeout_ms: int | None = None,
    ) -> None:
        """``history``, ``members``, ``call``, ``refresh``."""
        if not self._over(ticket):
            request = Request(
                ticket, op, fields, payload, repeatable=repeatable, timeout_ms=timeout_ms
            )
            self._requests.add(request, now)

    def set_aside(self, now: int, room: str) -> None:
        """The application does not keep up with a room."""
        self.rooms.set_aside(room, now)

    def take_up(self, now: int, room: str) -> None:
        """It has caught up."""
        self.rooms.take_up(room, now)

    def set_state(self, now: int, ticket: int, room: str, payload: Payload | None) -> None:
        if not self._over(ticket):
            self.rooms.state(ticket, room, payload, now)

    def acknowledge(self, now: int, op: str, fields: dict[str, Any]) -> None:
        """``ack`` and ``nack``, which have no answer. What is not said is asked for again."""
        if self._speaker.may_speak:
            self._speaker.say(op, fields)

    def replied(self, now: int, number: int, answer: Payload | Problem) -> None:
        """The application's answer to ``Asked``, on the connection that asked."""
        if not self._speaker.may_speak:
            return
        if isinstance(answer, Payload):
            frame = self._speaker.encode("reply", {"id": number}, answer)
            if not self._speaker.too_large(frame):
                self._speaker.say_frame(frame)
                return
            answer = Problem("too_large", "the answer is larger than the limit", False)
        error = {"code": answer.code, "message": answer.message, "retryable": answer.retryable}
        self._speaker.say("reply", {"id": number, "error": error})

    def withdraw(self, ticket: int) -> bool:
        """Nobody waits for a command any more. Whether it was not sent yet, and now will not be."""
        taken_back = self.publishing.withdraw(ticket)
        return self._requests.withdraw(ticket) if taken_back is None else taken_back

    def _over(self, ticket: int) -> bool:
        if self.state is not State.ENDED:
            return False
        self._speaker.emit(Fail(ticket, ConnectionEnded("closed", "the client has ended")))
        return True

    # -- What the server says

    def received(self, now: int, frame: str | bytes) -> None:
        """A frame came."""
        if self.state not in (State.GREETING, State.CONNECTED):
            return
        self._heard_at = now
        self._check_by = None
        try:
            message = self._speaker.codec.decode(frame)
        except MalformedMessage as error:
            if error.fatal:
                self.unreadable(now, error)
            else:
                self._speaker.emit(Told(error))
            return
        if self.state is State.CONNECTED:
            self._dispatch(message, len(frame), now)
        elif isinstance(message, Welcome):
            if message.id in (None, self._connect_request):
                self._welcomed(message, now)
        elif isinstance(message, Failure):
            self._not_welcome(message.problem, now)

    def _welcomed(self, welcome: Welcome, now: int) -> None:
        self.welcome = welcome
        self._resume = welcome.resume
        self._welcomed_at = now
        self._refused_tokens = 0
        self._backoff.reset()
        self._speaker.may_speak = True
        self._speaker.max_message_bytes = welcome.max_message_bytes
        self._plan_refresh(welcome.expires, now)
        self._enter(State.CONNECTED)
        if self._connect_ticket is not None:
            self._speaker.emit(Answer(self._connect_ticket, welcome))
            self._connect_ticket = None
        self.rooms.connected(not welcome.resumed, now)
        self._requests.pump()
        self.publishing.pump(now)

    def _not_welcome(self, problem: Problem, now: int) -> None:
        """The server closes behind this, and the code says more."""
        self._refusal = problem
        if problem.retryable and problem.retry_after is not None:
            self._slot_ms = problem.retry_after

    def _plan_refresh(self, expires: int | None, now: int) -> None:
        """A new token is asked for when nine tenths of the old one's time are over."""
        welcome = self.welcome
        if expires is None or welcome is None or self._welcomed_at is None or not self._renewable:
            return
        server_now = welcome.server_time + now - self._welcomed_at
        self._refresh_at = now + max(0, expires - server_now) * 9 // 10

    def _dispatch(self, message: ServerMessage, size: int, now: int) -> None:
        if isinstance(message, WirePublished):
            self.publishing.published(message, now)
        elif isinstance(message, Rejected):
            self.publishing.rejected(message, now)
        elif isinstance(message, (Reply, Members, Done, WireHistory, Refreshed)):
            self._answered(message, now)
        elif isinstance(message, Joined):
            self.rooms.joined(message, now)
        elif isinstance(message, Left):
            if not self._requests.answered(message.id, None):
                self.rooms.left(message, now)
        elif isinstance(message, Failure):
            self._failed(message, now)
        elif isinstance(message, Heads):
            self.rooms.heads(message.rooms, now)
        elif isinstance(message, Goodbye):
            self._slot_ms = message.retry_after
            self._resume = message.resume or self._resume
        elif isinstance(message, WireCall):
            self._speaker.emit(Asked(message.id, message.call, message.timeout))
        elif not isinstance(message, (Welcome, Pong, Unknown)):
            self.rooms.take(message, size, now)

    def _answered(
        self, message: Reply | Members | Done | WireHistory | Refreshed, now: int
    ) -> None:
        if isinstance(message, Reply):
            self._requests.answered(message.id, message.answer)
        elif isinstance(message, Refreshed):
            self._plan_refresh(message.expires, now)
            self._requests.answered(message.id, None)
        else:
            self._requests.answered(message.id, message)

    def _failed(self, failure: Failure, now: int) -> None:
        problem = failure.problem
        if failure.id is not None:
            if self.publishing.failed(failure.id, problem, now):
                return
            if self._requests.answered(failure.id, problem) or self.rooms.failed(failure, now):
                return
        self._speaker.emit(Told(refusal(problem), failure.room))
