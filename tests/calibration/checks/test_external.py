"""Series that nobody fitted: what is read, and that noise is not foreseen and a likeness is."""

import csv
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from typer.testing import CliRunner

from calibration.checks.external.accounts import accounts_of, allied_years
from calibration.checks.external.beside import (
    ALL_YEARS,
    ALLIED_YEARS,
    BETTER,
    CONDITIONED,
    FREE,
    NO_BETTER,
    WORSE,
    gained,
    rank_correlation,
    set_beside,
    simulated,
)
from calibration.checks.external.series import (
    LEAST_YEARS,
    SERIES_QUANTITIES,
    TEMPLATE,
    Series,
    by_year,
    read_series,
)
from calibration.cli.calibrate import calibrate_app
from calibration.errors import CalibrationError
from calibration.evidence.reading import FOLDER
from calibration.likelihood.quantities import COMPARED_ARRAYS, sum_in
from calibration.prior import draw_coordinates, parameters_at
from scenarios.draws import columns_of, parameters_for, write_draws
from simulation.countries import Country
from simulation.dates import FIRST_YEAR
from simulation.ensemble import simulate

PAIR = (Country.CHINA, Country.ALBANIA)
HEAD = "client,patron,quantity,year,value,unit,source\n"


@pytest.fixture(scope="module")
def draws(tmp_path_factory):
    frame = columns_of(parameters_at(draw_coordinates(20, 3) * 0.3))
    path = tmp_path_factory.mktemp("draws") / "some.parquet"
    return write_draws(frame, {"kind": "prior"}, path)


def series_of(values, quantity="delivered", first=1955, comparable=True):
    years = np.arange(first, first + len(values))
    return Series(PAIR, quantity, "a source", years, np.array(values, float), comparable)


@pytest.fixture(scope="module")
def histories(draws, record):
    """Free and conditioned histories of what came from Peking, (years, R)."""
    wanted = [series_of(np.ones(LEAST_YEARS))]
    return {
        kind: simulated(wanted, draws, 40, 1, imposed)[0]
        for kind, imposed in ((FREE, None), (CONDITIONED, record))
    }


def verdicts(series, histories, record):
    return {
        row.span: {kind: row.verdict(kind) for kind in histories}
        for row in set_beside(series, histories, record)
    }


def written(folder: Path, text: str) -> Path:
    path = folder / "series.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_years_are_read_in_order_and_money_in_dollars(tmp_path, evidence):
    rows = [f"albania,china,delivered,{year},{year - 1960},million new rubles,x"
            for year in (1965, 1961, 1963, 1962, 1964)]  # fmt: skip
    (series,) = read_series([written(tmp_path, HEAD + "\n".join(rows))], evidence.currency)
    assert series.years.tolist() == [1961, 1962, 1963, 1964, 1965]
    assert series.yearly == pytest.approx(1.11 * np.arange(1, 6))
    assert series.comparable
    assert series.pair == PAIR


def test_a_unit_of_its_own_has_no_level(tmp_path, evidence):
    rows = [f"albania,china,delivered,{year},{year},tons,x" for year in range(1961, 1966)]
    (series,) = read_series([written(tmp_path, HEAD + "\n".join(rows))], evidence.currency)
    assert not series.comparable


def test_everything_wrong_is_told_at_once(tmp_path, evidence):
    text = (
        HEAD
        + """albania,albania,delivered,1961,1,million USD,x
albania,chyna,delivered,1961,1,million USD,x
albania,china,delivred,1961,1,million USD,x
albania,china,delivered,1861,1,million USD,x
albania,china,delivered,1962,much,million USD,x
albania,china,delivered,1963,1,million USD,
albania,china,delivered,1964,1,million USD,y
albania,china,delivered,1964,1,tons,y
albania,china,delivered,1965,1,million dinars,z
"""
    )
    with pytest.raises(CalibrationError) as refused:
        read_series([written(tmp_path, text)], evidence.currency)
    message = str(refused.value)
    for line, words in enumerate(
        ("another country", "china", "delivered", "1945", "number", "text"), 2
    ):
        assert f"line {line}" in message
        assert words in message
    assert "each year of a series once" in message
    assert "money throughout" in message


def test_too_few_years_and_no_rows_are_refused(tmp_path, evidence):
    for text in (HEAD, TEMPLATE):
        with pytest.raises(CalibrationError, match=f"at least {LEAST_YEARS} years"):
            read_series([written(tmp_path, text)], evidence.currency)


def test_a_year_is_the_sum_or_the_mean_of_its_quarters(draws):
    kept = tuple(dict.fromkeys((*COMPARED_ARRAYS, "support")))
    history = simulate(parameters_for(draws, 0, 3), seed=1, keep=kept)
    quarter = 4 * (1966 - FIRST_YEAR)
    for quantity in ("delivered", "credit pledged"):
        found = by_year(history.arrays, PAIR, quantity)[1966 - FIRST_YEAR]
        assert found == pytest.approx(sum_in(history, PAIR, quantity, quarter, quarter + 3))
    for quantity in ("support", "outstanding"):
        found = by_year(history.arrays, PAIR, quantity)[1966 - FIRST_YEAR]
        assert found == pytest.approx(
            history.arrays[quantity][quarter : quarter + 4, *PAIR].mean(0)
        )
    for quantity in SERIES_QUANTITIES:
        assert np.isfinite(by_year(history.arrays, PAIR, quantity)).all()


def test_rank_correlations_are_those_of_scipy():
    generator = np.random.Generator(np.random.Philox(1))
    values, own = generator.integers(0, 5, 12), generator.integers(0, 4, (12, 6))
    expected = [stats.spearmanr(column, values).statistic for column in own.T]
    assert rank_correlation(own, values) == pytest.approx(expected)
    assert rank_correlation(np.ones((12, 1)), values) == 0


def test_the_error_of_a_difference_is_that_of_leaving_out_a_year():
    values = np.array([1.0, 2.0, 3.0, 4.0])
    difference, error = gained(
        np.array([1.0, 2.0, 4.0, 3.0]), np.array([4.0, 3.0, 2.0, 1.0]), values
    )
    assert difference == pytest.approx(0.8 + 1)
    without = np.array([0.5, 0.5, 1.0, 1.0]) + 1
    assert error == pytest.approx(np.sqrt(3 / 4 * ((without - without.mean()) ** 2).sum()))


def test_accounts_are_straight_lines_fitted_to_the_series(record):
    known = {account.name: account for account in accounts_of(PAIR, record)}
    trend = known["trend"]
    chosen = np.ones(10, dtype=bool)
    assert trend.fitted(series_of(3 + 2 * np.arange(10)), chosen) == pytest.approx(
        3 + 2 * np.arange(10)
    )
    assert known["allied"].fitted(series_of(np.arange(6), first=1965), chosen[:6]) is None
    assert allied_years(PAIR, record)[1970 - FIRST_YEAR] == 1
    assert allied_years(PAIR, record)[1950 - FIRST_YEAR] == 0
    assert known["product"].yearly[-1] > known["product"].yearly[0]


def test_years_allied_are_looked_at_apart(histories, record):
    whole = set_beside(series_of(np.arange(20)), histories, record)
    assert [row.span for row in whole] == [ALL_YEARS, ALLIED_YEARS]
    assert whole[1].years < whole[0].years
    only = set_beside(series_of(np.arange(6), first=1965), histories, record)
    assert [row.span for row in only] == [ALL_YEARS]
    assert next(each for each in only[0].accounts if each.name == "allied").order is None


@pytest.mark.statistical
def test_noise_is_not_foreseen_better_than_by_its_accounts(histories, record):
    """Planted series without any meaning: none of twenty may come out as foreseen.

    Of 200 with another seed none did.
    """
    generator = np.random.Generator(np.random.Philox(11))
    for _ in range(20):
        found = verdicts(series_of(generator.random(24)), histories, record)
        assert all(verdict != BETTER for kinds in found.values() for verdict in kinds.values())


@pytest.mark.statistical
def test_a_series_that_follows_histories_is_foreseen(histories, record):
    """Their own mean, up and down by turns as no account goes: conditioned histories foresee it."""
    ups = 1 + 0.9 * np.cos(np.arange(24) * 2.1)
    bent = {
        kind: values * np.pad(ups, (10, 2), constant_values=1.0)[:, np.newaxis]
        for kind, values in histories.items()
    }
    mean = bent[CONDITIONED].mean(axis=1)[10:34]
    found = verdicts(series_of(mean), bent, record)
    assert found[ALL_YEARS][CONDITIONED] == BETTER
    turned = verdicts(series_of(-mean), bent, record)
    assert turned[ALL_YEARS][CONDITIONED] == WORSE


def test_levels_and_peaks_are_told(histories, record):
    mean = histories[FREE].mean(axis=1)[10:34]
    row = set_beside(series_of(2 * mean), histories, record)[0]
    level = row.histories[FREE].level
    assert level.low < 0.5 < level.high
    assert (
        set_beside(series_of(mean, comparable=False), histories, record)[0].histories[FREE].level
        is None
    )
    late = np.zeros(24)
    late[-1] = 1
    early = set_beside(series_of(late), histories, record)[0].histories[CONDITIONED].peak
    assert early.high <= 0


def held_out_stance():
    """Albanian acts for and against China that no fit has seen, the mean of each year."""
    with (FOLDER / "support.csv").open(encoding="utf-8", newline="") as file:
        rows = [
            row
            for row in csv.DictReader(file)
            if (row["supporter"], row["supported"], row["role"]) == ("albania", "china", "held out")
        ]
    frame = pd.DataFrame(
        {
            "year": [int(row["from"][:4]) for row in rows],
            "stance": [{"for": 1, "against": -1, "silent": 0}[row["direction"]] for row in rows],
        }
    )
    return frame.groupby("year").stance.mean()


def test_the_command_sets_held_out_acts_and_noise_beside_histories(draws, tmp_path):
    stance = held_out_stance()
    assert len(stance) >= LEAST_YEARS
    noise = np.random.Generator(np.random.Philox(5)).random(24)
    rows = [f"albania,china,support,{y},{v},stance,held-out acts" for y, v in stance.items()]
    rows += [f"albania,china,delivered,{1955 + n},{v},million USD,noise"
             for n, v in enumerate(noise)]  # fmt: skip
    path, out = written(tmp_path, HEAD + "\n".join(rows)), tmp_path / "reports"
    arguments = ["check", "external", str(path), "--draws", str(draws.path), "--replicates", "20"]
    done = CliRunner().invoke(calibrate_app, [*arguments, "--out", str(out)])
    assert done.exit_code == 0, done.output
    told = json.loads((out / "external.json").read_text(encoding="utf-8"))
    assert (out / "figures" / "external-series.png").is_file()
    acts, planted = (
        next(values for name, values in told["values"].items() if source in name)
        for source in ("held-out acts", "noise")
    )
    assert acts[ALL_YEARS]["years"] == len(stance)
    assert acts[ALL_YEARS]["histories"][FREE]["level"] is None
    for span in planted.values():
        assert {own["verdict"] for own in span["histories"].values()} <= {NO_BETTER, WORSE}
        assert {each["numbers"] for each in span["accounts"].values()} == {2}


def test_the_template_is_written_once(tmp_path):
    path = tmp_path / "series.csv"
    arguments = ["check", "external", "--template", str(path)]
    assert CliRunner().invoke(calibrate_app, arguments).exit_code == 0
    assert path.read_text(encoding="utf-8") == TEMPLATE
    again = CliRunner().invoke(calibrate_app, arguments)
    assert again.exit_code == 2
    assert "a new file" in again.output


def test_mistakes_of_the_command_are_told_together(tmp_path):
    bad = written(tmp_path, HEAD + "albania,chyna,delivered,1961,1,million USD,x\n")
    arguments = ["check", "external", str(bad), "--replicates", "1", "--out", str(tmp_path / "o")]
    refused = CliRunner().invoke(calibrate_app, arguments)
    assert refused.exit_code == 2
    assert "chyna" in refused.output
    assert "--replicates" in refused.output
    assert not (tmp_path / "o").exists()
