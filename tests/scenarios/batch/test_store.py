"""A batch on disk: what its files hold, who can read them, and that they are whole."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from scenarios.batch.manifest import Batch, batch_manifest, differences
from scenarios.batch.run import run_batch
from scenarios.batch.store import (
    is_complete,
    is_locked,
    locked,
    open_batch,
    read_manifest,
    remove_unfinished,
)
from scenarios.columns import SCHEMA
from scenarios.disk import write_whole
from scenarios.documented import PLAN_PERIODS
from scenarios.draws import Draws
from scenarios.errors import ScenarioError
from scenarios.files import scenario_named
from scenarios.outcomes import NEVER, PAIR_NAMES, SERIES, YEARS
from scenarios.run import run_scenario
from simulation.countries import Country
from simulation.dates import date_of
from simulation.interventions import HISTORICAL
from simulation.trajectory import CAUSES

OTHER = scenario_named("no-opening-1971")
REPLICATES, CHUNK = 60, 25


@pytest.fixture(scope="module")
def folder(draws: Draws, tmp_path_factory: pytest.TempPathFactory) -> Path:
    where = tmp_path_factory.mktemp("store") / "batch"
    return run_batch([HISTORICAL, OTHER], draws, REPLICATES, 1, where, workers=1, chunk=CHUNK)


def test_the_folder_holds_a_manifest_and_the_parts_of_each_scenario(folder: Path) -> None:
    names = sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
    parts = [
        f"scenario={s}/part-0000{i}.parquet" for s in ("historical", OTHER.name) for i in range(3)
    ]
    digests = [part.replace("/", "/_").replace(".parquet", ".sha256") for part in parts]
    assert names == sorted([".lock", "_manifest.json", *digests, *parts])
    assert [pq.read_metadata(folder / part).num_rows for part in parts] == [25, 25, 10] * 2


def test_the_files_hold_what_a_run_of_the_scenario_gives(folder: Path, draws: Draws) -> None:
    outcomes = run_scenario(OTHER, draws, REPLICATES, 1).outcomes
    held = open_batch(folder).to_table(filter=pc.field("scenario") == OTHER.name).to_pandas()
    assert held["replicate"].tolist() == list(range(REPLICATES))
    assert held["draw"].tolist() == [r % len(draws) for r in range(REPLICATES)]
    for place, name in enumerate(PAIR_NAMES):
        stem = name.replace("-", "_")
        split = outcomes.split[place]
        assert np.array_equal(held[f"{stem}_quarter"], split)
        assert held[f"{stem}_break"].tolist() == [None if q == NEVER else date_of(q) for q in split]
        movers = [None if c == NEVER else Country(c).key for c in outcomes.initiator[place]]
        assert held[f"{stem}_initiator"].tolist() == movers
        causes = [None if c == NEVER else CAUSES[c] for c in outcomes.cause[place]]
        assert held[f"{stem}_cause"].tolist() == causes
        for which, period in enumerate(PLAN_PERIODS):
            for name, form in (("pledged", ""), ("arms_pledged", "arms")):
                column = held[f"{stem}_{name}_{period.name.replace('-', '_')}"]
                assert np.array_equal(column, outcomes.aid_of("pledged", form)[which, place])
        for series in SERIES:
            yearly = held[[f"{stem}_{series}_{year}" for year in YEARS]].to_numpy().T
            assert np.array_equal(yearly, outcomes.series[series][:, place])
    assert (held["albania_china_delivered_1965"] > 0).any()


def test_columns_have_the_types_stated() -> None:
    wanted = {
        "replicate": pa.int64(),
        "draw": pa.int32(),
        "albania_ussr_quarter": pa.int16(),
        "albania_ussr_break": pa.string(),
        "albania_china_pledged_1966_70": pa.float32(),
        "albania_china_strain_1978": pa.float32(),
    }
    assert {name: SCHEMA.field(name).type for name in wanted} == wanted


def test_pandas_reads_the_files_as_they_are(folder: Path) -> None:
    one = pd.read_parquet(folder / "scenario=historical")
    assert list(one.columns) == [*SCHEMA.names] or list(one.columns) == [*SCHEMA.names, "scenario"]
    assert len(one) == REPLICATES
    columns = ["scenario", "replicate", "albania_china_break"]
    both = pd.read_parquet(
        [str(path) for path in sorted(folder.glob("*/*.parquet"))], columns=columns
    )
    assert both["scenario"].astype(str).value_counts().to_dict() == {
        "historical": REPLICATES,
        OTHER.name: REPLICATES,
    }
    whole = pd.read_parquet(folder, columns=columns)
    assert len(whole) == 2 * REPLICATES


def test_pyarrow_reads_the_folder_as_it_is(folder: Path) -> None:
    held = ds.dataset(folder, partitioning="hive", exclude_invalid_files=True)
    assert held.count_rows() == 2 * REPLICATES
    assert open_batch(folder).to_table(["scenario", "replicate"]).num_rows == 2 * REPLICATES


def test_the_manifest_says_where_the_histories_come_from(folder: Path, draws: Draws) -> None:
    held = read_manifest(folder)
    assert held == json.loads(
        json.dumps(batch_manifest(Batch((HISTORICAL, OTHER), draws, REPLICATES, 1, CHUNK)))
    )
    assert (held["made_by"], held["kind"]) == ("lilliput", "batch")
    assert [entry["name"] for entry in held["scenarios"]] == ["historical", OTHER.name]
    assert (held["seed"], held["replicates"], held["chunk"]) == (1, REPLICATES, CHUNK)


def test_differences_are_all_named(folder: Path, draws: Draws) -> None:
    held = read_manifest(folder)
    assert held is not None
    same = Batch((HISTORICAL, OTHER), draws, REPLICATES, 1, CHUNK)
    assert differences(same, held) == []
    other = Batch(
        (HISTORICAL,),
        draws.changed({name: draws.frame[name].mean() for name in draws.frame}),
        61,
        2,
        26,
    )
    keys = {problem.key for problem in differences(other, held)}
    assert keys == {
        "scenarios",
        f"scenarios.{OTHER.name}",
        "draws.values",
        "seed",
        "replicates",
        "chunk",
    }


def test_a_folder_without_a_batch_is_not_opened(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="no such batch"):
        open_batch(tmp_path)
    (tmp_path / "_manifest.json").write_text('{"made_by": "lilliput"}')
    assert read_manifest(tmp_path) is None


def test_a_file_that_cannot_be_finished_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(_descriptor: int) -> None:
        raise OSError(5, "Input/output error")

    write_whole(tmp_path / "part-00000.parquet", b"before")
    monkeypatch.setattr("scenarios.disk.os.fsync", refused)
    with pytest.raises(OSError, match="Input/output"):
        write_whole(tmp_path / "part-00000.parquet", b"after")
    assert [path.name for path in tmp_path.iterdir()] == ["part-00000.parquet"]
    assert (tmp_path / "part-00000.parquet").read_bytes() == b"before"


def test_only_unfinished_files_of_lilliput_are_removed(tmp_path: Path) -> None:
    place = tmp_path / "scenario=historical"
    place.mkdir()
    kept = ["part-00000.parquet", ".hidden", ".part-00000.parquet-notes"]
    for name in (*kept, f".part-00001.parquet-{'0' * 32}"):
        (place / name).touch()
    (tmp_path / f"._manifest.json-{'a' * 32}").touch()
    remove_unfinished(tmp_path)
    assert sorted(path.name for path in place.iterdir()) == sorted(kept)
    assert [path.name for path in tmp_path.iterdir()] == [place.name]


def test_a_damaged_or_short_file_is_not_complete(folder: Path, tmp_path: Path) -> None:
    part = folder / "scenario=historical" / "part-00002.parquet"
    assert is_complete(part, 10)
    assert not is_complete(part, 11)
    assert not is_complete(tmp_path / "none.parquet", 10)
    (tmp_path / "cut.parquet").write_bytes(part.read_bytes()[:-100])
    assert not is_complete(tmp_path / "cut.parquet", 10)


def test_a_folder_is_held_by_one_batch_at_a_time(tmp_path: Path) -> None:
    assert not is_locked(tmp_path)
    with locked(tmp_path):
        assert is_locked(tmp_path)
        with pytest.raises(ScenarioError, match="no other batch"), locked(tmp_path):
            pass
    assert not is_locked(tmp_path)
    with locked(tmp_path):
        pass


def test_a_disk_that_cannot_lock_files_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(_lock: object) -> None:
        raise OSError(37, "No locks available")

    monkeypatch.setattr("scenarios.batch.store.FileLock.acquire", refused)
    with (
        pytest.raises(ScenarioError, match=r"can lock files \(No locks available\)"),
        locked(tmp_path),
    ):
        pass
