"""Which way to a server is taken: the first that works, and that is remembered for a while."""

from __future__ import annotations

import asyncio
import time
from typing import TypeAlias

from ._http import HttpLink
from ._link import Address, Link, open_link
from .errors import ConnectionFailed

AnyLink: TypeAlias = "Link | HttpLink"

LIMITS = {"websocket": 3.5, "stream": 2.5, "poll": 3.5}
"""Seconds until the next one is tried; together less than the patience with one connection."""

REMEMBERED_SECONDS = 600.0
_known: dict[str, tuple[str, float]] = {}


async def open_any(address: Address) -> tuple[str, AnyLink]:
    """Opens a link, or raises ``ConnectionFailed`` with why the first way did not work."""
    # Without a WebSocket only JSON is spoken, and no proxy that has to be named is used.
    names = address.transports
    known, until = _known.get(address.url, ("", 0.0))
    begin = names.index(known) if known in names and until > time.monotonic() else 0
    failures: list[ConnectionFailed] = []
    for name in names[begin:]:
        alone = len(names) == 1
        try:
            link = await asyncio.wait_for(_open(address, name), None if alone else LIMITS[name])
        except (asyncio.TimeoutError, TimeoutError):
            text = f"no {name} to {address} within {LIMITS[name]} s"
            failures.append(ConnectionFailed("connection_failed", text, retryable=True))
        except ConnectionFailed as error:
            failures.append(error)
        else:
            if name != names[0] and name != known:
                remember(address, name)
            return name, link
    _known.pop(address.url, None)
    raise failures[0]


async def _open(address: Address, name: str) -> AnyLink:
    if name == "websocket":
        return await open_link(address)
    link = HttpLink(address, stream=name == "stream")
    await link.open()
    return link


def remember(address: Address, name: str) -> None:
    """Begins with this one for a while."""
    _known[address.url] = (name, time.monotonic() + REMEMBERED_SECONDS)


def distrust(address: Address, name: str) -> None:
    """It opened, and then nothing came: somebody on the way lets through the beginning only."""
    names = address.transports
    at = names.index(name) + 1
    if at < len(names):
        remember(address, names[at])
    else:
        _known.pop(address.url, None)
