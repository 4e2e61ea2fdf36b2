"""Client for Carillon, the real-time messaging server.

::

    import asyncio, carillon_client as carillon
    async def main():
        async with carillon.connect("ws://localhost:8080") as client:
            room = await client.join("chat/lobby")
            await room.publish("hello")
            print((await anext(room)).data)
    asyncio.run(main())

The client comes back by itself after a lost connection, goes on where it was, and publishes again
what was not answered, never twice. What is lost all the same is told, never silent.
``carillon_client.blocking`` is the same for programs without an event loop.
"""

from __future__ import annotations

from ._client import Client, Target, to_all, to_session, to_user
from ._connect import connect
from ._outputs import State
from ._room import LivePresence, Room
from ._settings import Settings
from ._version import __version__
from .errors import (
    CarillonError,
    ConnectionEnded,
    ConnectionFailed,
    ConnectionLost,
    MalformedMessage,
    OutboxFull,
    PublishRejected,
    PublishUnknown,
    RequestRefused,
    RoomEnded,
)
from .events import (
    Call,
    Ended,
    Event,
    Fresh,
    Gap,
    History,
    Member,
    Message,
    Missing,
    Position,
    PresenceChange,
    Published,
    Reset,
    Resumed,
    Rewind,
    Sender,
    Skipped,
    Stale,
)

__all__ = [
    "Call",
    "CarillonError",
    "Client",
    "ConnectionEnded",
    "ConnectionFailed",
    "ConnectionLost",
    "Ended",
    "Event",
    "Fresh",
    "Gap",
    "History",
    "LivePresence",
    "MalformedMessage",
    "Member",
    "Message",
    "Missing",
    "OutboxFull",
    "Position",
    "PresenceChange",
    "PublishRejected",
    "PublishUnknown",
    "Published",
    "RequestRefused",
    "Reset",
    "Resumed",
    "Rewind",
    "Room",
    "RoomEnded",
    "Sender",
    "Settings",
    "Skipped",
    "Stale",
    "State",
    "Target",
    "__version__",
    "connect",
    "to_all",
    "to_session",
    "to_user",
]
