"""Batches on disk compared: the numbers of the same histories in memory, and what is refused."""

import shutil
from pathlib import Path

import pytest

from scenarios.batch.integrity import draws_problems
from scenarios.batch.run import run_batch
from scenarios.batch.store import read_manifest
from scenarios.comparison.batch import (
    compare_batch,
    compare_given,
    question_of,
    read_histories,
    scenarios_of,
)
from scenarios.comparison.compare import compare
from scenarios.comparison.histories import simulate_histories
from scenarios.comparison.reading import reading_of
from scenarios.draws import Draws
from scenarios.errors import ScenarioError
from scenarios.files import scenario_named
from scenarios.outcomes import PAIR_NAMES
from simulation.conditioning import RecordedMove
from simulation.countries import Country
from simulation.interventions import HISTORICAL, Grant, Scenario
from simulation.state import Move

OTHER = scenario_named("no-opening-1971")
OWN = Scenario(
    name="my-own",
    question="What if there was no second plan?",
    antecedent="no plan",
    horizon=3,
    interventions=(
        Grant(
            start="1956", end="1957", reason="a test", patron="ussr", client="albania", value=0.0
        ),
    ),
)
MOVES = [RecordedMove((Country.YUGOSLAVIA, Country.ALBANIA), Move.ESTRANGED, 12, 13)]


@pytest.fixture(scope="module")
def batch(draws: Draws, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("compared") / "batch"
    return run_batch([HISTORICAL, OTHER, OWN], draws, 50, 3, folder, workers=1, chunk=20)


@pytest.fixture
def copy(batch: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(batch, tmp_path / "copy"))


def test_a_batch_on_disk_gives_the_numbers_of_the_same_histories_in_memory(
    batch: Path, draws: Draws
) -> None:
    told: list[tuple[int, int]] = []
    found = compare_batch(batch, years=6, progress=lambda done, whole: told.append((done, whole)))
    tables = simulate_histories([HISTORICAL, OTHER, OWN], draws, 50, 3)
    expected = [
        comparison
        for scenario in (OTHER, OWN)
        for comparison in compare(
            reading_of(scenario, HISTORICAL, 6), tables["historical"], tables[scenario.name]
        )
    ]
    assert list(found.comparisons) == expected
    assert found.factual == HISTORICAL
    assert told == [(0, 2), (1, 2)]


def test_histories_in_memory_are_those_on_disk_whatever_columns_are_kept(
    batch: Path, draws: Draws
) -> None:
    columns = ["replicate", "albania_ussr_quarter"]
    some = simulate_histories([OWN], draws, 50, 3, columns={OWN.name: columns})[OWN.name]
    assert some.equals(read_histories(batch, OWN.name, columns))
    assert list(read_histories(batch, OWN.name)["replicate"]) == list(range(50))


def test_another_factual_scenario_some_pairs_and_one_counterfactual(batch: Path) -> None:
    found = compare_batch(
        batch, factual="my-own", pairs=["albania-ussr", "china-ussr"], only=[OTHER.name]
    )
    assert [(each.reading.scenario.name, each.pair) for each in found.comparisons] == [
        (OTHER.name, "albania-ussr"),
        (OTHER.name, "china-ussr"),
    ]
    reading = found.comparisons[0].reading
    assert reading.factual == OWN
    assert any("not history" in flag for flag in reading.flags)
    assert compare_batch(batch, factual="my-own", pairs=["albania-ussr"]).comparisons[
        0
    ].reading.scenario == (HISTORICAL)


def test_everything_wrong_with_a_request_is_said_at_once(batch: Path) -> None:
    with pytest.raises(ScenarioError) as caught:
        compare_batch(batch, factual="historicl", pairs=["albania-usr"], years=0)
    said = str(caught.value)
    assert "did you mean 'historical'" in said
    assert "did you mean 'albania-ussr'" in said
    assert "horizon = 0" in said
    with pytest.raises(ScenarioError, match="only = 'no-opening'"):
        compare_batch(batch, only=["no-opening"])


@pytest.mark.parametrize("years", [-1, 0, 37])
def test_a_horizon_out_of_bounds_is_refused(batch: Path, years: int) -> None:
    with pytest.raises(ScenarioError, match="1 to 36"):
        compare_batch(batch, years=years)


def test_a_folder_that_is_missing_or_holds_no_batch_is_refused(batch: Path, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    for folder in (tmp_path, tmp_path / "nowhere", tmp_path / "notes.txt"):
        with pytest.raises(ScenarioError, match="a folder that lilliput batch wrote"):
            compare_batch(folder)


def test_an_unfinished_batch_is_refused_in_one_line(
    copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (copy / f"scenario={OTHER.name}" / "part-00001.parquet").unlink()
    shutil.rmtree(copy / "scenario=historical")
    with pytest.raises(ScenarioError, match="--resume") as caught:
        compare_batch(copy)
    (problem,) = caught.value.problems
    assert problem.value == f"historical 0, {OTHER.name} 30"
    monkeypatch.setattr("scenarios.comparison.batch._NAMED", 1)
    with pytest.raises(ScenarioError, match="historical 0 and 1 more"):
        compare_batch(copy)


def test_a_spoilt_file_is_refused(copy: Path) -> None:
    (copy / f"scenario={OTHER.name}" / "part-00001.parquet").write_bytes(b"no parquet")
    with pytest.raises(ScenarioError, match=OTHER.name):
        compare_batch(copy)


def test_nothing_to_compare_is_refused(draws: Draws, tmp_path: Path) -> None:
    folder = run_batch([HISTORICAL], draws, 2, 1, tmp_path / "b", workers=1)
    with pytest.raises(ScenarioError, match="differs from historical"):
        compare_batch(folder)


def test_scenarios_come_from_the_manifest_and_for_older_batches_from_the_catalogue(
    copy: Path,
) -> None:
    manifest = dict(read_manifest(copy) or {})
    assert list(scenarios_of(manifest).values()) == [HISTORICAL, OTHER, OWN]
    for entry in manifest["scenarios"]:
        del entry["asked"]
    assert list(scenarios_of({"scenarios": manifest["scenarios"][:2]}).values()) == [
        HISTORICAL,
        OTHER,
    ]
    with pytest.raises(ScenarioError, match="'my-own'"):
        scenarios_of(manifest)
    manifest["scenarios"][1]["hash"] = "another"
    with pytest.raises(ScenarioError, match=r"2 problems") as caught:
        scenarios_of(manifest)
    assert [problem.value for problem in caught.value.problems] == [OTHER.name, "my-own"]


def test_the_conditional_comparison_of_a_batch(batch: Path, draws: Draws) -> None:
    found = compare_given(batch, "1955-12", MOVES, draws, candidates=4, years=2)
    assert len(found.comparisons) == 2 * len(PAIR_NAMES)
    assert found.given_record is not None
    assert (found.given_record.until, found.given_record.candidates) == ("1955-12", 4)
    assert 0.25 <= found.given_record.effective_share <= 1
    by_pair = {(each.reading.scenario.name, each.pair): each for each in found.comparisons}
    assert by_pair["my-own", "albania-yugoslavia"].at_risk.value == 1.0, "no break is on record"
    again = compare_given(batch, "1955-12", MOVES, draws, candidates=4, years=2, only=[OWN.name])
    assert again.comparisons == found.comparisons[len(PAIR_NAMES) :]


def test_other_draws_or_another_parameter_table_than_those_of_the_batch_are_refused(
    copy: Path, draws: Draws
) -> None:
    assert draws_problems(read_manifest(copy) or {}, draws) == []
    strange = draws.changed({"strain_noise": 0.1})
    with pytest.raises(ScenarioError) as caught:
        compare_given(copy, "1955-12", MOVES, strange)
    assert [problem.key for problem in caught.value.problems] == ["draws.values"]
    changed = {**(read_manifest(copy) or {}), "parameter_table": "another table"}
    assert [each.key for each in draws_problems(changed, draws)] == ["parameter_table"]


def test_a_record_that_goes_on_after_an_intervention_is_refused(batch: Path, draws: Draws) -> None:
    with pytest.raises(ScenarioError, match=r"my-own.*at most 1955-12"):
        compare_given(batch, "1956-01", MOVES, draws)
    with pytest.raises(ScenarioError, match="a month YYYY-MM"):
        compare_given(batch, "56", MOVES, draws)


def test_the_readings_of_a_batch_are_its_scenarios_own_horizons(batch: Path) -> None:
    request, manifest, readings = question_of(batch, {})
    assert request.pairs == PAIR_NAMES
    assert manifest["replicates"] == 50
    assert [(r.scenario.name, r.years) for r in readings] == [
        (OTHER.name, OTHER.horizon),
        ("my-own", 3),
    ]
