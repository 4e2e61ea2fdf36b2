"""What several files of tests use."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from server import Server, running


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A server that lives as long as the tests."""
    with running() as started:
        yield started


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--full", action="store_true", help="run what takes minutes, too")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if "server" in getattr(item, "fixturenames", ()):
            item.add_marker("server")
    if not config.getoption("--full"):
        long = [item for item in items if item.get_closest_marker("full")]
        items[:] = [item for item in items if item not in long]
        config.hook.pytest_deselected(items=long)
