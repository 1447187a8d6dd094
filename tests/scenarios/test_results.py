"""Results on disk: whole or not at all, readable, and never over what is not lilliput's."""

import hashlib
import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from scenarios import run
from scenarios.charts.look import write_figure
from scenarios.charts.run import figures_of, settings_of
from scenarios.columns import aid_table, batch_table, histories_table
from scenarios.documented import Documented, DocumentedAid, DocumentedBreak, windows_of
from scenarios.draws import Draws
from scenarios.errors import ScenarioError
from scenarios.files import scenario_named
from scenarios.manifest import commit_of
from scenarios.outcomes import NEVER, PAIR_NAMES, PAIRS
from scenarios.run import RunResult, folder_problems, manifest_of, run_scenario, write_result
from scenarios.summary import summarised_aid, summarised_breaks
from simulation.dates import date_of, quarter_of
from simulation.parameters import parameter_table

CHINESE = PAIRS[PAIR_NAMES.index("albania-china")]
RECORD = Documented(
    (DocumentedBreak(CHINESE, "1978-07", "1978-06", "1978-08"),),
    (
        DocumentedAid(
            "loan",
            CHINESE,
            "credit",
            "pledged",
            quarter_of("1966"),
            quarter_of("1970-12"),
            9.0,
            8,
            10,
        ),
        DocumentedAid(
            "arms", CHINESE, "arms", "asked", quarter_of("1973"), quarter_of("1977-12"), 5.0, 4, 6
        ),
    ),
)


@pytest.fixture(scope="module")
def result(draws: Draws) -> RunResult:
    return run_scenario(
        scenario_named("gang-of-four-wins"), draws, 60, 1, windows=windows_of(RECORD.aid)
    )


def test_a_result_shows_itself_as_a_table(result: RunResult) -> None:
    frame = result.to_frame(RECORD)
    assert list(frame["pair"]) == list(PAIR_NAMES)
    assert frame.set_index("pair").loc["albania-china", "documented"] == "1978-07"
    shown = result._repr_html_()
    assert "gang-of-four-wins" in shown
    assert shown.count("<tr") == 1 + len(PAIR_NAMES)
    assert "60 histories" in shown
    assert repr(result) == "RunResult(gang-of-four-wins, 60 histories, seed 1)"


def drawing(result: RunResult) -> Callable[[Path], None]:
    def draw(folder: Path) -> None:
        for name, figure in figures_of(result, RECORD):
            write_figure(figure, folder, name, settings_of(result))

    return draw


def no_figures(_folder: Path) -> None:
    """Draws nothing, for tests that look at the rest."""


@pytest.fixture(scope="module")
def folder(result: RunResult, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("out") / "new" / "run"
    return write_result(result, RECORD, manifest_of(result, {}), place, drawing(result))


def test_histories_are_one_row_each(result: RunResult, folder: Path) -> None:
    histories = pd.read_parquet(folder / "histories.parquet")
    assert list(histories["replicate"]) == list(range(60))
    assert list(histories["draw"]) == [*range(50), *range(10)]
    for place, name in enumerate(PAIR_NAMES):
        written = histories[f"{name.replace('-', '_')}_break"]
        split = result.outcomes.split[place]
        assert [None if pd.isna(date) else date for date in written] == [
            None if quarter == NEVER else date_of(quarter) for quarter in split
        ]


def test_aid_of_every_history_is_written(result: RunResult, folder: Path) -> None:
    aid = pd.read_parquet(folder / "aid.parquet")
    assert len(aid) == 60 * len(PAIRS) * len(result.outcomes.windows)
    chosen = aid[(aid.patron == "china") & (aid.client == "albania") & (aid.period == "1966-70")]
    pair, window = PAIRS.index(CHINESE), [w.name for w in result.outcomes.windows].index("1966-70")
    assert np.array_equal(chosen["pledged"].to_numpy(), result.outcomes.aid[1, window, pair])
    arms = result.outcomes.aid_of("pledged", "arms")[window, pair]
    assert np.array_equal(chosen["arms_pledged"].to_numpy(), arms)
    assert (arms > 0).any()
    assert (arms <= result.outcomes.aid[1, window, pair]).all()


def test_histories_are_written_in_slices(
    result: RunResult, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "_SLICE", 7)
    sliced = write_result(result, RECORD, {}, tmp_path / "sliced", no_figures)
    one, other = (pd.read_parquet(place / "aid.parquet") for place in (sliced, folder))
    keys = ["replicate", "patron", "client", "period"]
    pd.testing.assert_frame_equal(
        one.astype(dict.fromkeys(keys, str)).sort_values(keys, ignore_index=True),
        other.astype(dict.fromkeys(keys, str)).sort_values(keys, ignore_index=True),
    )


def test_tables_say_what_is_simulated_and_what_documented(result: RunResult, folder: Path) -> None:
    breaks = pd.read_csv(folder / "breaks.csv", index_col="pair")
    assert breaks.loc["albania-china", "documented"] == "1978-07"
    shares = (result.outcomes.split != NEVER).mean(axis=1)
    np.testing.assert_allclose(breaks.loc[list(PAIR_NAMES), "share_by_1980"], shares, atol=1e-6)
    keys = ["pair", "period", "basis", "form"]
    aid = pd.read_csv(folder / "aid.csv").set_index(keys).sort_index()
    loan = ("albania-china", "1966-70", "pledged", "economic")
    assert aid.loc[loan, ["documented", "low", "high", "figures"]].tolist() == [9, 8, 10, "loan"]
    assert aid.loc[loan, ["from", "to"]].tolist() == ["1966-01", "1970-12"]
    arms = ("albania-china", "1973-77", "asked", "arms")
    assert aid.loc[arms, ["documented", "forms"]].tolist() == [5.0, "arms"]
    assert set(aid.index[aid["documented"].notna()]) == {loan, arms}


def test_figures_come_as_png_and_svg(folder: Path) -> None:
    names = {"aid", "breaks", "status", "strain", "support"}
    figures = list((folder / "figures").iterdir())
    assert {(path.stem, path.suffix) for path in figures} == {
        (n, s) for n in names for s in (".png", ".svg")
    }
    svg = (folder / "figures" / "strain.svg").read_text(encoding="utf-8")
    assert "documented break" in svg
    assert "beyond the horizon of 5 years" in svg
    assert ">1975<" in svg
    assert (folder / "figures" / "aid.png").read_bytes().startswith(b"\x89PNG")
    assert "million US$ a year" in (folder / "figures" / "aid.svg").read_text(encoding="utf-8")


def test_the_same_result_gives_the_same_files(
    result: RunResult, folder: Path, tmp_path: Path
) -> None:
    again = write_result(result, RECORD, manifest_of(result, {}), tmp_path / "run", drawing(result))
    files = sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    assert len(files) == 16
    for path in files:
        assert (again / path).read_bytes() == (folder / path).read_bytes(), path


def test_every_file_of_a_result_has_a_digest_that_can_be_checked(folder: Path) -> None:
    named = {}
    for line in (folder / "digests.sha256").read_text().splitlines():
        digest, name = line.split("  ")
        named[name] = digest
    files = [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".sha256"]
    assert named == {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
    }


def test_manifest_says_where_the_result_comes_from(result: RunResult, folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["scenario"]["name"] == "gang-of-four-wins"
    assert (manifest["seed"], manifest["replicates"]) == (1, 60)
    assert manifest["draws"]["id"] == result.draws.id
    assert len(manifest["scenario"]["hash"]) == len(manifest["parameter_table"]) == 64
    assert manifest["versions"]["numpy"] == np.__version__


def test_an_earlier_result_is_replaced_and_nothing_else(
    result: RunResult, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "run"
    place.mkdir()
    assert folder_problems(place) == []
    write_result(result, RECORD, manifest_of(result, {}), place, no_figures)
    assert folder_problems(place) == []
    write_result(result, RECORD, manifest_of(result, {}) | {"seed": 2}, place, no_figures)
    assert json.loads((place / "manifest.json").read_text())["seed"] == 2
    assert [path.name for path in tmp_path.iterdir()] == ["run"]
    (place / "notes.txt").write_text("mine")
    (problem,) = folder_problems(place)
    assert "notes.txt" in problem.allowed


@pytest.mark.parametrize("manifest", [None, "{}", "[]", "no json", '{"made_by": "another"}'])
def test_folder_of_another_is_refused(tmp_path: Path, manifest: str | None) -> None:
    (tmp_path / "aid.csv").write_text("mine")
    if manifest is not None:
        (tmp_path / "manifest.json").write_text(manifest)
    assert len(folder_problems(tmp_path)) == 1


def test_places_that_cannot_be_written_to_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("mine")
    assert len(folder_problems(file)) == 1
    assert len(folder_problems(file / "below")) == 1
    assert len(folder_problems(Path("/proc/lilliput"))) == 1
    assert len(folder_problems(tmp_path / ("long" * 100))) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_failure_half_way_leaves_the_earlier_result(
    result: RunResult, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    place = write_result(result, RECORD, manifest_of(result, {}), tmp_path / "run", no_figures)
    before = {path.name: path.stat().st_mtime_ns for path in place.iterdir()}
    monkeypatch.setattr(run, "_write_csv", full)
    with pytest.raises(ScenarioError, match="No space left"):
        write_result(result, RECORD, {}, place, no_figures)
    assert {path.name: path.stat().st_mtime_ns for path in place.iterdir()} == before
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_summaries_agree_with_the_outcomes(result: RunResult) -> None:
    for place, row in enumerate(summarised_breaks(result.outcomes, RECORD)):
        broken = int((result.outcomes.split[place] != NEVER).sum())
        assert row.share_by_1980 == broken / 60
        if broken:
            assert sum(row.causes.values()) == pytest.approx(1)
        assert (row.median is None) == (broken < 30)
    rows = summarised_aid(result.outcomes, RECORD)
    assert len(rows) == 2 * 3 * len(PAIRS) * 8
    assert all(row.q05 <= row.median <= row.q95 for row in rows)
    assert sum(row.documented is not None for row in rows) == 2


def test_commit_is_that_of_a_checkout_or_of_a_second_tree_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)  # or the commits below would be made elsewhere

    def git(*words: str) -> str:
        who = ("-c", "user.name=Nobody", "-c", "user.email=nobody@example.org")
        asked = ["git", *who, "-C", str(first), *words]
        return subprocess.run(asked, check=True, capture_output=True, text=True).stdout.strip()

    first, second = tmp_path / "first", tmp_path / "second"
    (first / "inside").mkdir(parents=True)
    assert commit_of(first) is None
    git("init")
    assert commit_of(first) is None  # nothing is committed yet
    git("commit", "--allow-empty", "--message", "one")
    one = git("rev-parse", "HEAD")
    assert len(one) == 40
    assert commit_of(first) == one
    assert commit_of(first / "inside") is None
    git("worktree", "add", str(second))
    (second / "inside").mkdir()
    git("commit", "--allow-empty", "--message", "two")
    git("pack-refs", "--all")
    assert commit_of(second) == one
    assert commit_of(first) == git("rev-parse", "HEAD") != one
    monkeypatch.setenv("GIT_DIR", str(first / ".git"))  # as a hook of another checkout has it
    assert commit_of(second / "inside") is None
    assert commit_of(second) == one
    monkeypatch.setenv("PATH", "")
    assert commit_of(first) is None


def test_columns_on_disk_carry_their_meaning_and_unit(result: RunResult, tmp_path: Path) -> None:
    tables = {
        "histories": histories_table(result.outcomes, len(result.draws), slice(None)),
        "aid": aid_table(result.outcomes, slice(None)),
        "batch": batch_table(result.outcomes, len(result.draws)),
    }
    for name, table in tables.items():
        path = tmp_path / f"{name}.parquet"
        pq.write_table(table, path)
        for field in pq.read_schema(path):
            words = {key: field.metadata[key].decode() for key in (b"meaning", b"unit")}
            assert all(words.values()), field.name
    assert result.draws.path is not None
    for field in pq.read_schema(result.draws.path):
        assert field.metadata[b"unit"].decode() == parameter_table()[field.name].unit
    money = pq.read_schema(tmp_path / "batch.parquet").field("albania_china_delivered_1965")
    assert money.metadata[b"unit"] == b"million US dollars of the day"
