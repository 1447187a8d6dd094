"""Comparisons on the screen and as JSON: words for what is infinite, missing, unaffected or limited by the draws."""

import json
import math
from io import StringIO

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from scenarios.comparison.batch import BatchComparison, Given
from scenarios.comparison.compare import Comparison, columns_of, compare, reading_of
from scenarios.comparison.estimates import NOTHING, Estimate
from scenarios.comparison.tables import (
    as_object,
    halving_words,
    heading,
    in_years,
    per_cent,
    plain,
    scenario_heading,
    tables_of,
    yearly_table,
)
from scenarios.files import scenario_named
from simulation.interventions import HISTORICAL

READING = reading_of(scenario_named("no-opening-1971"), HISTORICAL)
START = READING.first_quarter
MANIFEST = {
    "draws": {"id": "some", "kind": "prior", "draws": 4},
    "seed": 7,
    "replicates": 8,
    "scenarios": [],
}


def compared(factual: list[int], counterfactual: list[int], draws: int = 100) -> Comparison:
    count = len(factual)
    tables = []
    for dates in (factual, counterfactual):
        columns: dict[str, object] = dict.fromkeys(columns_of(READING, ["albania-china"]), 0.0)
        columns |= {"replicate": np.arange(count), "draw": np.arange(count) % draws}
        columns["albania_china_quarter"] = dates
        tables.append(pd.DataFrame(columns, index=range(count)))
    (found,) = compare(READING, *tables, ["albania-china"])
    return found


def shown(*parts: object) -> str:
    console = Console(file=StringIO(), width=160)
    for part in parts:
        console.print(part)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


AVOIDED = compared([START + 1, START + 3, -1, START + 5], [-1, -1, -1, START + 5])
BEFORE = compared([START - 1] * 3, [START - 1] * 3)
SAME = compared([START + 2, -1], [START + 2, -1])


def test_numbers_in_words() -> None:
    assert per_cent(Estimate(0.305, 0.0123)) == "30.5 ± 1.2"
    assert per_cent(Estimate(1.0, 0.0)) == "100.0"
    assert per_cent(NOTHING) == in_years(NOTHING) == "-"
    assert in_years(Estimate(-0.25, 0.1)) == "-0.25 ± 0.10"
    assert in_years(Estimate(math.inf)) == "avoided"
    assert plain((math.inf, -math.inf, 1.5, None)) == ["avoided", "new", 1.5, None]


def test_the_tables_show_what_is_affected_and_name_the_rest() -> None:
    said = shown(*tables_of([AVOIDED]))
    assert "50.0 ± 28.9" in said  # two of four avoided: sqrt(1/4 / 3)
    assert "66.7 ± 31.4 [66.7-100.0]" in said  # of three; sqrt(4 / 3 x 2 / 3 x 16 / 9 / 16)
    assert "16 replicates would halve the errors" in said
    assert "Broken in every history before the intervention: albania-china" in shown(
        *tables_of([BEFORE])
    )
    assert "Break unchanged in every history within the horizon: albania-china" in shown(
        *tables_of([SAME])
    )


def test_errors_that_only_draws_would_halve_are_said_to_be_so() -> None:
    """Two draws, in one of which every break is avoided and in the other none."""
    dates = [START + 1, START + 1] * 4
    found = compared(dates, [-1, START + 1] * 4, draws=2)
    assert halving_words([found]) == "only more parameter draws would halve the errors"
    assert halving_words([SAME]) != ""
    assert halving_words([BEFORE]) == ""


def test_the_heading_names_antecedent_source_horizon_and_what_was_given() -> None:
    said = shown(*scenario_heading(READING))
    scenario = READING.scenario
    assert scenario.antecedent in " ".join(said.split())
    assert f"{scenario.source} {scenario.lines}" in said
    assert "Read from 1971-07 to 1976-06, horizon 5 years" in said
    plainly = BatchComparison(MANIFEST, HISTORICAL, (AVOIDED,))
    assert "8 histories, seed 7, 4 parameter draws some (prior)" in shown(*heading(plainly))
    given = BatchComparison(MANIFEST, HISTORICAL, (AVOIDED,), Given("1971-06", 16, 0.5))
    assert "up to 1971-06: 16 candidates a history, effective share 50%" in shown(*heading(given))


def test_years_are_told_one_by_one() -> None:
    said = shown(yearly_table(AVOIDED))
    assert all(said.count(str(year)) == 3 for year in range(1971, 1977))
    assert "delivered (million USD a year)" in said


def test_the_object_is_plain_json() -> None:
    held = as_object(BatchComparison(MANIFEST, HISTORICAL, (AVOIDED,), Given("1971-06", 16, 0.5)))
    assert json.loads(json.dumps(held, allow_nan=False)) == held
    entry = held["comparisons"][0]["pairs"]["albania-china"]
    assert entry["shift"]["median"]["value"] == "avoided"
    assert entry["fates"]["avoided"]["value"] == pytest.approx(0.5)
    assert held["given_record"]["effective_share"] == 0.5
    assert "scenarios" not in held["batch"]
