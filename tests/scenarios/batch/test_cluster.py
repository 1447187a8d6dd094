"""Batches on a real Dask cluster, in processes of its own: the same bytes, whatever dies."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from calibration.cli.main import main
from scenarios.batch.cluster import Terms
from scenarios.batch.manifest import Batch, surroundings
from scenarios.batch.run import run_batch
from scenarios.batch.store import write_manifest
from scenarios.batch.work import write_histories
from scenarios.draws import Draws
from scenarios.errors import ScenarioError
from scenarios.files import scenario_named
from simulation.parameters import parameter_table
from tests.scenarios.watching import PATIENCE, contents, parts, until

pytestmark = pytest.mark.slow  # real processes, killed and started again

NAMES = ("historical", "no-opening-1971")
ROOT = Path(__file__).parents[3]
#: Sixteen files, written two at a time, so that a batch can be caught half-way.
REPLICATES, CHUNK = 512, 64
FILES = 16
DASK = "from dask.__main__ import main; main()"
#: Workers that cannot take part: one without lilliput, one on a machine that does not see the
#: folder.
BARE = "import sys; sys.modules['scenarios'] = None; "
BLIND = """
import sys

def unseen(event, arguments):
    if event == "open" and str(arguments[0]).startswith({folder!r}):
        raise FileNotFoundError(2, "No such file or directory", arguments[0])
sys.addaudithook(unseen)
"""


class Machines:
    """Processes of a cluster and the commands that use it, on this machine, ended in the end."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.running: list[subprocess.Popen[str]] = []
        self.address = ""

    def _start(self, code: str, *arguments: str, path: str = "") -> subprocess.Popen[str]:
        environment = dict(os.environ, PYTHONPATH=path or str(ROOT), PYTHONWARNINGS="ignore")
        process = subprocess.Popen(
            [sys.executable, "-c", code, *arguments],
            cwd=self.folder,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE if "batch" in arguments else subprocess.DEVNULL,
            text=True,
        )
        self.running.append(process)
        return process

    def scheduler(self) -> subprocess.Popen[str]:
        """A scheduler on a free port of this machine, from now on that of this cluster."""
        told = self.folder / f"scheduler-{len(self.running)}.json"
        places = ["--host", "127.0.0.1", "--port", "0", "--dashboard-address", "127.0.0.1:0"]
        process = self._start(
            DASK, "scheduler", *places, "--no-dashboard", "--scheduler-file", str(told)
        )
        until(lambda: told.is_file() and told.read_text().endswith("}"), "the scheduler")
        self.address = json.loads(told.read_text())["address"]
        return process

    def worker(self, *, before: str = "", path: str = "") -> subprocess.Popen[str]:
        """A worker of the cluster, without a minder that would start it again."""
        places = ["--host", "127.0.0.1", "--dashboard-address", "127.0.0.1:0", "--no-dashboard"]
        own = ["--name", f"w{len(self.running)}", "--local-directory", str(self.folder)]
        limits = ["--nthreads", "1", "--memory-limit", "0", "--no-nanny", "--death-timeout", "30"]
        return self._start(before + DASK, "worker", self.address, *places, *own, *limits, path=path)

    def known(self) -> int:
        """How many workers the scheduler knows."""
        from distributed import Client

        with Client(self.address, set_as_default=False) as client:
            return len(client.scheduler_info(n_workers=-1)["workers"])

    def batch(self, draws: Draws, out: Path, *more: str) -> subprocess.Popen[str]:
        """The real command, working on this cluster."""
        options = [
            f"--replicates={REPLICATES}",
            f"--chunk={CHUNK}",
            f"--draws={draws.path}",
            f"--out={out}",
        ]
        code = "from calibration.cli.main import main; main()"
        return self._start(code, "batch", *NAMES, *options, f"--dask={self.address}", *more)

    def end(self) -> None:
        for process in self.running:
            process.kill()
        for process in self.running:
            process.communicate(timeout=PATIENCE)


def ended(command: subprocess.Popen[str]) -> tuple[int, str]:
    """Wait for the end of a command: exit status and what was said on the error stream."""
    _, told = command.communicate(timeout=PATIENCE)
    return command.returncode, told


@pytest.fixture
def machines(tmp_path: Path) -> Iterator[Machines]:
    held = Machines(tmp_path)
    yield held
    held.end()
    if held.address:
        host, port = held.address.removeprefix("tcp://").split(":")
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((host, int(port)), timeout=5)


@pytest.fixture(scope="module")
def undisturbed(draws: Draws, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("undisturbed") / "batch"
    scenarios = [scenario_named(name) for name in NAMES]
    return contents(run_batch(scenarios, draws, REPLICATES, 1, folder, workers=1, chunk=CHUNK))


def test_a_worker_killed_half_way_changes_no_byte(
    machines: Machines, draws: Draws, tmp_path: Path, undisturbed: dict[str, bytes]
) -> None:
    out = tmp_path / "batch"
    machines.scheduler()
    doomed, _ = machines.worker(), machines.worker()
    until(lambda: machines.known() == 2, "two workers")
    command = machines.batch(draws, out)
    until(lambda: len(parts(out)) >= 4, "the first files")
    doomed.kill()
    assert len(parts(out)) < FILES
    assert ended(command) == (0, "")
    assert contents(out) == undisturbed
    assert machines.known() == 1


def test_a_scheduler_lost_is_said_and_the_batch_resumes_without_it(
    machines: Machines, draws: Draws, tmp_path: Path, undisturbed: dict[str, bytes]
) -> None:
    out = tmp_path / "batch"
    scheduler = machines.scheduler()
    machines.worker()
    command = machines.batch(draws, out)
    until(lambda: len(parts(out)) >= 4, "the first files")
    scheduler.kill()
    status, told = ended(command)
    assert status == 2
    assert f"the scheduler at {machines.address} was lost" in told
    assert "files are complete and kept" in told
    assert "--resume" in told
    assert "Traceback" not in told
    kept = parts(out)
    assert 4 <= len(kept) < FILES
    assert all(undisturbed[str(path.relative_to(out))] == path.read_bytes() for path in kept)
    machines.end()
    scenarios = [scenario_named(name) for name in NAMES]
    run_batch(scenarios, draws, REPLICATES, 1, out, workers=1, chunk=CHUNK, resume=True)
    assert contents(out) == undisturbed


@pytest.fixture
def copy(tmp_path: Path) -> str:
    """Where a copy of lilliput is that differs in a word of its parameter table."""
    copy = tmp_path / "copy"
    for package in ("simulation", "scenarios"):
        shutil.copytree(ROOT / package, copy / package)
    table = copy / "simulation" / "parameters.toml"
    name, parameter = next(iter(parameter_table().items()))
    before = f'[{name}]\nmeaning = "{parameter.meaning}"'
    held = table.read_text(encoding="utf-8")
    assert held.count(before) == 1
    table.write_text(
        held.replace(before, f'[{name}]\nmeaning = "something else"'), encoding="utf-8"
    )
    return str(copy)


def test_workers_that_cannot_take_part_are_all_named_before_any_work(
    machines: Machines, draws: Draws, tmp_path: Path, copy: str
) -> None:
    out = tmp_path / "batch"
    machines.scheduler()
    machines.worker()
    machines.worker(before=BARE)
    machines.worker(path=copy)
    machines.worker(before=BLIND.format(folder=str(out)))
    until(lambda: machines.known() == 4, "four workers")
    status, told = ended(machines.batch(draws, out))
    assert status == 2
    assert "this cluster cannot carry out the batch" in told
    for part in ("lilliput = (missing)", "parameter_table = ", f"folder = {str(out)!r}"):
        assert told.count(part) == 1, part
    assert "versions" not in told
    assert "Traceback" not in told
    assert list(contents(out)) == [".lock"]


def test_a_worker_that_joins_later_is_checked_too(
    machines: Machines, draws: Draws, tmp_path: Path, copy: str
) -> None:
    out = tmp_path / "batch"
    machines.scheduler()
    first = machines.worker()
    command = machines.batch(draws, out)
    until(lambda: len(parts(out)) >= 2, "the first files")
    os.kill(first.pid, signal.SIGSTOP)
    machines.worker(path=copy)
    until(lambda: machines.known() == 2, "the other worker")
    first.kill()
    status, told = ended(command)
    assert status == 2
    assert "the batch was cut short: this cluster cannot carry out the batch" in told
    assert "parameter_table = " in told
    assert "files are complete and kept" in told
    assert "Traceback" not in told


def test_terms_name_everything_that_keeps_a_worker_from_taking_part(tmp_path: Path) -> None:
    here = surroundings()
    (tmp_path / ".probe").touch()
    assert Terms(tmp_path, ".probe", here).problems("w") == []
    other = here | {"versions": here["versions"] | {"lilliput": "0.0.1"}}
    problems = Terms(tmp_path / "elsewhere", ".probe", other).problems("w")
    assert [problem.key for problem in problems] == ["folder", "versions.lilliput"]
    assert "'0.0.1', as where the batch was begun" in problems[1].allowed
    assert [path.name for path in tmp_path.iterdir()] == [".probe"]


def test_nothing_is_written_for_a_batch_that_has_ended(draws: Draws, tmp_path: Path) -> None:
    """A worker that goes on after its batch was cut short must not write into the next batch."""
    batch = Batch((scenario_named("historical"),), draws, 4, 1, 4)
    check = Terms(tmp_path, ".probe", {}).check_probe
    with pytest.raises(ScenarioError, match="is not there"):
        write_histories(batch, tmp_path, list(batch.parts()), check=check)
    assert list(tmp_path.iterdir()) == []
    (tmp_path / ".probe").touch()
    write_manifest(batch, tmp_path)
    assert write_histories(batch, tmp_path, list(batch.parts()), check=check) == 4


def refused(capsys: pytest.CaptureFixture[str], out: Path, *options: str) -> str:
    """What the command says on the error stream when it is refused; it writes nothing."""
    with pytest.raises(SystemExit) as left:
        main(["batch", "historical", "--replicates", "4", "--out", str(out), *options])
    assert left.value.code == 2
    assert not out.exists()
    return capsys.readouterr().err


def test_without_the_package_it_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in [name for name in sys.modules if name.split(".")[0] == "distributed"]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, "distributed", None)
    told = refused(capsys, tmp_path / "b", "--dask", "tcp://127.0.0.1:8786")
    assert 'pip install "lilliput[cluster]"' in told
    assert "(1 problem)" in told


def test_everything_wrong_with_the_cluster_asked_for_is_said_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = refused(capsys, tmp_path / "b", "--dask", "nowhere", "--workers", "2", "--seed", "x")
    assert "(3 problems)" in told
    for part in (
        "--seed",
        "--workers = '2'; allowed: left out with --dask",
        "--dask = 'nowhere'",
        "tcp://",
    ):
        assert part in told


def test_an_address_where_nothing_answers_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import dask

    with dask.config.set({"distributed.comm.timeouts.connect": "0.3s"}), socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{taken.getsockname()[1]}"
        told = refused(capsys, tmp_path / "b", "--dask", address)
    assert f"--dask = {address!r}" in told
    assert "answers within 0.3 seconds" in told


def test_a_scheduler_without_workers_is_named(
    machines: Machines, draws: Draws, tmp_path: Path
) -> None:
    import dask

    machines.scheduler()
    scenarios = [scenario_named("historical")]
    with (
        dask.config.set({"distributed.comm.timeouts.connect": "1s"}),
        pytest.raises(ScenarioError, match="at least one worker within 1 seconds"),
    ):
        run_batch(scenarios, draws, 4, 1, tmp_path / "b", dask=machines.address)
    assert list(contents(tmp_path / "b")) == [".lock"]
