"""A chat in the terminal.   python chat.py [ROOM] [--name NAME] [--url URL]

Shows the last messages, then what comes; what you type is published. Ctrl-D leaves.
"""

from __future__ import annotations

import argparse
import asyncio
import sys

import carillon_client as carillon


async def show(room: carillon.Room) -> None:
    async for event in room.events():
        match event:
            case carillon.Message(data={"name": name, "text": text}):
                print(f"{name}: {text}", flush=True)
            case carillon.Message(data=data):
                print(data, flush=True)
            case carillon.Gap() | carillon.Reset() | carillon.Missing(lost=True):
                print(f"-- some messages are lost: {event}", flush=True)


async def main(options: argparse.Namespace) -> None:
    async with carillon.connect(options.url) as client:
        room = await client.join(options.room, last=20)
        showing = asyncio.create_task(show(room))
        while line := await asyncio.to_thread(sys.stdin.readline):
            await room.publish({"name": options.name, "text": line.rstrip("\n")})
        await room.leave()
        await showing


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="A chat in the terminal.")
    parser.add_argument("room", nargs="?", default="chat/lobby")
    parser.add_argument("--name", default="somebody")
    parser.add_argument("--url", default="ws://localhost:8080")
    asyncio.run(main(parser.parse_args()))
