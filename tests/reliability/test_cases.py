"""Files that once did harm, each given to what reads its kind: one message, exit status 2."""

import json
import shutil
from pathlib import Path

import pytest

from scenarios.draws import shipped_draws
from tests.reliability.invocations import CASES, Outcome, carried_out


def case_files(suffix: str) -> list[Path]:
    found = sorted(CASES.glob(f"*{suffix}"))
    assert found, suffix
    return found


def refused(arguments: tuple[str, ...], place: Path) -> Outcome:
    outcome = carried_out(arguments, place)
    assert (outcome.status, outcome.printed, outcome.written) == (2, "", ()), outcome.told
    assert outcome.fault() == ""
    return outcome


@pytest.mark.parametrize("case", case_files(".toml"), ids=lambda case: case.name)
def test_scenario_files(case: Path, tmp_path: Path) -> None:
    for command in (("scenarios", "check"), ("scenarios", "show"), ("run",), ("batch",)):
        refused((*command, str(case)), tmp_path)


@pytest.mark.parametrize("case", case_files(".json"), ids=lambda case: case.name)
def test_manifests(case: Path, tmp_path: Path) -> None:
    for name in ("batch/_manifest.json", "run/manifest.json", "reports/nulls.json"):
        (tmp_path / name).parent.mkdir()
        shutil.copy(case, tmp_path / name)
    shutil.copy(shipped_draws(), tmp_path / "draws.parquet")
    shutil.copy(case, tmp_path / "draws.json")
    refused(("compare", "batch"), tmp_path)
    refused(("report", "batch"), tmp_path)
    refused(("batch", "historical", "--out", "batch"), tmp_path)
    refused(("run", "--out", "run"), tmp_path)
    refused(("run", "--draws", "draws.parquet"), tmp_path)
    refused(("calibrate", "dossier", "--reports", "reports", "--out", "x.html"), tmp_path)


@pytest.mark.parametrize("case", case_files(".parquet"), ids=lambda case: case.name)
def test_draws(case: Path, tmp_path: Path) -> None:
    shutil.copy(case, tmp_path / "draws.parquet")
    manifest = json.loads(shipped_draws().with_suffix(".json").read_text())
    manifest.pop("file")
    (tmp_path / "draws.json").write_text(json.dumps(manifest))
    for command in (("run",), ("batch", "historical"), ("calibrate", "check", "noise")):
        refused((*command, "--draws", "draws.parquet"), tmp_path)


@pytest.mark.parametrize("case", case_files(".checkpoint"), ids=lambda case: case.name)
def test_checkpoints(case: Path, tmp_path: Path) -> None:
    shutil.copy(case, tmp_path / "fit.parquet.checkpoint")
    told = refused(("calibrate", "fit", "--out", "fit.parquet", "--resume"), tmp_path).told
    assert "a whole checkpoint; --overwrite begins anew" in told


@pytest.mark.parametrize("case", case_files(".csv"), ids=lambda case: case.name)
def test_overlays(case: Path, tmp_path: Path) -> None:
    (tmp_path / "overlay").mkdir()
    shutil.copy(case, tmp_path / "overlay" / "removed.csv")
    refused(("calibrate", "fit", "--out", "x.parquet", "--evidence", "overlay"), tmp_path)


def test_twenty_thousand_changes_are_one_message(tmp_path: Path) -> None:
    change = '[[interventions]]\nkind = "absence"\ncountry = "china"\nfrom = "1960"\nto = "1961"\n'
    (tmp_path / "many.toml").write_text('name = "many"\n' + change * 20_000)
    told = refused(("scenarios", "check", "many.toml"), tmp_path).told
    assert "1 problem" in told


def test_a_message_has_an_end(tmp_path: Path) -> None:
    rows = "".join(f"id-{number},\n" for number in range(1_900))
    (tmp_path / "removed.csv").write_text(f"id,reason\n{rows}")
    told = refused(("calibrate", "fit", "--evidence", "removed.csv"), tmp_path).told
    assert len(told.splitlines()) == 101
    assert "lines more" in told
