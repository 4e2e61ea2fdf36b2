"""The client and the real server over TLS, with a certificate made for the test."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from server import Server, running

import carillon_client as carillon

pytestmark = [
    pytest.mark.server,
    pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificate"),
]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tls")
    command = [
        *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
        *("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"),
        *("-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")),
    ]
    subprocess.run(command, check=True, capture_output=True)
    return folder / "cert.pem"


@pytest.fixture(scope="module")
def secure(certificate: Path) -> Iterator[Server]:
    key = certificate.with_name("key.pem")
    with running("--set", f"tls.certificate={certificate}", "--set", f"tls.key={key}") as server:
        yield server


@pytest.mark.parametrize("way", ["websocket", "stream", "poll"])
async def test_everything_goes_over_tls(secure: Server, certificate: Path, way: str) -> None:
    trust = ssl.create_default_context(cafile=str(certificate))
    url = f"wss://localhost:{secure.port}"
    async with carillon.connect(url, tls=trust, transports=[way]) as client:
        room = await client.join(f"tls/{way}")
        for n in range(20):
            room.publish_soon(n)
        assert [(await anext(room)).data for _ in range(20)] == list(range(20))


@pytest.mark.parametrize("way", ["websocket", "stream"])
async def test_a_certificate_that_nobody_vouches_for_is_refused(secure: Server, way: str) -> None:
    with pytest.raises(carillon.ConnectionFailed, match=r"(?i)certificate"):
        async with carillon.connect(f"wss://localhost:{secure.port}", transports=[way]):
            pass
