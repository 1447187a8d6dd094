"""Comparisons on the screen, as JSON and as a table: what is infinite, missing or unaffected."""

import json
import math
import re
from dataclasses import replace
from io import StringIO

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from scenarios.comparison.batch import BatchComparison, GivenRecord
from scenarios.comparison.compare import compare
from scenarios.comparison.output import (
    as_object,
    halving_in_words,
    heading,
    reasons_in_words,
    scenario_heading,
    tables_of,
    yearly_tables,
)
from scenarios.comparison.reading import Comparison, Reasons, columns_of, reading_of
from scenarios.comparison.table import QUANTITIES, UNITS, numbers_of, plain, table_of
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
        columns |= {"albania_china_initiator": "albania", "albania_china_cause": "enemy_courted"}
        tables.append(pd.DataFrame(columns, index=range(count)))
    (found,) = compare(READING, *tables, ["albania-china"])
    return found


def shown(*parts: object) -> str:
    console = Console(file=StringIO(), width=160)
    for part in parts:
        console.print(part)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize(("mover", "other"), [("albania", "China"), ("china", "Albania")])
def test_no_country_breaks_over_itself(mover, other):
    ((who, over),) = reasons_in_words(
        Reasons(100, {mover: 1.0}, {mover: {"defiance": 1.0}}), "albania-china"
    )
    assert who.startswith(mover.capitalize())
    assert f"the defiance of {other}" in over


def test_who_breaks_is_shown_in_both_branches_unless_the_breaks_are_too_few():
    parts = tables_of([compared([START + 1] * 40, [START + 2] * 20 + [-1] * 20)])
    said = shown(*parts)
    assert "Who breaks" in said
    assert re.search(r"albania-china +factual +Albania 100% +the courting of", said)
    assert re.search(r"albania-china +counterfactual +20 breaks, too few", said)


AVOIDED = compared([START + 1, START + 3, -1, START + 5], [-1, -1, -1, START + 5])
BEFORE = compared([START - 1] * 3, [START - 1] * 3)
SAME = compared([START + 2, -1], [START + 2, -1])


def test_numbers_in_words() -> None:
    number = replace(numbers_of(AVOIDED)["avoided"], value=0.305, error=0.0123)
    assert number.text == "30.5 ± 1.2"
    assert replace(number, value=1.0, error=0.0).text == "100.0"
    assert replace(number, error=0.0001).text == "30.5 ± <0.1"
    assert replace(number, value=None, error=None).text == "-"
    shift = replace(number, unit=UNITS["shift"])
    assert replace(shift, value=-0.25, error=0.1).text == "-0.25 ± 0.10"
    assert replace(shift, value=math.inf, error=None).text == "avoided"
    assert replace(shift, low=-0.25, high=math.inf).range == "-0.25 to avoided"
    assert replace(shift, low=math.inf, high=math.inf).range == "avoided"
    assert replace(shift, low=None, high=None).range == "-"
    assert plain((math.inf, -math.inf, 1.5, None)) == ["avoided", "new", 1.5, None]


def test_the_tables_show_what_is_affected_and_name_the_rest() -> None:
    said = shown(*tables_of([AVOIDED]))
    assert "50.0 ± 28.9" in said  # two of four avoided: sqrt(1/4 / 3)
    assert "66.7 ± 31.4 [66.7 to 100.0]" in said  # of three; sqrt(4 / 3 x 2 / 3 x 16 / 9 / 16)
    assert "with 16 histories the errors would be half as large" in said
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
    only_draws = "to halve the errors takes more parameter draws"
    assert halving_in_words([numbers_of(found)]) == only_draws
    assert halving_in_words([numbers_of(SAME)]) != ""
    assert halving_in_words([numbers_of(BEFORE)]) == ""


def test_the_heading_names_antecedent_source_horizon_and_what_was_given() -> None:
    said = shown(*scenario_heading(READING))
    scenario = READING.scenario
    assert scenario.antecedent in " ".join(said.split())
    assert f"{scenario.source} {scenario.lines}" in said
    assert "Read from 1971-07 to 1980-06, horizon 9 years" in said
    plainly = BatchComparison(MANIFEST, HISTORICAL, (AVOIDED,))
    assert "8 histories, seed 7, drivers coded, 4 parameter draws some (prior)" in shown(
        *heading(plainly)
    )
    given = BatchComparison(MANIFEST, HISTORICAL, (AVOIDED,), GivenRecord("1971-06", 16, 0.5))
    assert "up to 1971-06: 16 candidates a history, effective share 50%" in shown(*heading(given))


def test_a_notebook_is_shown_a_sentence_and_the_short_table() -> None:
    comparison = compared([-1, START + 1], [-1, -1], draws=2)
    page = comparison._repr_html_()
    assert "<b>no-opening-1971</b>" in page
    assert page.index("histor") < page.index("<table")
    assert page.count("<tr") == 2
    batch = BatchComparison(MANIFEST, HISTORICAL, (comparison,))
    assert batch._repr_html_() == page
    assert batch.to_frame().equals(comparison.to_frame())
    assert repr(batch) == "BatchComparison(1 comparisons with historical)"
    assert repr(comparison) == "Comparison(no-opening-1971, albania-china, 2 histories)"


def test_years_are_told_one_by_one() -> None:
    said = "".join(map(shown, yearly_tables(AVOIDED)))
    assert all(said.count(str(year)) == 3 for year in range(1971, 1981))
    assert "Aid delivered (million US$ a year)" in said


def test_the_object_is_plain_json() -> None:
    held = as_object(
        BatchComparison(MANIFEST, HISTORICAL, (AVOIDED,), GivenRecord("1971-06", 16, 0.5))
    )
    assert json.loads(json.dumps(held, allow_nan=False)) == held
    entry = held["comparisons"][0]["pairs"]["albania-china"]
    assert entry["shift"]["median"]["value"] == "avoided"
    assert entry["fates"]["avoided"]["value"] == pytest.approx(0.5)
    assert held["comparisons"][0]["asks_about"] == "albania-china"
    assert held["comparisons"][0]["sentence"].startswith("Too few to say: in only 3 of 4 ")
    assert held["given_record"]["effective_share"] == 0.5
    assert "scenarios" not in held["batch"]


def test_the_table_has_one_row_a_quantity_and_year_with_the_numbers_of_the_object() -> None:
    table = table_of((AVOIDED, SAME))
    assert len(table) == 2 * (len(QUANTITIES) + 3 * 10)
    assert not table.duplicated(["quantity", "year", "value"]).all()
    held = plain(AVOIDED)
    rows = table[: len(table) // 2].set_index("quantity")
    assert rows.loc["avoided", "value"] == held["fates"]["avoided"]["value"]
    assert rows.loc["necessity", ["value", "low", "high"]].tolist() == [
        held["necessity"]["value"]["value"],
        held["necessity"]["low"],
        held["necessity"]["high"],
    ]
    assert rows.loc["median_shift", "value"] == math.inf
    assert rows.loc["avoided", "halving"] == 16
    assert rows.loc["support_difference", "year"].tolist() == list(range(1971, 1981))
    assert set(rows["unit"]) == {unit.name for unit in UNITS.values()}
