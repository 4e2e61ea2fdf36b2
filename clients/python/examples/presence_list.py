"""Who is in a room, kept up to date.   python presence_list.py [ROOM] [--url URL]

Start it in several terminals; Ctrl-C leaves.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib

import carillon_client as carillon


def show(room: carillon.Room) -> None:
    members = [member.user or member.session for member in room.presence.values()]
    print(f"{room.presence.count} here: {', '.join(sorted(members))}", flush=True)


async def main(options: argparse.Namespace) -> None:
    async with carillon.connect(options.url) as client:
        room = await client.join(options.room, presence=True)
        show(room)
        async for event in room.events():
            if isinstance(event, carillon.PresenceChange):
                show(room)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Who is in a room, kept up to date.")
    parser.add_argument("room", nargs="?", default="chat/lobby")
    parser.add_argument("--url", default="ws://localhost:8080")
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main(parser.parse_args()))
