"""Batches and draws under attack: damage is refused by name, mended, and no link is followed."""

import json
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from calibration.cli.main import main
from scenarios.batch.manifest import MANIFEST
from scenarios.batch.run import run_batch
from scenarios.batch.store import LOCK, open_batch, read_manifest
from scenarios.comparison.batch import compare_batch
from scenarios.draws import Draws, read_draws
from scenarios.errors import ScenarioError
from scenarios.report.write import report_problems
from tests.scenarios.batch.attacks import (
    BATCH_ATTACKS,
    BOTH,
    OTHER,
    change_manifest,
    cut,
    digest_of,
    flip,
    flip_part,
    simulated,
)
from tests.scenarios.watching import contents, parts

ATTACKS = 60


@pytest.fixture(scope="module")
def batch(draws: Draws, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return simulated(draws, tmp_path_factory.mktemp("integrity") / "batch")


@pytest.fixture
def copy(batch: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(batch, tmp_path / "copy"))


def refusal(folder: Path) -> str:
    with pytest.raises(ScenarioError) as caught:
        compare_batch(folder)
    return str(caught.value)


@pytest.mark.slow
def test_sixty_corruptions_are_refused_by_name_and_mended_to_the_same_bytes(
    batch: Path, draws: Draws, tmp_path: Path
) -> None:
    whole = contents(batch)
    run_batch(BOTH, draws, 30, 2, tmp_path / "another", workers=1, chunk=10)
    for seed in range(ATTACKS):
        chance = random.Random(seed)
        folder = Path(shutil.copytree(batch, tmp_path / f"copy-{seed}"))
        attack = BATCH_ATTACKS[seed % len(BATCH_ATTACKS)]
        damaged = attack(folder, chance)
        assert contents(folder) != whole, (seed, attack)
        said = refusal(folder)
        assert damaged in said, (seed, attack, said)
        assert "--resume" in said, (seed, attack, said)
        simulated(draws, folder, resume=True)
        assert contents(folder) == whole, (seed, attack)
        shutil.rmtree(folder)
    compare_batch(batch)


@pytest.mark.parametrize("attack", BATCH_ATTACKS[:-1])
def test_each_kind_of_damage_is_refused_and_mended(
    copy: Path, batch: Path, draws: Draws, attack: Callable[[Path, random.Random], str]
) -> None:
    damaged = attack(copy, random.Random(7))
    assert damaged in refusal(copy)
    simulated(draws, copy, resume=True)
    assert contents(copy) == contents(batch)


def test_only_what_is_damaged_is_simulated_again(copy: Path, batch: Path, draws: Draws) -> None:
    flip_part(copy, random.Random(1))
    done: list[int] = []
    run_batch(BOTH, draws, 30, 1, copy, workers=1, chunk=10, resume=True, progress=done.append)
    assert done == [50, 60]
    assert contents(copy) == contents(batch)


def test_files_that_are_none_of_the_batch_are_removed(
    copy: Path, batch: Path, draws: Draws
) -> None:
    part = parts(copy)[0]
    shutil.copy(part, part.with_name("part-00009.parquet"))
    assert "part-00009.parquet" in refusal(copy)
    simulated(draws, copy, resume=True)
    assert contents(copy) == contents(batch)


def test_a_batch_with_a_damaged_manifest_is_not_taken_for_another(
    copy: Path, batch: Path, draws: Draws
) -> None:
    change_manifest(copy, random.Random(1))
    with pytest.raises(ScenarioError, match=r"this batch with a damaged _manifest\.json.*--resume"):
        simulated(draws, copy)
    with pytest.raises(ScenarioError, match="seed"):
        run_batch(BOTH, draws, 30, 3, batch, workers=1, chunk=10, resume=True)


def test_a_batch_without_digests_is_refused_and_made_anew(
    copy: Path, batch: Path, draws: Draws
) -> None:
    for part in parts(copy):
        digest_of(part).unlink()
    assert "digests" in refusal(copy)
    simulated(draws, copy, resume=True)
    assert contents(copy) == contents(batch)


def link(path: Path, outside: Path) -> None:
    """Move something outside, and put a link to it in its place."""
    path.rename(outside)
    path.symlink_to(outside)


@pytest.mark.parametrize(
    "name",
    [
        f"scenario={OTHER.name}",
        f"scenario={OTHER.name}/part-00001.parquet",
        f"scenario={OTHER.name}/_part-00001.sha256",
        MANIFEST,
        LOCK,
    ],
)
def test_links_inside_a_batch_are_refused_and_nothing_is_written_outside(
    copy: Path, draws: Draws, tmp_path: Path, name: str
) -> None:
    outside = tmp_path / "outside"
    link(copy / name, outside)
    before = contents(tmp_path)
    for said in (
        refusal(copy),
        *(refused_batch(draws, copy, **{option: True}) for option in ("resume", "overwrite")),
    ):
        assert name in said
        assert "a symbolic link" in said
    assert contents(tmp_path) == before


def refused_batch(draws: Draws, folder: Path, **options: bool) -> str:
    with pytest.raises(ScenarioError) as caught:
        simulated(draws, folder, **options)
    return str(caught.value)


def test_a_link_put_in_the_place_of_a_scenario_during_a_batch_is_refused(
    draws: Draws, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    folder = tmp_path / "batch"

    def attack(_: int) -> None:
        place = folder / f"scenario={OTHER.name}"
        if not place.is_symlink():
            shutil.rmtree(place, ignore_errors=True)
            place.symlink_to(outside)

    with pytest.raises(ScenarioError, match="a symbolic link"):
        run_batch(BOTH, draws, 30, 1, folder, workers=1, chunk=10, progress=attack)
    assert list(outside.iterdir()) == []


@pytest.mark.parametrize("name", ["../x", "/x", "a/b", "..", "", "A", "a--b", 3, None, "x\n"])
def test_names_in_a_manifest_are_checked_as_names(
    copy: Path, draws: Draws, tmp_path: Path, name: object
) -> None:
    manifest = json.loads((copy / MANIFEST).read_text())
    manifest["scenarios"][1] |= {"name": name}
    manifest["scenarios"][1]["asked"] |= {"name": name}
    for part in parts(copy):
        digest_of(part).unlink()
    (copy / MANIFEST).write_text(json.dumps(manifest))
    before = contents(tmp_path)
    assert read_manifest(copy) is None
    with pytest.raises(ScenarioError, match=r"scenarios\[1\]\.name = "):
        open_batch(copy)
    assert "scenarios[1].name" in refusal(copy)
    refused_batch(draws, copy, resume=True)
    assert contents(tmp_path) == before


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("scenarios", []),
        ("scenarios", [3]),
        ("scenarios", [{"name": "a", "hash": "b", "asked": {"interventions": [3]}}]),
        ("scenarios", [{"name": "a", "hash": "b", "asked": {"interventions": [{"kind": []}]}}]),
        ("draws", None),
        ("seed", 10**30),
        ("replicates", "many"),
        ("chunk", 0),
    ],
)
def test_a_manifest_that_makes_no_sense_is_refused(copy: Path, key: str, value: object) -> None:
    manifest = json.loads((copy / MANIFEST).read_text())
    (copy / MANIFEST).write_text(json.dumps(manifest | {key: value}))
    assert key in refusal(copy)


def test_a_manifest_nested_without_end_is_refused(copy: Path, own_draws: Path) -> None:
    for content in ("[" * 100_000, "{}", '{"made_by": "lilliput", "kind": "batch"}'):
        (copy / MANIFEST).write_text(content)
        assert MANIFEST in refusal(copy)
        assert "--resume" in refusal(copy)
    own_draws.with_suffix(".json").write_text("[" * 100_000)
    assert own_draws.with_suffix(".json").name in refused_draws(own_draws)


def test_commands_refuse_what_is_damaged(
    copy: Path, own_draws: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    part = flip_part(copy, random.Random(3))
    flip(own_draws, random.Random(3))
    out = ["--out", str(tmp_path / "new.html"), "--draws", str(own_draws)]
    new = ["--out", str(tmp_path / "new"), "--draws", str(own_draws), "--replicates", "2"]
    for arguments, said in (
        (["compare", str(copy)], part),
        (["report", str(copy), *out], own_draws.name),
        (["run", *new], own_draws.name),
        (["batch", "historical", *new], own_draws.name),
        (["compare", str(copy), "--given-record-until", "1955-12", *out[2:]], own_draws.name),
    ):
        with pytest.raises(SystemExit) as left:
            main(arguments)
        assert left.value.code == 2
        told = capsys.readouterr().err
        assert said in told, arguments
        assert "Traceback" not in told
    assert not list(tmp_path.glob("new*"))


@pytest.mark.parametrize("what", ["page.html", "page"])
def test_a_report_does_not_go_through_a_link(batch: Path, tmp_path: Path, what: str) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (tmp_path / what).symlink_to(outside / "other.html" if "." in what else outside)
    for overwrite in (False, True):
        problems = report_problems(tmp_path / "page.html", batch, overwrite)
        assert any("symbolic link" in problem.allowed for problem in problems)
    assert list(outside.iterdir()) == []


@pytest.fixture
def own_draws(draws: Draws, tmp_path: Path) -> Path:
    assert draws.path is not None
    for suffix in (".json", ".parquet"):
        shutil.copy(draws.path.with_suffix(suffix), tmp_path)
    return tmp_path / draws.path.name


def refused_draws(path: Path) -> str:
    with pytest.raises(ScenarioError) as caught:
        read_draws(path)
    return str(caught.value)


@pytest.mark.parametrize("seed", range(20))
def test_damaged_draws_are_refused_by_name(own_draws: Path, seed: int) -> None:
    chance = random.Random(seed)
    (flip if seed % 2 else cut)(own_draws, chance)
    assert own_draws.name in refused_draws(own_draws)


@pytest.mark.parametrize("digest", [True, False])
@pytest.mark.parametrize("seed", range(5))
def test_altered_columns_of_draws_are_refused(own_draws: Path, seed: int, digest: bool) -> None:
    """Also where the manifest is an older one, which holds the values' digest only."""
    if not digest:
        manifest = own_draws.with_suffix(".json")
        entry = json.loads(manifest.read_text())
        del entry["file"]
        manifest.write_text(json.dumps(entry))
        read_draws(own_draws)
    frame, chance = pd.read_parquet(own_draws), random.Random(seed)
    one, other = chance.sample(list(frame.columns), 2)
    if seed % 2:
        frame[one] = frame[one].to_numpy()[::-1]
    else:
        frame = frame.rename(columns={one: other, other: one})
    frame.to_parquet(own_draws, index=False)
    said = refused_draws(own_draws)
    assert own_draws.name in said


@pytest.mark.parametrize("key", ["values", "file"])
def test_an_altered_manifest_of_draws_is_refused(own_draws: Path, key: str) -> None:
    manifest = own_draws.with_suffix(".json")
    entry = json.loads(manifest.read_text())
    manifest.write_text(json.dumps(entry | {key: "0" * 64}))
    said = refused_draws(own_draws)
    assert f"{key} = " in said
    assert manifest.name in said
