"""The way in."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Generator, Mapping, Sequence
from types import TracebackType
from typing import Any

from ._client import Client
from ._driver import Driver, Token
from ._link import TRANSPORTS, Address
from ._outputs import State
from ._settings import DEFAULT, Settings
from .errors import CarillonError


class Connecting:
    """What ``connect`` returns: ``await`` it, or use it as an ``async with`` block."""

    def __init__(self, make: Callable[[], Client]) -> None:
        self._make = make
        self._client: Client | None = None

    def __await__(self) -> Generator[Any, None, Client]:
        return self._open().__await__()

    async def _open(self) -> Client:
        client = self._make()
        try:
            await client._driver.start()
        except BaseException:
            await client.close(timeout=0)
            raise
        return client

    async def __aenter__(self) -> Client:
        self._client = await self._open()
        return self._client

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._client is not None:
            await self._client.__aexit__(kind, error, trace)


def connect(
    url: str,
    *,
    token: Token | None = None,
    codec: str = "json",
    headers: Mapping[str, str] | None = None,
    tls: ssl.SSLContext | None = None,
    proxy: str | bool | None = True,
    transports: Sequence[str] = TRANSPORTS,
    publisher: str | None = None,
    keep_trying: bool = False,
    settings: Settings = DEFAULT,
    on_state: Callable[[State, CarillonError | None], None] | None = None,
    on_error: Callable[[CarillonError], None] | None = None,
) -> Connecting:
    """Connects to a server: ``client = await connect(url)``, or as an ``async with`` block.

    ``url``: ``ws://`` or ``wss://``; ``/ws`` is added to an address without a path.
    ``token``: who the user is; or a function, also an asynchronous one, that gives a new token
    whenever one is needed. ``codec``: ``json``, or ``msgpack``, which is smaller for binary data.
    ``headers``: for the handshake. ``tls``: for certificates of one's own. ``proxy``: as the
    environment says, an address, or ``None``. ``transports``: the ways to the server, best first,
    of which the first that works is taken: ``websocket``, ``stream`` (an event stream with POST),
    ``poll``; the last two speak JSON only. ``publisher``: a name under which this client's
    messages are counted, when it is to be the same over restarts. ``keep_trying``: do not
    raise when the first attempt fails. ``on_state`` is told of each change of the connection,
    ``on_error`` of trouble that nothing waits for.

    Raises ``ConnectionFailed`` or ``ConnectionEnded``.
    """
    address = Address.of(
        url,
        codec=codec,
        headers=headers or {},
        tls=tls,
        proxy=proxy,
        max_frame_bytes=settings.max_frame_bytes,
        transports=tuple(transports),
    )

    def make() -> Client:
        return Client(Driver(address, token, settings, publisher, keep_trying, on_state, on_error))

    return Connecting(make)
