"""The examples that are servers, each driven by real clients through the conversation that it is
made for. Run by the stage of the examples, with the Python client's own interpreter:

conversations.py FOLDER     FOLDER takes the examples with their ports replaced, and what they print
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import socket
import subprocess
import sys
import traceback
import urllib.request
from collections.abc import AsyncIterator
from datetime import datetime, timezone
from pathlib import Path

import carillon_client as carillon

ROOT = Path(__file__).parents[2]
BEGINNING = datetime(1970, 1, 1, tzinfo=timezone.utc)
STARTS_WITHIN = 120
ENDS_WITHIN = 180


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Example:
    """One example, running on ports of its own."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self.port, self.page_port = free_port(), free_port()
        source = (ROOT / "examples" / f"{name}.java").read_text()
        copy = folder / f"{name}.java"
        copy.write_text(source.replace("8080", str(self.port)).replace("8081", str(self.page_port)))
        self.log = folder / f"{name}.log"
        with self.log.open("w") as log:
            command = [ROOT / "examples" / "run", copy, ROOT / "examples"]
            self.process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)

    async def ready(self) -> None:
        async with asyncio.timeout(STARTS_WITHIN):
            while True:
                with contextlib.suppress(OSError):
                    _, writer = await asyncio.open_connection("127.0.0.1", self.port)
                    writer.close()
                    return
                if self.process.poll() is not None:
                    raise AssertionError(f"{self.name} ended:\n{self.log.read_text()}")
                await asyncio.sleep(0.1)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(30)

    @contextlib.asynccontextmanager
    async def clients(self, count: int) -> AsyncIterator[list[carillon.Client]]:
        async with contextlib.AsyncExitStack() as stack:
            url = f"ws://127.0.0.1:{self.port}"
            yield [await stack.enter_async_context(carillon.connect(url)) for _ in range(count)]


async def refused(what: object, code: str, words: str) -> None:
    try:
        await what  # type: ignore[misc]
    except carillon.CarillonError as error:
        assert (error.code, words in str(error)) == (code, True), repr(error)
    else:
        raise AssertionError(f"not refused with {code}")


async def data(room: carillon.Room) -> object:
    return (await anext(room)).data


async def sticks(example: Example) -> None:
    async with example.clients(3) as (ann, bob, eve):
        # The lobby: bob says that he is ready, ann sees it and calls him.
        lobby = await ann.join("lobby", presence=True)

        @bob.on_call("play")
        async def play(call: carillon.Call) -> object:
            return {"room": call.data["room"], "with": call.sender.session}

        await (await bob.join("lobby")).set_state({"ready": True})
        async for event in lobby.events():
            ready = isinstance(event, carillon.PresenceChange) and event.member.state
            if ready == {"ready": True}:
                break
        await refused(lobby.publish("hi"), "refused", "no chat here")
        agreed = await lobby.call("play", {"room": "sticks/1"}, member=bob.session)
        assert agreed == {"room": "sticks/1", "with": ann.session}, agreed
        await refused(lobby.call("dance", member=bob.session), "no_handler", "")
        await refused(lobby.call("play", member="nobody"), "no_such_member", "")

        # The game: turns, bad moves and a third player are the server's business.
        anns, bobs = await ann.join("sticks/1"), await bob.join("sticks/1")
        await refused(eve.join("sticks/1"), "refused", "two are playing already")
        await refused(bobs.call("take", {"sticks": 1}), "not_your_turn", "not your turn")
        await refused(anns.call("take", {"sticks": 4}), "bad_message", "1 to 3 sticks, not 4")
        await refused(anns.call("take", "two"), "bad_message", "data must be json")
        await refused(anns.publish({"left": 0}), "refused", "call 'take' to play")
        left = 10
        for player, taken in [(anns, 3), (bobs, 3), (anns, 1), (bobs, 3)]:
            left -= taken
            table = await player.call("take", {"sticks": taken})
            assert table["left"] == left, table
            assert await data(anns) == await data(bobs) == table
        assert table["winner"] == bob.session, table
        await anns.leave()
        assert (await data(bobs))["winner"] == bob.session  # type: ignore[index]
        await bobs.leave()

        # An empty table is cleared: the next two begin anew.
        anew = await eve.join("sticks/1")
        await refused(anew.call("take", {"sticks": 1}), "not_your_turn", "")


async def prices(example: Example) -> None:
    async with example.clients(1) as (client,):
        room = await client.join("prices/metals")
        seen = {}
        while len(seen) < 4:
            message = await anext(room)
            assert message.key == message.data["symbol"]
            seen[message.key] = message.data["price"]
        assert seen["rhodium"] == 4700.0, seen
        newest = await anext(room)
        while newest.key != "gold" or newest.data["price"] == seen["gold"]:
            newest = await anext(room)
        await refused(room.publish({"symbol": "gold", "price": 1}), "refused", "the server's")


async def jobs(example: Example) -> None:
    async with example.clients(2) as (client, other):
        await refused(client.call("start", {"file": "", "pages": 3}), "bad_message", "a file")
        await refused(client.call("stop", {}), "no_handler", "'stop'")
        started = await client.call("start", {"file": "a.pdf", "pages": 50})
        expected = [{"done": done, "of": 50} for done in range(1, 51)]
        for reader in client, other:
            room = await reader.join(started["room"], since=BEGINNING)
            assert [await data(room) for _ in range(50)] == expected
        await refused(room.publish({"done": 0, "of": 1}), "refused", "only jobs speak here")


async def cursors(example: Example) -> None:
    async with example.clients(2) as (ann, bob):
        anns = await ann.join("cursors/demo", presence=True)
        bobs = await bob.join("cursors/demo", presence=True)
        await bobs.set_state({"color": "red"})
        async for event in anns.events():
            if isinstance(event, carillon.PresenceChange) and event.member.state:
                assert event.member == carillon.Member(bob.session, bob.user, {"color": "red"})
                break
        await refused(bobs.publish({"x": 101, "y": 0}), "bad_message", "x and y are 0 to 100")
        await bobs.publish({"x": 1, "y": 2}, echo=False)
        message = await anext(anns)
        assert (message.data, message.sender.session) == ({"x": 1, "y": 2}, bob.session)
        assert (await ann.history("cursors/demo", last=10)).messages == (), "nothing is kept"
    address = f"http://127.0.0.1:{example.page_port}/cursors.html"
    with urllib.request.urlopen(address, timeout=10) as page:
        text = page.read().decode()
    assert re.search(r"carillon\.v1\.json", text), "the page speaks the protocol"


CONVERSATIONS = {"Sticks": sticks, "Prices": prices, "Jobs": jobs, "Cursors": cursors}


async def main(folder: Path) -> int:
    failed = 0
    for name, conversation in CONVERSATIONS.items():
        example = Example(name, folder)
        try:
            await example.ready()
            async with asyncio.timeout(ENDS_WITHIN):
                await conversation(example)
            print(f"{name}: as it should be")
        except Exception as error:  # noqa: BLE001 - the others are still to be heard
            failed += 1
            print(f"{name}: {type(error).__name__}: {error}")
            print("".join(example.log.read_text()[-2000:]))
            traceback.print_exception(error)
        finally:
            example.stop()
    print(len(CONVERSATIONS) - failed, "passed", failed, "failed")
    return failed


if __name__ == "__main__":
    sys.exit(asyncio.run(main(Path(sys.argv[1]))))
