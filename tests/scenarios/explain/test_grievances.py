"""What drives a difference: the sources of strain and fatigue, as the rules have them."""

from dataclasses import replace

import numpy as np
import pytest

from scenarios.comparison.reading import reading_of
from scenarios.draws import Draws, parameters_for, read_draws
from scenarios.explain import grievances as place
from scenarios.explain.grievances import FATIGUE, RELIEF, SOURCES, STRAIN, WORTH, grievances
from scenarios.files import scenario_named
from simulation.countries import Country
from simulation.ensemble import simulate
from simulation.interventions import HISTORICAL, Scenario
from simulation.rules.strain import FatigueSources, StrainSources

PAIR, CHINA, ALBANIA = "albania-china", Country.CHINA, Country.ALBANIA
SEED, REPLICATES = 3, 40


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return scenario_named("no-opening-1971")


def test_every_source_of_the_rules_is_there() -> None:
    assert [source for feeling, source in SOURCES if feeling == STRAIN] == [
        *StrainSources._fields,
        RELIEF,
    ]
    assert [source for feeling, source in SOURCES if feeling == FATIGUE] == [
        *FatigueSources._fields,
        WORTH,
    ]


def test_means_are_those_on_the_books(scenario: Scenario) -> None:
    draws = read_draws()  # under which some histories break, so that not every quarter counts
    reading = reading_of(scenario, HISTORICAL)
    found = grievances([(reading, PAIR)], draws, REPLICATES, SEED)[0]
    quarters = slice(reading.first_quarter, reading.last_quarter + 1)
    source = "enemy_courted"
    branches = {}
    for each in (HISTORICAL, scenario):
        kept = simulate(
            parameters_for(draws, 0, REPLICATES),
            each,
            seed=SEED,
            keep=("status", f"strain_sources.{source}"),
        ).arrays
        before = np.concatenate([kept["status"][:1], kept["status"][:-1]])[quarters, CHINA, ALBANIA]
        branches[each.name] = (
            np.isin(before, (1, 2)),
            kept[f"strain_sources.{source}"][quarters, CHINA, ALBANIA],
        )
    (tied, one), (tied_other, other) = branches.values()
    counted = tied & tied_other
    assert found.share == pytest.approx(counted.mean())
    assert 0 < found.share < 1
    each_history = (counted * (other - one)).sum(axis=0)[counted.any(axis=0)] / counted.sum(axis=0)[
        counted.any(axis=0)
    ]
    mean = next(mean for mean in found.whole if (mean.feeling, mean.source) == (STRAIN, source))
    assert mean.difference.value == pytest.approx(each_history.mean())
    assert mean.factual is not None
    assert mean.difference.value == pytest.approx(mean.counterfactual - mean.factual)
    assert mean.difference.value < 0


def test_relief_and_worth_count_against_the_sources(draws: Draws, scenario: Scenario) -> None:
    found = grievances([(reading_of(scenario, HISTORICAL), PAIR)], draws, REPLICATES, SEED)[0]
    assert sorted(found.yearly) == list(range(1971, 1981))
    for means in (*found.yearly.values(), found.whole):
        assert len(means) == len(SOURCES)
        for mean in means:
            assert mean.factual is not None
            assert mean.factual <= 0 if mean.source in (RELIEF, WORTH) else mean.factual >= 0


def test_a_change_without_effect_changes_no_source(draws: Draws, scenario: Scenario) -> None:
    late = scenario.interventions[0].model_copy(update={"start": "1980-10", "end": "1980-12"})
    nothing = scenario.model_copy(update={"name": "nothing", "interventions": (late,)})
    early = replace(reading_of(nothing, HISTORICAL), first_quarter=100, last_quarter=110)
    found = grievances([(early, PAIR)], draws, REPLICATES, SEED)[0]
    assert found.share > 0
    assert {mean.difference.value for mean in found.whole} == {0.0}


def test_the_answer_does_not_depend_on_how_the_work_is_cut(
    draws: Draws, scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = [
        (reading_of(scenario, HISTORICAL), PAIR),
        (reading_of(scenario_named("no-new-line-1956"), HISTORICAL), "albania-ussr"),
    ]
    together = grievances(asked, draws, REPLICATES, SEED)
    told: list[tuple[int, int]] = []
    monkeypatch.setattr(place, "TOGETHER", 7)
    cut = grievances(
        asked, draws, REPLICATES, SEED, progress=lambda done, whole: told.append((done, whole))
    )
    assert cut == together
    assert told == [(done, 12) for done in range(1, 13)]


def test_pairs_that_have_parted_are_not_compared(draws: Draws, scenario: Scenario) -> None:
    late = replace(reading_of(scenario, HISTORICAL), first_quarter=110, last_quarter=112)
    found = grievances([(late, "albania-yugoslavia")], draws, 10, SEED)[0]
    assert found.share == 0
    assert {(mean.factual, mean.counterfactual, mean.difference.value) for mean in found.whole} == {
        (None, None, None)
    }
