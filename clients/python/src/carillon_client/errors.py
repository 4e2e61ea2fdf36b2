"""What can go wrong, as a tree.

::

    CarillonError
    ├── ConnectionFailed      no connection could be made
    ├── ConnectionEnded       there was one, and it will not come back by itself
    ├── ConnectionLost        it broke while this request was on its way
    ├── RequestRefused        the server, the application or a member said no
    │   ├── PublishRejected   the message is not in the room
    │   └── PublishUnknown    nobody can say whether it is
    ├── RoomEnded             the room is no longer read
    └── OutboxFull            too much waits already
"""

from __future__ import annotations


class CarillonError(Exception):
    """The root of everything that this package raises on purpose.

    ``code`` is a stable name (``docs/reference/protocol.md`` lists the server's), ``retryable``
    says whether the same can succeed later, ``retry_after`` after how many seconds, if known.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        retryable: bool = False,
        retry_after: float | None = None,
        cause: BaseException | None = None,
    ) -> None:
        super().__init__(f"{message} ({code})")
        self.code = code
        self.message = message
        self.retryable = retryable
        self.retry_after = retry_after
        if cause is not None:
            self.__cause__ = cause

    @property
    def cause(self) -> BaseException | None:
        """What led to this, if something else did."""
        return self.__cause__


class ConnectionFailed(CarillonError):
    """No connection could be made: nobody listens there, or it is no Carillon server."""


class ConnectionEnded(CarillonError):
    """The connection is over and will not come back by itself.

    ``close_code`` is the WebSocket's, or ``None`` when the client was closed here.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        close_code: int | None = None,
        retryable: bool = False,
        cause: BaseException | None = None,
    ) -> None:
        super().__init__(code, message, retryable=retryable, cause=cause)
        self.close_code = close_code


class ConnectionLost(CarillonError):
    """The connection broke while a request was on its way that must not be sent twice."""


class RequestRefused(CarillonError):
    """The server, the application or a member refused a request."""


class PublishRejected(RequestRefused):
    """The message was refused and is not in the room."""


class PublishUnknown(RequestRefused):
    """The message may be in the room or not, and nobody remembers any more.

    It was sent, the answer was lost, and the room has forgotten this publisher since. Publishing
    the same again may make a second copy.
    """


class RoomEnded(CarillonError):
    """The room is no longer read: the right to it is gone, or the server said so."""


class OutboxFull(CarillonError):
    """Too many messages or requests wait for the connection already."""


class MalformedMessage(CarillonError):
    """What came is not a message. ``fatal``: not even its beginning and end can be trusted."""

    def __init__(self, message: str, *, fatal: bool, cause: BaseException | None = None) -> None:
        super().__init__("bad_message", message, cause=cause)
        self.fatal = fatal
