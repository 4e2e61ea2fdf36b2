"""Requests that are answered once: history, members, calls, states, leaving, refreshing."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ._codecs import Payload
from ._messages import Problem
from ._outputs import Answer, Fail
from ._settings import Settings
from ._speaker import Speaker
from .errors import CarillonError, ConnectionLost, OutboxFull, RequestRefused


@dataclass(slots=True, eq=False)
class Request:
    """One request. ``repeatable``: sent again when the connection broke before the answer."""

    ticket: int | None
    op: str
    fields: dict[str, Any]
    payload: Payload | None = None
    repeatable: bool = True
    lost_is_done: bool = False
    """What it asks for is true as well when the connection is gone."""
    timeout_ms: int | None = None
    """How long the answer may take, if not as long as any other."""
    then: Callable[[Any], Any] | None = None
    """Makes the caller's value of the answer."""
    due: int = 0


class Requests:
    """What waits to be sent, and what waits for its answer."""

    def __init__(self, speaker: Speaker, settings: Settings) -> None:
        self._speaker = speaker
        self._settings = settings
        self._waiting: deque[Request] = deque()
        self._sent: dict[int, Request] = {}

    def add(self, request: Request, now: int) -> None:
        if len(self._waiting) + len(self._sent) >= self._settings.requests:
            self._fail(request, OutboxFull("outbox_full", "too many requests wait", retryable=True))
            return
        request.due = now + (request.timeout_ms or self._settings.request_ms)
        self._waiting.append(request)
        self.pump()

    def pump(self) -> None:
        """Sends what waits, if it may be sent."""
        while self._speaker.may_speak and self._waiting:
            request = self._waiting.popleft()
            number = self._speaker.number()
            fields = {"id": number, **request.fields}
            frame = self._speaker.encode(request.op, fields, request.payload)
            if self._speaker.too_large(frame):
                limit = self._speaker.max_message_bytes
                self._fail(request, RequestRefused("too_large", f"larger than {limit} bytes"))
                continue
            self._speaker.say_frame(frame)
            self._sent[number] = request

    def answered(self, number: int | None, value: Any) -> bool:
        """Whether that number was a request here."""
        request = self._sent.pop(number, None) if number is not None else None
        if request is None:
            return False
        if isinstance(value, Problem):
            self._fail(request, refusal(value))
            return True
        result = request.then(value) if request.then is not None else value
        if request.ticket is not None:
            self._speaker.emit(Answer(request.ticket, result))
        return True

    def withdraw(self, ticket: int) -> bool:
        """Nobody waits for it any more. What was not sent, is not."""
        for request in self._waiting:
            if request.ticket == ticket:
                self._waiting.remove(request)
                return True
        for request in self._sent.values():
            if request.ticket == ticket:
                request.ticket = None
                return True
        return False

    def disconnected(self) -> None:
        again: list[Request] = []
        lost = ConnectionLost(
            "connection_lost", "the connection broke before the answer", retryable=True
        )
        for request in self._sent.values():
            if request.repeatable:
                again.append(request)
            elif request.lost_is_done and request.ticket is not None:
                self._speaker.emit(Answer(request.ticket, None))
            else:
                self._fail(request, lost)
        self._sent.clear()
        self._waiting.extendleft(reversed(again))

    def tick(self, now: int) -> None:
        """Ends what has taken too long."""
        error = RequestRefused("timeout", "there was no answer in time", retryable=True)
        for number, request in list(self._sent.items()):
            if now >= request.due:
                del self._sent[number]
                self._fail(request, error)
        for request in list(self._waiting):
            if now >= request.due:
                self._waiting.remove(request)
                self._fail(request, error)

    def next_ms(self) -> int | None:
        """When the first answer is overdue."""
        return min(
            (request.due for request in [*self._sent.values(), *self._waiting]), default=None
        )

    def end(self, error: CarillonError) -> None:
        for request in [*self._sent.values(), *self._waiting]:
            self._fail(request, error)
        self._sent.clear()
        self._waiting.clear()

    def _fail(self, request: Request, error: CarillonError) -> None:
        if request.ticket is not None:
            self._speaker.emit(Fail(request.ticket, error))


def refusal(problem: Problem) -> RequestRefused:
    """The server's no, as an error."""
    wait = problem.retry_after
    return RequestRefused(
        problem.code,
        problem.message,
        retryable=problem.retryable,
        retry_after=None if wait is None else wait / 1000,
    )
