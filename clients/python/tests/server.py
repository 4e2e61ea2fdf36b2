"""The real server, started by the tests."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from places import ROOT

COMMAND = Path(os.environ.get("CARILLON", ROOT / "carillon"))
READY = re.compile(rb"wss?://localhost:(\d+)")
BRIEF = "-XX:TieredStopAtLevel=1 -XX:CICompilerCount=1"
"""A server that lives for a second would spend most of it compiling what it will not use."""
STARTS_WITHIN_SECONDS = 300
"""Building counts, when nobody has done it before."""


class Server:
    """One process; ``kill`` and ``start`` make another one at the same port."""

    def __init__(self, *options: str) -> None:
        self._options = options
        self._process: subprocess.Popen[bytes] | None = None
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the server
        self.port = 0

    @property
    def url(self) -> str:
        return f"ws://localhost:{self.port}"

    def start(self) -> None:
        """Returns when it listens."""
        command = [str(COMMAND), "serve", "--port", str(self.port), *self._options]
        environment = {"CARILLON_JAVA_OPTS": BRIEF, **os.environ}
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=self._errors, env=environment
        )
        self._process = process
        timer = threading.Timer(STARTS_WITHIN_SECONDS, process.kill)
        timer.start()
        try:
            assert process.stdout is not None
            for line in process.stdout:
                if found := READY.search(line):
                    self.port = int(found[1])
                    return
        finally:
            timer.cancel()
        self._errors.seek(0)
        said = self._errors.read().decode(errors="replace")
        raise AssertionError(f"{' '.join(command)} ended with {process.wait()}:\n{said}")

    def kill(self) -> None:
        """Without a word to anybody."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """As an operator would."""
        self._end(signal.SIGTERM)

    def close(self) -> None:
        self.kill()
        self._errors.close()

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.send_signal(how)
            process.wait(60)
            if process.stdout is not None:
                process.stdout.close()


@contextmanager
def running(*options: str) -> Iterator[Server]:
    server = Server(*options)
    try:
        server.start()
        yield server
    finally:
        server.close()
