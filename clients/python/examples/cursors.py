"""Live cursors: everybody's pointer, moving in the terminal.   python cursors.py [ROOM] [--url URL]

Each line typed is a position, such as ``10 20``. Only the newest of each member counts, so what was
missed while away is not asked for.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import sys

import carillon_client as carillon


def position(line: str) -> dict[str, int] | None:
    with contextlib.suppress(ValueError):
        x, y = map(int, line.split())
        return {"x": x, "y": y}
    return None


async def move(room: carillon.Room) -> None:
    while line := await asyncio.to_thread(sys.stdin.readline):
        if at := position(line):
            room.publish_soon(at, event="cursor", key="me", echo=False)


async def show(room: carillon.Room) -> None:
    async for message in room:
        if message.event == "cursor" and message.sender is not None:
            at = message.data
            print(
                f"{message.sender.user or message.sender.session}: {at['x']} {at['y']}", flush=True
            )


async def main(options: argparse.Namespace) -> None:
    async with carillon.connect(options.url) as client:
        room = await client.join(options.room)
        print(f"here as {client.session}", flush=True)
        showing = asyncio.create_task(show(room))
        await move(room)
        showing.cancel()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Everybody's pointer.")
    parser.add_argument("room", nargs="?", default="cursors/board")
    parser.add_argument("--url", default="ws://localhost:8080")
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main(parser.parse_args()))
