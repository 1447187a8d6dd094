"""The root command: quick to help, plain about mistakes, and nothing read in that is not needed."""

import signal
import subprocess
import sys
from collections.abc import Sequence
from importlib.metadata import version
from types import ModuleType

import pytest

from calibration.cli import main as command
from calibration.origin import rules_hash
from scenarios.draws import read_draws
from simulation.errors import LilliputError, Problem

HEAVY = (
    "matplotlib",
    "mesa",
    "scipy",
    "pandas",
    "pyarrow",
    "numpy",
    "networkx",
    "multiprocessing.pool",
)


def carried_out(arguments: Sequence[str]) -> int | str | None:
    with pytest.raises(SystemExit) as leaving:
        command.main(arguments)
    return leaving.value.code


def test_versions_of_package_model_and_draws_are_printed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert carried_out(["--version"]) == 0
    package, model, draws = capsys.readouterr().out.splitlines()
    assert package == f"lilliput {version('lilliput')}"
    assert package.startswith(f"lilliput {model.split()[2].strip(',')}.")
    assert model.endswith(f", rules {rules_hash()[:12]}")
    assert read_draws().id in draws


def test_help_lists_every_sub_command_and_reads_in_none() -> None:
    asked = (
        "import sys\nfrom calibration.cli.main import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit as leaving:\n    assert leaving.code == 0\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    *shown, heavy = done.stdout.splitlines()
    assert heavy == "[]"
    assert [name for name in command.SUBCOMMANDS if name not in "\n".join(shown)] == []


@pytest.mark.parametrize("name", list(command.SUBCOMMANDS))
def test_every_sub_command_can_be_read_in(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert carried_out([name, "--help"]) == 0
    assert f"Usage: lilliput {name}" in capsys.readouterr().out


def test_unknown_command_gets_the_nearest_match_and_status_2(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert carried_out(["benchmrk"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "No such command 'benchmrk'. Did you mean 'benchmark'?" in captured.err


def test_unknown_option_gets_the_nearest_match_and_status_2(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert carried_out(["benchmark", "--replicate", "3"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "--replicates" in captured.err


def test_every_number_out_of_bounds_is_named_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert carried_out(["benchmark", "--replicates", "-3", "--rounds", "0", "--workers", "1"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "2 problems" in captured.err
    assert "--replicates = '-3'" in captured.err
    assert "--rounds = '0'" in captured.err


class Raising:
    """Stands for a root command that meets with an error."""

    def __init__(self, error: BaseException) -> None:
        self.error = error

    def main(self, **_options: object) -> None:
        raise self.error


def test_mistake_found_by_any_command_is_a_message_and_status_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    error = LilliputError("no such thing", [Problem("here", "key", "value", "another")])
    monkeypatch.setattr(command, "root_command", lambda: Raising(error))
    assert carried_out([]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == "no such thing (1 problem)\n  1. here: key = 'value'; allowed: another\n"


def test_breaking_off_leaves_with_status_130(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "root_command", lambda: Raising(KeyboardInterrupt()))
    assert carried_out([]) == 130


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (OSError(28, "No space left on device"), "[Errno 28] No space left on device"),
        (MemoryError(), "there is too little memory for this"),
        (RecursionError("maximum depth"), "something in the input is nested too deeply"),
    ],
)
def test_what_the_system_refuses_is_one_message_and_status_2(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    error: BaseException,
    told: str,
) -> None:
    monkeypatch.setattr(command, "root_command", lambda: Raising(error))
    assert carried_out([]) == 2
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", f"lilliput cannot go on: {told}\n")


def test_control_characters_in_arguments_are_refused_and_not_repeated(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert carried_out(["scenarios", "show", "\x1b[2J", "\udcff"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "2 problems" in captured.err
    assert "\x1b" not in captured.err


def test_signals_are_as_before_when_a_command_has_ended() -> None:
    before = [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)]
    assert carried_out(["--version"]) == 0
    assert [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)] == before


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_command_broken_off_while_it_is_read_in_says_so(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    number: signal.Signals,
    status: int,
) -> None:
    monkeypatch.setattr(command, "import_module", lambda name: signal.raise_signal(number))
    # As in the middle of the import of the module that knows of worker processes.
    monkeypatch.setitem(sys.modules, "multiprocessing", ModuleType("multiprocessing"))
    before = signal.signal(number, signal.SIG_DFL)  # as in the foreground
    try:
        assert carried_out(["run", "historical"]) == status
    finally:
        signal.signal(number, before)
    assert capsys.readouterr().err.startswith("Broken off: there is nothing to go on with")
