"""``lilliput serve``: what it refuses, how it ends, and what its pages are told."""

import signal
import socket
import subprocess
import sys
from importlib import util

import pytest

from calibration.cli.serve.main import ServeRequest, listening
from simulation.errors import LilliputError
from tests.scenarios.watching import PATIENCE


def refusal_of(*arguments: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "calibration.cli.main", "serve", *arguments],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.stdout == ""
    return done.returncode, done.stderr


def test_a_port_in_use_is_told_and_ends_with_status_2() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        status, told = refusal_of("--port", str(taken.getsockname()[1]))
    assert status == 2
    assert "a port that is free" in told
    assert "Traceback" not in told


@pytest.mark.parametrize("port", ["abc", "-1", "65536", "80.5", ""])
def test_what_is_no_port_is_refused(port: str) -> None:
    with pytest.raises(LilliputError, match="a whole number from 0 to 65535"):
        ServeRequest.read(port=port)


@pytest.mark.parametrize("host", ["no such host", "203.0.113.7"])
def test_an_address_that_is_not_this_machines_is_refused(host: str) -> None:
    with pytest.raises(LilliputError, match="an address of this machine"):
        listening(ServeRequest.read(host=host, port="0", allow_remote=True))


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "203.0.113.7"])
def test_other_machines_are_let_in_on_purpose_only(host: str) -> None:
    with pytest.raises(LilliputError, match="--allow-remote") as refused:
        ServeRequest.read(host=host, port="x")
    assert [problem.key for problem in refused.value.problems] == ["--port", "--host"]
    assert ServeRequest.read(host=host, allow_remote=True).allow_remote


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_this_machine_needs_no_leave(host: str) -> None:
    assert not ServeRequest.read(host=host).allow_remote


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    found = util.find_spec
    monkeypatch.setattr(
        "calibration.cli.serve.main.find_spec",
        lambda name: None if name.startswith("solara") else found(name),
    )
    with pytest.raises(LilliputError) as refused:
        ServeRequest.read(port="x")
    assert 'pip install "lilliput[page]"' in str(refused.value)
    assert len(refused.value.problems) == 2


def test_it_answers_on_this_machine_alone_unless_told() -> None:
    with listening(ServeRequest.read(port="0")) as door:
        assert door.getsockname()[0] == "127.0.0.1"
        assert door.getsockname()[1] > 0


@pytest.mark.slow  # a real process
def test_whoever_lets_other_machines_in_is_told_what_that_means() -> None:
    arguments = ("serve", "--host", "0.0.0.0", "--allow-remote", "--port", "0")
    with subprocess.Popen(
        [sys.executable, "-u", "-m", "calibration.cli.main", *arguments],
        stdout=subprocess.PIPE,
        text=True,
    ) as command:
        assert command.stdout is not None
        address, warning = command.stdout.readline(), command.stdout.readline()
        command.send_signal(signal.SIGTERM)
        assert command.wait(PATIENCE) == 0
    assert address.startswith("The page is at http://0.0.0.0:")
    assert "Whoever reaches this address can use the page" in warning
    assert "there is no password" in warning
