"""Schedulers reached with certificates (TLS), and addresses that cannot be used."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from scenarios.batch.address import Certificates, cluster_problems
from scenarios.batch.run import run_batch
from scenarios.draws import Draws
from scenarios.errors import ScenarioError
from simulation.interventions import HISTORICAL
from tests.scenarios.watching import contents, until

ROOT = Path(__file__).parents[3]
DASK = "from dask.__main__ import main; main()"
TLS = "tls://127.0.0.1:9"


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """A certificate of this machine that vouches for itself, and its key."""
    folder = tmp_path_factory.mktemp("certificates")
    cert, key = folder / "cert.pem", folder / "key.pem"
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1"]
    named = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"]
    files = ["-keyout", str(key), "-out", str(cert)]
    subprocess.run([*made, *named, *files], check=True, capture_output=True)
    return Certificates(cert, cert, key)


def keys(address: str | None, files: Certificates = Certificates()) -> list[str]:  # noqa: B008
    return [problem.key for problem in cluster_problems(address, None, files)]


def test_certificates_without_an_address_that_uses_them_are_refused(tmp_path: Path) -> None:
    files = Certificates(ca=tmp_path, key=tmp_path)
    assert keys(None, files) == ["--tls-ca", "--tls-key"]
    assert keys("tcp://127.0.0.1:9", files) == ["--tls-ca", "--tls-key"]
    assert keys(None) == keys("tcp://127.0.0.1:9") == []


def test_tls_without_certificates_is_refused(tmp_path: Path) -> None:
    assert keys(TLS) == ["--dask"]
    missing = Certificates(*(tmp_path / name for name in ("ca", "cert", "key")))
    assert keys(TLS, missing) == ["--tls-ca", "--tls-cert", "--tls-key"]


def test_what_is_no_certificate_is_refused(certificates: Certificates) -> None:
    text = Path(__file__)
    assert keys(TLS, Certificates(certificates.ca, text, certificates.key)) == ["--dask"]
    assert keys(TLS, Certificates(text, certificates.cert, certificates.key)) == ["--dask"]
    assert keys(TLS, certificates) == []


@pytest.mark.parametrize("address", ["inproc://x", "ws://h:1", "x://h:1", "tcp://h:x", "://", ""])
def test_what_is_no_address_is_refused(address: str) -> None:
    assert keys(address) == ["--dask"]


@pytest.fixture
def cluster(certificates: Certificates, tmp_path: Path) -> Iterator[str]:
    """The address of a scheduler with one worker, both of which speak TLS only."""
    started: list[subprocess.Popen[bytes]] = []
    files = (certificates.ca, certificates.cert, certificates.key)
    options = ("--tls-ca-file", "--tls-cert", "--tls-key")
    tls = [str(each) for pair in zip(options, files, strict=True) for each in pair]

    def start(*arguments: str) -> None:
        environment = dict(os.environ, PYTHONPATH=str(ROOT), PYTHONWARNINGS="ignore")
        command = [sys.executable, "-c", DASK, *arguments, *tls, "--no-dashboard"]
        quiet = subprocess.DEVNULL
        started.append(
            subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=quiet, stderr=quiet)
        )

    told = tmp_path / "scheduler.json"
    place = ["--host", "127.0.0.1", "--port", "0", "--protocol", "tls"]
    start("scheduler", *place, "--scheduler-file", str(told))
    until(lambda: told.is_file() and told.read_text().endswith("}"), "the scheduler")
    address = str(json.loads(told.read_text())["address"])
    limits = ["--nthreads", "1", "--memory-limit", "0", "--no-nanny", "--death-timeout", "30"]
    start("worker", address, "--host", "127.0.0.1", "--local-directory", str(tmp_path), *limits)
    yield address
    for process in started:
        process.kill()
        process.wait()


@pytest.mark.slow  # real processes
def test_a_batch_over_tls_has_the_same_bytes(
    cluster: str, certificates: Certificates, draws: Draws, tmp_path: Path
) -> None:
    assert cluster.startswith("tls://")
    here = run_batch([HISTORICAL], draws, 40, 1, tmp_path / "here", workers=1, chunk=20)
    there = run_batch(
        *([HISTORICAL], draws, 40, 1, tmp_path / "there"),
        dask=cluster,
        certificates=certificates,
        chunk=20,
    )
    assert contents(there) == contents(here)
    with pytest.raises(ScenarioError, match="--tls-ca"):
        run_batch([HISTORICAL], draws, 40, 1, tmp_path / "none", dask=cluster, chunk=20)
