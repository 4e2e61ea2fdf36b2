"""The package as users get it: built, installed somewhere empty, and the README followed."""

from __future__ import annotations

import ast
import asyncio
import re
import subprocess
import sys
import tarfile
import textwrap
import venv
import zipfile
from pathlib import Path
from typing import Any

import pytest
from places import PACKAGE, ROOT
from server import Server

import carillon_client as carillon

README = (PACKAGE / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
HOW_TO_PAGE = (ROOT / "docs" / "how-to" / "python.md").read_text(encoding="utf-8")
HOW_TO = re.findall(r"```python\n(.*?)```", HOW_TO_PAGE, re.DOTALL)
PROGRAMS = [block for block in BLOCKS if block.startswith(("import", "from"))]
PIECES = [block for block in BLOCKS if block not in PROGRAMS]


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist, and the wheel that was built from it."""
    out = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), str(PACKAGE)]
    subprocess.run(command, check=True, capture_output=True, text=True)
    return out


@pytest.fixture(scope="session")
def installed(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of an environment that has the wheel and what it depends on."""
    folder = tmp_path_factory.mktemp("venv")
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    (wheel,) = built.glob("*.whl")
    install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*install, str(wheel)], check=True, capture_output=True, text=True)
    return python


def test_the_built_files_hold_what_they_should(built: Path) -> None:
    (wheel,) = built.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    sources = {
        f"carillon_client/{path.name}" for path in (PACKAGE / "src").glob("*/*") if path.is_file()
    }
    assert "carillon_client/py.typed" in sources
    packed = {name for name in names if name.startswith("carillon_client/")}
    assert packed == sources
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        files = {name.split("/", 1)[1] for name in archive.getnames() if "/" in name}
    assert {"README.md", "LICENSE", "CHANGELOG.md", "examples/chat.py"} <= files
    assert not [name for name in files if ".venv" in name or "__pycache__" in name]


def test_the_licence_is_the_projects() -> None:
    assert (PACKAGE / "LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()


def test_the_reference_is_what_the_docstrings_say() -> None:
    command = [sys.executable, str(PACKAGE / "docs" / "reference.py")]
    checked = subprocess.run(command, check=False, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stderr


def test_it_needs_nothing_but_websockets(installed: Path) -> None:
    listing = subprocess.run(
        [str(installed), "-m", "pip", "list", "--format=freeze", "--disable-pip-version-check"],
        check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    names = {line.partition("==")[0].replace("_", "-") for line in listing.splitlines()}
    assert names - {"pip", "setuptools"} == {"carillon-client", "websockets"}


def test_its_types_are_seen_by_who_uses_it(installed: Path, tmp_path: Path) -> None:
    program = tmp_path / "uses.py"
    program.write_text(
        "import carillon_client as carillon\n"
        "async def main(client: carillon.Client) -> int:\n"
        "    room = await client.join('r')\n"
        "    reveal_type((await anext(room)).position)\n"
        "    return await room.publish('x')\n",
        encoding="utf-8",
    )
    mypy = [sys.executable, "-m", "mypy", "--strict", "--python-executable", str(installed)]
    said = subprocess.run(
        [*mypy, str(program)], check=False, capture_output=True, text=True, cwd=tmp_path
    ).stdout
    assert 'Revealed type is "carillon_client.events.Position"' in said
    assert 'Incompatible return value type (got "Published", expected "int")' in said


def test_the_readme_has_what_the_tests_run() -> None:
    assert len(PROGRAMS) == 2
    assert len(PIECES) >= 6


def run_program(python: Path, folder: Path, program: str, server: Server) -> str:
    """Runs a program of a page as it stands there, but for the port."""
    assert "ws://localhost:8080" in program
    (folder / "hello.py").write_text(program.replace("ws://localhost:8080", server.url))
    ran = subprocess.run(
        [str(python), "hello.py"], cwd=folder, check=False, capture_output=True, text=True,
        timeout=60,
    )  # fmt: skip
    assert (ran.returncode, ran.stderr) == (0, "")
    return ran.stdout


@pytest.mark.parametrize("program", PROGRAMS, ids=["first minute", "blocking"])
def test_the_programs_of_the_readme_run_in_an_empty_environment(
    installed: Path, server: Server, tmp_path: Path, program: str
) -> None:
    assert set(run_program(installed, tmp_path, program, server).split()) == {"hello"}


@pytest.mark.parametrize(
    ("number", "prints"),
    [(0, ["order 1", "order 1"]), (1, ["published memory"] * 2), (2, ["howto/sensor-0 20.5"])],
    ids=["go on", "script", "many rooms"],
)
def test_the_programs_of_the_how_to_run(
    installed: Path, server: Server, tmp_path: Path, number: int, prints: list[str]
) -> None:
    assert len(HOW_TO) == 3
    said = [run_program(installed, tmp_path, HOW_TO[number], server) for _ in range(2)]
    lines = [line for out in said for line in out.splitlines()]
    assert lines == prints if number < 2 else set(prints) <= set(lines)


async def test_the_pieces_of_the_readme_run_one_after_the_other(server: Server) -> None:
    async with carillon.connect(server.url) as client:
        room = await client.join("chat/lobby")
        for piece in PIECES:
            await asyncio.wait_for(run_piece(piece, client, room), 60)


async def run_piece(piece: str, client: carillon.Client, room: carillon.Room) -> None:
    names: dict[str, Any] = {"carillon": carillon}
    source = "async def piece(client, room):\n" + textwrap.indent(piece, "    ")
    ast.parse(source)
    exec(compile(source, "README.md", "exec"), names)  # noqa: S102 - that is the test
    await names["piece"](client, room)


# -- Examples


class Example:
    """One of the examples, running."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def line(self) -> str:
        assert self._process.stdout is not None
        line = await asyncio.wait_for(self._process.stdout.readline(), 60)
        assert line, await self.errors()
        return line.decode().rstrip("\n")

    def type(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n".encode())

    async def end(self) -> None:
        """Ends its input, and expects it to end well."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        _, errors = await asyncio.wait_for(self._process.communicate(), 60)
        assert self._process.returncode == 0, errors.decode()

    async def interrupt(self) -> None:
        """As Control-C does."""
        self._process.send_signal(2)
        await self.end()

    async def errors(self) -> str:
        assert self._process.stderr is not None
        return (await self._process.stderr.read()).decode()


async def example(name: str, *arguments: str) -> Example:
    pipe = asyncio.subprocess.PIPE
    path = str(PACKAGE / "examples" / name)
    return Example(
        await asyncio.create_subprocess_exec(
            sys.executable, path, *arguments, stdin=pipe, stdout=pipe, stderr=pipe
        )
    )


async def test_the_chat(server: Server) -> None:
    ann = await example("chat.py", "examples/chat", "--name", "ann", "--url", server.url)
    ann.type("hello")
    assert await ann.line() == "ann: hello"
    bob = await example("chat.py", "examples/chat", "--name", "bob", "--url", server.url)
    assert await bob.line() == "ann: hello"
    bob.type("hi ann")
    assert await ann.line() == "bob: hi ann"
    await ann.end()
    await bob.end()


async def test_the_presence_list(server: Server) -> None:
    arguments = ("examples/who", "--url", server.url)
    first = await example("presence_list.py", *arguments)
    assert (await first.line()).startswith("1 here")
    second = await example("presence_list.py", *arguments)
    assert (await first.line()).startswith("2 here")
    assert (await second.line()).startswith("2 here")
    await second.interrupt()
    assert (await first.line()).startswith("1 here")
    await first.interrupt()


async def test_the_cursors(server: Server) -> None:
    arguments = ("examples/cursors", "--url", server.url)
    one = await example("cursors.py", *arguments)
    assert (await one.line()).startswith("here as ")
    two = await example("cursors.py", *arguments)
    assert (await two.line()).startswith("here as ")
    two.type("10 20")
    assert (await one.line()).endswith(": 10 20")
    one.type("nowhere")
    one.type("3 4")
    assert (await two.line()).endswith(": 3 4")
    await one.end()
    await two.end()


async def test_the_job_feed(server: Server) -> None:
    job = ("run", "examples-job", "--steps", "3", "--url", server.url)
    await (await example("job_feed.py", *job)).end()
    watching = await example("job_feed.py", "watch", "examples-job", "--url", server.url)
    assert [await watching.line() for _ in range(4)] == ["1 of 3", "2 of 3", "3 of 3", "done"]
    await watching.end()


async def test_the_bot(server: Server) -> None:
    bot = await example("bot.py", "examples/bot", "--url", server.url)
    await bot.line()
    async with carillon.connect(server.url) as client:
        room = await client.join("examples/bot")
        await room.publish("!echo are you there?")
        replies = [message async for message in first(room, 2)]
        assert replies[1].data == {"name": "bot", "text": "are you there?"}
        await room.publish({"name": "ann", "text": "!quit"})
        await bot.end()


async def first(room: carillon.Room, wanted: int) -> Any:
    for _ in range(wanted):
        yield await asyncio.wait_for(anext(room), 60)
