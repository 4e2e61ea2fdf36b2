"""The PyPI package websockets, unmodified, on a real echo server and a real server."""

import asyncio
import json
import os
import sys

import websockets
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

ECHO, SERVER = os.environ["ECHO"], os.environ["SERVER"]


async def echo(compression):
    async with connect(ECHO, compression=compression, max_size=None) as socket:
        agreed = [extension.name for extension in socket.protocol.extensions]
        assert agreed == (["permessage-deflate"] if compression else []), agreed
        for size in (0, 1, 125, 126, 65_535, 65_536, 1_000_000):
            for message in ("x" * size, b"\xa5" * size):
                await socket.send(message)
                assert await socket.recv() == message
        await socket.send(iter(["one ", "two ", "three"]))
        assert await socket.recv() == "one two three"
        await (await socket.ping("are you there"))
        await socket.close(4321, "done")
    assert socket.close_code == 4321, socket.close_code


async def echo_compressed():
    await echo("deflate")


async def echo_uncompressed():
    await echo(None)


async def two_in_a_room():
    address = f"{SERVER}/rooms/chat/python?last=10"
    async with connect(address) as alice, connect(address) as bob:
        await alice.send("hello")
        assert await alice.recv() == "hello" and await bob.recv() == "hello"
        await bob.send(b"\x00\xff")
        assert await alice.recv() == b"\x00\xff"


async def own_protocol():
    async with connect(f"{SERVER}/ws", subprotocols=["unknown", "carillon.v1.json"]) as socket:
        assert socket.subprotocol == "carillon.v1.json"
        await socket.send(json.dumps({"op": "connect", "id": 1}))
        assert json.loads(await socket.recv())["op"] == "welcome"


async def refusals():
    for path, origin, status in (("/no", None, 404), ("/ws", "http://evil.test", 403)):
        try:
            async with connect(SERVER + path, origin=origin):
                raise AssertionError(f"{path} was accepted")
        except InvalidStatus as refused:
            assert refused.response.status_code == status, refused


async def main():
    print("websockets", websockets.__version__)
    failed = 0
    checks = (echo_compressed, echo_uncompressed, two_in_a_room, own_protocol, refusals)
    for check in checks:
        try:
            await asyncio.wait_for(check(), 30)
            print("ok", check.__name__)
        except (AssertionError, OSError, ConnectionClosed, asyncio.TimeoutError) as wrong:
            failed += 1
            print("failed", check.__name__, repr(wrong))
    print(f"{len(checks) - failed} passed, {failed} failed")
    sys.exit(failed > 0)


asyncio.run(main())
