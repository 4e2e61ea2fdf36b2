"""The client, the real server, and networks without WebSockets."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from itertools import count
from random import Random

import pytest
from middlebox import Middlebox
from server import Server

import carillon_client as carillon
from carillon_client._settings import DEFAULT

QUICK = replace(DEFAULT, reconnect_first_ms=10, reconnect_max_ms=100)
_numbers = count()


def new_room() -> str:
    return f"transports/{next(_numbers)}"


async def talk(client: carillon.Client, room: str, many: int) -> None:
    """Publishes numbers to a room, and reads them there."""
    joined = await client.join(room)
    sent = await asyncio.gather(*(client.publish(room, n) for n in range(many)))
    read = [await anext(joined) for _ in range(many)]
    assert [message.data for message in read] == list(range(many))
    assert [answer.position.offset for answer in sent] == list(range(1, many + 1))


@pytest.mark.parametrize("name", ["stream", "poll"])
async def test_everything_works_over_each_way_alone(server: Server, name: str) -> None:
    said = ["größe \U0001f514", "", "line\n", "pair\r\n", b"\x00\xff", {"a": [1, None]}, 7]
    async with (
        Middlebox(server.port) as box,
        carillon.connect(box.url, transports=[name]) as client,
    ):
        await talk(client, new_room(), 100)
        room = await client.join(new_room())
        for data in said:
            await room.publish(data)
        assert [(await anext(room)).data for _ in said] == said
        assert not any(line.startswith("UPGRADE") for line in box.requests)


@pytest.mark.parametrize("upgrades", ["swallow", "refuse"])
async def test_a_proxy_without_upgrades_is_passed_and_remembered(
    server: Server, upgrades: str
) -> None:
    async with Middlebox(server.port, upgrades=upgrades) as box:
        async with carillon.connect(box.url) as client:
            await talk(client, new_room(), 20)
        assert "UPGRADE GET /ws" in box.requests
        assert "GET /ws" in box.requests
        box.requests.clear()
        async with carillon.connect(box.url) as client:
            await talk(client, new_room(), 5)
        assert "UPGRADE GET /ws" not in box.requests


async def test_a_proxy_that_keeps_answers_until_they_are_whole_is_passed(server: Server) -> None:
    async with (
        Middlebox(server.port, upgrades="refuse", buffers=True) as box,
        carillon.connect(box.url) as client,
    ):
        await talk(client, new_room(), 20)
        assert any(line.startswith("GET /ws?wait=") for line in box.requests)


@pytest.mark.parametrize("name", ["stream", "poll"])
async def test_cut_connections_lose_and_double_nothing(
    server: Server, name: str, request: pytest.FixtureRequest
) -> None:
    cuts = 200 if request.config.getoption("--full") else 12
    random = Random(20261122)
    room_name = new_room()
    async with (
        Middlebox(server.port) as box,
        carillon.connect(box.url, transports=[name], settings=QUICK) as writer,
        carillon.connect(box.url, transports=[name], settings=QUICK) as reader,
    ):
        room = await reader.join(room_name)
        sending: list[asyncio.Task[carillon.Published]] = []
        for _ in range(cuts):
            for _ in range(10):
                sending.append(asyncio.create_task(writer.publish(room_name, len(sending))))
                await asyncio.sleep(random.random() / 50)
            box.cut()
        await asyncio.gather(*sending)
        read = [(await anext(room)).data for _ in sending]
        assert read == list(range(len(sending)))
