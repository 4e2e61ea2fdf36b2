"""A bot that answers in a room.   python bot.py [ROOM] [--url URL]

Say "!time", "!echo something" or "!quit" in the room.
"""

from __future__ import annotations

import argparse
import asyncio
from datetime import datetime

import carillon_client as carillon


def text_of(message: carillon.Message) -> str:
    data = message.data
    return str(data.get("text", "")) if isinstance(data, dict) else str(data)


def answer(text: str) -> str | None:
    command, _, rest = text.partition(" ")
    match command:
        case "!time":
            return f"{datetime.now().astimezone():%H:%M}"
        case "!echo":
            return rest
        case "!quit":
            return "bye"
        case _:
            return None


async def main(options: argparse.Namespace) -> None:
    async with carillon.connect(options.url) as client:
        room = await client.join(options.room)
        print(f"listening in {room.name}", flush=True)
        async for message in room:
            if message.sender.session == client.session:
                continue
            text = text_of(message)
            if (reply := answer(text)) is not None:
                await room.publish({"name": "bot", "text": reply})
            if text == "!quit":
                break


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="A bot that answers in a room.")
    parser.add_argument("room", nargs="?", default="chat/lobby")
    parser.add_argument("--url", default="ws://localhost:8080")
    asyncio.run(main(parser.parse_args()))
