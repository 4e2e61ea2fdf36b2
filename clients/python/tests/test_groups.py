"""Inboxes and wildcards, with the real server."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from middlebox import Middlebox
from server import Server

import carillon_client as carillon
from carillon_client._settings import DEFAULT

QUICK = replace(DEFAULT, reconnect_first_ms=10, reconnect_max_ms=100)


async def test_the_inbox_gets_what_is_said_to_session_user_and_everybody(server: Server) -> None:
    async with carillon.connect(server.url) as ann, carillon.connect(server.url) as bob:
        assert bob.user is not None
        told = await ann.publish(carillon.to_session(bob.session), "to you", readers=True)
        assert told.readers == 1
        await ann.publish(carillon.to_user(bob.user), {"to": "user"}, priority="high", ttl=60)
        await ann.publish(carillon.to_all(), "to all")
        got = [await anext(bob.inbox) for _ in range(3)]
        assert [message.data for message in got] == ["to you", {"to": "user"}, "to all"]
        kinds = [message.room.partition("/")[0] for message in got]
        assert kinds == ["$session", "$user", "$global"]
        assert got[1].priority == "high"
        assert (await anext(ann.inbox)).data == "to all"


async def test_a_wildcard_reads_rooms_that_are_there_and_rooms_that_come_up(
    server: Server,
) -> None:
    async with carillon.connect(server.url) as client:
        await client.publish("quotes/old", 0)
        room = await client.join("quotes/*", last=1)
        for name, number in [("new", 1), ("old", 2), ("deep/er", 3), ("new", 4)]:
            await client.publish(f"quotes/{name}", number)
        got = [await anext(room) for _ in range(4)]
        read = sorted((message.room, message.data) for message in got)
        news, olds = "quotes/new", "quotes/old"
        assert read == [(news, 1), (news, 4), (olds, 0), (olds, 2)]
        with pytest.raises(carillon.RequestRefused, match="already"):
            await client.join("quotes/new")
        await room.leave()
        again = await client.join("quotes/new", last=1)
        assert (await anext(again)).data == 4


async def test_a_wildcard_loses_and_doubles_nothing_while_connections_are_cut(
    server: Server, request: pytest.FixtureRequest
) -> None:
    cuts = 200 if request.config.getoption("--full") else 12
    random = Random(20261123)
    async with (
        Middlebox(server.port) as box,
        carillon.connect(box.url, settings=QUICK) as writer,
        carillon.connect(box.url, settings=QUICK) as reader,
    ):
        room = await reader.join("ticks/**")
        sending: list[asyncio.Task[carillon.Published]] = []
        counts: Counter[str] = Counter()
        for cut in range(cuts):
            for _ in range(10):
                name = f"ticks/{max(0, cut - random.randrange(3))}/x"
                sending.append(asyncio.create_task(writer.publish(name, counts[name])))
                counts[name] += 1
                await asyncio.sleep(random.random() / 50)
            box.cut()
        await asyncio.gather(*sending)
        read: dict[str, list[int]] = {name: [] for name in counts}
        for _ in sending:
            message = await anext(room)
            read[message.room].append(message.data)
        assert read == {name: list(range(count)) for name, count in counts.items()}


@pytest.mark.parametrize("way", ["websocket", "stream", "poll"])
async def test_the_past_is_read_page_by_page_in_either_direction(server: Server, way: str) -> None:
    async with carillon.connect(server.url, transports=[way]) as client:
        name = f"past/pages/{way}"
        filling = "x" * 2000
        for n in range(1, 101):
            client.publish_soon(name, f"{n}{filling}", key=f"k{n % 10}")
        await client.publish(name, "the last", key="last")

        async def offsets(**options: Any) -> list[int]:
            return [message.offset async for message in client.past(name, **options)]

        assert (await client.history(name)).more
        assert await offsets() == list(range(1, 102))
        assert await offsets(last=60) == list(range(42, 102))
        assert await offsets(order="newest", last=60, limit=50) == list(range(101, 51, -1))
        assert await offsets(compact=True) == list(range(91, 102))
        assert await offsets(compact=True, order="newest") == list(range(101, 90, -1))
        page = await client.history(name, last=1)
        behind = carillon.Position(page.epoch, 98)
        assert await offsets(from_=behind) == [99, 100, 101]
        assert await offsets(from_=behind, order="newest", limit=2) == [98, 97]
        with pytest.raises(carillon.RequestRefused, match="epoch"):
            await offsets(from_=carillon.Position("e" * 32, 1))


async def test_what_is_not_acknowledged_comes_again(server: Server) -> None:
    async with carillon.connect(server.url) as client:
        room = await client.join("acks/python", ack=True)
        for n in (1, 2, 3):
            await client.publish("acks/python", n)
        got = [await anext(room) for _ in range(3)]
        room.ack(got[0])
        room.nack(got[1], reason="not now")
        again = await anext(room)
        assert (again.data, again.redelivered) == (2, True)
        room.ack(again)
        assert (await anext(room)).data == 3
