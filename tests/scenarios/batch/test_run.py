"""Batches: the same bytes on any number of workers, and refused rather than spoilt."""

from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pytest

from calibration.cli.main import main
from scenarios.batch.manifest import Batch
from scenarios.batch.run import run_batch
from scenarios.batch.store import open_batch
from scenarios.batch.work import tasks_of
from scenarios.draws import Draws
from scenarios.errors import ScenarioError
from scenarios.files import catalogue, scenario_named
from simulation.dates import quarter_of
from simulation.errors import NonFiniteError
from simulation.interventions import HISTORICAL, Scenario
from tests.scenarios.watching import contents

OTHER = scenario_named("no-opening-1971")
BOTH = (HISTORICAL, OTHER)


@pytest.fixture(scope="module")
def batch(draws: Draws, tmp_path_factory: pytest.TempPathFactory) -> Path:
    where = tmp_path_factory.mktemp("batch") / "whole"
    return run_batch(BOTH, draws, 60, 1, where, workers=1, chunk=25)


def test_two_workers_give_the_same_bytes_as_one(batch: Path, draws: Draws, tmp_path: Path) -> None:
    told: list[int] = []
    spread = run_batch(
        BOTH, draws, 60, 1, tmp_path / "b", workers=2, chunk=25, progress=told.append
    )
    assert contents(spread) == contents(batch)
    assert told == sorted(told)
    assert (told[0], told[-1], len(told)) == (0, 120, 4)


@pytest.mark.parametrize(
    ("replicates", "workers", "tasks"),
    [
        (100, 1, [22] * 10),
        (100, 2, [22] * 10),
        (50, 2, [22] * 4 + [11] * 2),
        (10, 3, [8, 8, 6]),
        (10, 64, [6, 6, 6, 4]),
    ],
)
def test_the_last_replicates_are_shared_out_among_the_workers(
    draws: Draws, replicates: int, workers: int, tasks: list[int]
) -> None:
    scenarios = tuple(file.scenario for file in catalogue().values())[:22]
    whole = Batch(scenarios, draws, replicates, 1, chunk=10)
    given = list(tasks_of(whole, whole.parts(), workers))
    assert [len(task) for task in given] == tasks
    assert {part for task in given for part in task} == {*whole.parts()}
    assert all(len({part.number for part in task}) == 1 for task in given)


def test_chunks_give_the_same_histories(batch: Path, draws: Draws, tmp_path: Path) -> None:
    whole = run_batch(BOTH, draws, 60, 1, tmp_path / "b", workers=1, chunk=60)
    order = [("scenario", "ascending"), ("replicate", "ascending")]
    assert (
        open_batch(whole)
        .to_table()
        .sort_by(order)
        .equals(open_batch(batch).to_table().sort_by(order))
    )


def test_a_counterfactual_is_its_factual_twin_until_the_intervention(batch: Path) -> None:
    held = open_batch(batch).to_table().to_pandas().set_index(["scenario", "replicate"])
    factual, counterfactual = held.loc["historical"], held.loc[OTHER.name]
    start = min(quarter_of(change.start) for change in OTHER.interventions)
    early = [f"albania_china_strain_{year}" for year in range(1945, 1945 + start // 4)]
    assert factual[early].equals(counterfactual[early])
    assert factual["draw"].equals(counterfactual["draw"])
    assert not factual["albania_china_strain_1975"].equals(
        counterfactual["albania_china_strain_1975"]
    )
    one, other = (twin["albania_ussr_quarter"].to_numpy() for twin in (factual, counterfactual))
    before = (one != -1) & (one < start)
    assert before.any()
    assert np.array_equal(one[before], other[before])


def test_a_finished_batch_is_refused_and_replaced_only_when_asked(
    draws: Draws, tmp_path: Path
) -> None:
    folder = run_batch([HISTORICAL], draws, 4, 1, tmp_path / "b", workers=1, chunk=2)
    held = contents(folder)
    with pytest.raises(ScenarioError, match=r"this batch, finished.*--overwrite"):
        run_batch([HISTORICAL], draws, 4, 1, folder, workers=1, chunk=2)
    with pytest.raises(ScenarioError, match=r"another batch.*--overwrite"):
        run_batch([OTHER], draws, 2, 1, folder, workers=1, chunk=2)
    assert contents(folder) == held
    run_batch([OTHER], draws, 2, 1, folder, workers=1, chunk=2, overwrite=True)
    assert list(contents(folder)) == [
        ".lock",
        "_manifest.json",
        f"scenario={OTHER.name}/_part-00000.sha256",
        f"scenario={OTHER.name}/part-00000.parquet",
    ]
    assert contents(folder) == contents(
        run_batch([OTHER], draws, 2, 1, tmp_path / "c", workers=1, chunk=2)
    )


def test_an_unfinished_batch_goes_on_only_when_asked(draws: Draws, tmp_path: Path) -> None:
    folder = run_batch([HISTORICAL], draws, 6, 1, tmp_path / "b", workers=1, chunk=2)
    whole = contents(folder)
    part = folder / "scenario=historical" / "part-00001.parquet"
    part.write_bytes(part.read_bytes()[:500])
    (part.parent / f".part-00002.parquet-{'1' * 32}").write_bytes(b"half")
    with pytest.raises(ScenarioError, match=r"this batch, unfinished.*--resume"):
        run_batch([HISTORICAL], draws, 6, 1, folder, workers=1, chunk=2)
    kept = (part.parent / "part-00000.parquet").stat().st_mtime_ns
    told: list[int] = []
    run_batch(
        [HISTORICAL], draws, 6, 1, folder, workers=1, chunk=2, resume=True, progress=told.append
    )
    assert told == [4, 6]
    assert contents(folder) == whole
    assert (part.parent / "part-00000.parquet").stat().st_mtime_ns == kept
    run_batch([HISTORICAL], draws, 6, 1, folder, workers=1, chunk=2, resume=True)
    assert contents(folder) == whole


def test_resuming_another_batch_lists_every_difference(batch: Path, draws: Draws) -> None:
    held = contents(batch)
    with pytest.raises(ScenarioError) as caught:
        run_batch([HISTORICAL], draws, 61, 2, batch, workers=1, chunk=26, resume=True)
    keys = [problem.key for problem in caught.value.problems]
    assert keys == ["scenarios", f"scenarios.{OTHER.name}", "seed", "replicates", "chunk"]
    assert contents(batch) == held


def test_resuming_where_nothing_is_starts_from_the_beginning(
    batch: Path, draws: Draws, tmp_path: Path
) -> None:
    folder = tmp_path / "b"
    folder.mkdir()
    (folder / ".lock").touch()
    run_batch(BOTH, draws, 60, 1, folder, workers=1, chunk=25, resume=True)
    assert contents(folder) == contents(batch)


@pytest.mark.parametrize("overwrite", [False, True])
def test_a_folder_with_anything_else_is_left_alone(
    draws: Draws, tmp_path: Path, overwrite: bool
) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(ScenarioError, match=r"this one holds thesis\.txt"):
        run_batch([HISTORICAL], draws, 2, 1, tmp_path, workers=1, overwrite=overwrite)
    assert list(contents(tmp_path)) == ["thesis.txt"]


def test_everything_wrong_with_a_batch_is_said_at_once(draws: Draws, tmp_path: Path) -> None:
    odd = Scenario(name="../up", question="?")
    with pytest.raises(ScenarioError) as caught:
        run_batch([HISTORICAL, HISTORICAL, odd], draws, 0, -1, tmp_path / "b", workers=0, chunk=0)
    keys = [problem.key for problem in caught.value.problems]
    assert keys == ["scenario", "scenario", "replicates", "seed", "chunk", "workers"]
    with pytest.raises(ScenarioError, match="at least one scenario"):
        run_batch([], draws, 1, 1, tmp_path / "b")
    assert not (tmp_path / "b").exists()


def test_an_error_of_the_model_in_a_worker_reaches_the_user(
    draws: Draws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    frame = draws.frame.assign(**{draws.frame.columns[0]: np.nan})
    with pytest.raises(NonFiniteError):
        run_batch(BOTH, Draws(frame, "spoilt", "prior"), 4, 1, tmp_path / "b", workers=2, chunk=2)


def test_command_writes_and_tells_one_line_a_scenario(
    batch: Path, draws: Draws, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--replicates", "60", "--chunk", "25", "--workers", "1", "--draws", str(draws.path)]
    with pytest.raises(SystemExit) as left:
        main(["batch", "historical", OTHER.name, *options, "--out", str(tmp_path / "b")])
    printed = capsys.readouterr()
    assert left.value.code == 0
    assert contents(tmp_path / "b") == contents(batch)
    assert "of 60 histories" in printed.out
    assert all(
        f" {name} " in f" {printed.out} ".replace("\n", " ") for name in ("historical", OTHER.name)
    )
    assert str(tmp_path / "b") in printed.out.replace("\n", "")
    table = open_batch(tmp_path / "b").to_table(filter=pc.field("scenario") == "historical")
    share = pc.mean(pc.not_equal(table["albania_china_quarter"], -1)).as_py()
    assert f"{share:.1%}" in printed.out


def test_command_refuses_all_bad_input_in_one_message(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "b"
    wrong = [
        "no-openin-1971",
        "--replicates",
        "0",
        "--seed",
        "x",
        "--workers",
        "0",
        "--resume",
        "--overwrite",
    ]
    with pytest.raises(SystemExit) as left:
        main(["batch", *wrong, "--draws", str(tmp_path / "none.parquet"), "--out", str(out)])
    told = capsys.readouterr().err
    assert left.value.code == 2
    for part in (
        "no-opening-1971",
        "--replicates",
        "--seed",
        "--workers",
        "--overwrite",
        "none.parquet",
    ):
        assert part in told
    assert list(tmp_path.iterdir()) == []


def test_command_asks_for_names_or_all(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["batch", "--out", str(tmp_path / "b")])
    assert left.value.code == 2
    assert "--all" in capsys.readouterr().err
    with pytest.raises(SystemExit) as left:
        main(
            ["batch", "--all", "--replicates", "1", "--workers", "1", "--out", str(tmp_path / "b")]
        )
    assert left.value.code == 0
    held = {path.name for path in (tmp_path / "b").iterdir() if path.is_dir()}
    assert held == {f"scenario={name}" for name in catalogue()}
