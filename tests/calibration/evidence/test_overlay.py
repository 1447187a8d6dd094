"""Evidence laid over that which ships: rows replaced, added, removed; every mistake at once."""

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from calibration.errors import CalibrationError
from calibration.evidence.reading import FOLDER, overlay_hash
from calibration.likelihood.likelihood import filtered_log_likelihood
from calibration.likelihood.observations import overlaid_record
from calibration.prior import draw_coordinates, parameters_at
from simulation.countries import Country
from simulation.dates import quarter_of

LOAN = "china-albania-1970-fyp5-loan-445m"
FIFTH_PLAN = "aid-china-1970"


def shipped(kind: str, name: str) -> dict[str, str]:
    with (FOLDER / f"{kind}.csv").open(encoding="utf-8", newline="") as file:
        return next(row for row in csv.DictReader(file) if row["id"] == name)


def lay(folder: Path, kind: str, *rows: dict[str, str]) -> Path:
    with (folder / f"{kind}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    return folder


def figures(record):
    return {figure.name: figure for figure in record.figures}


def test_no_overlay_is_the_evidence_as_it_ships(record):
    assert overlaid_record(None) == record


def test_a_row_with_a_known_id_replaces_that_row(tmp_path):
    row = shipped("aid", LOAN)
    halved = row | {column: str(float(row[column]) / 2) for column in ("value", "low", "high")}
    record = overlaid_record(lay(tmp_path, "aid", halved))
    before, after = figures(overlaid_record(None)), figures(record)
    loan, cash = 445 * 1.2, 14  # rubles of 1970 at 1.20 dollars
    assert before[FIFTH_PLAN].value - after[FIFTH_PLAN].value == pytest.approx(loan / 2)
    assert after[FIFTH_PLAN].value > loan / 2 + cash
    assert {name for name in before if before[name] != after[name]} == {FIFTH_PLAN}
    alone = overlaid_record(tmp_path / "aid.csv")
    assert alone == record


def test_a_new_row_enters_the_observation_that_names_it(tmp_path):
    added = "china-albania-1972-made-up"
    lay(tmp_path, "aid", shipped("aid", LOAN) | {"id": added})
    with pytest.raises(CalibrationError, match="no observation is made of it"):
        overlaid_record(tmp_path)
    row = shipped("observations", FIFTH_PLAN)
    lay(tmp_path, "observations", row | {"rows": f"{row['rows']};{added}"})
    before, after = figures(overlaid_record(None)), figures(overlaid_record(tmp_path))
    assert after[FIFTH_PLAN].value - before[FIFTH_PLAN].value == pytest.approx(445 * 1.2)


def test_a_row_that_is_removed_must_leave_its_observation_too(tmp_path):
    row = "china-albania-1966-answer-oil"
    lay(tmp_path, "removed", {"id": row, "reason": "doubted"})
    with pytest.raises(CalibrationError, match=f"rows = '{row}'"):
        overlaid_record(tmp_path)
    both = [{"id": name, "reason": "doubted"} for name in (row, "answer-china-1966-oil")]
    lay(tmp_path, "removed", *both)
    before, after = figures(overlaid_record(None)), figures(overlaid_record(tmp_path))
    assert set(before) - set(after) == {"answer-china-1966-oil"}


def test_a_new_observation_changes_the_likelihood(tmp_path):
    row = shipped("observations", "terms-interest-china-1970")
    row |= {"id": "terms-made-up", "from": "1962-01", "to": "1964-12"}
    row |= {"over": "1962-01 to 1964-12", "value": "3", "low": "2.5", "high": "3.5"}
    before, record = overlaid_record(None), overlaid_record(lay(tmp_path, "observations", row))
    (rate,) = [figure for figure in record.figures if figure.name == "terms-made-up"]
    assert (rate.patron, rate.client) == (Country.CHINA, Country.ALBANIA)
    assert rate.value == pytest.approx(0.03)
    assert (rate.first_quarter, rate.last_quarter) == (quarter_of("1962-01"), quarter_of("1964-12"))
    assert rate.reading.spread == pytest.approx((np.log(3.5) - np.log(2.5)) / 3.3)
    assert replace(record, figures=tuple(f for f in record.figures if f is not rate)) == before
    parameters = parameters_at(draw_coordinates(4, 2) * 0.3)
    fitted, plain = (
        filtered_log_likelihood(parameters, told, seed=3, copies=1) for told in (record, before)
    )
    assert (np.abs(fitted - plain) > 1e-6).all()


def test_an_act_is_compared_when_it_is_a_target_with_an_occasion(tmp_path):
    act = "albania-yugoslavia-1947-11-purge"
    lay(tmp_path, "support", shipped("support", act) | {"role": "target"})
    with pytest.raises(CalibrationError, match="no observation is made of it"):
        overlaid_record(tmp_path)
    occasion = shipped("occasions", "albania-yugoslavia-1946-07-treaty")
    occasion |= {"id": act, "from": "1947-10", "to": "1947-12"}
    lay(tmp_path, "occasions", occasion)
    added = set(figures(overlaid_record(tmp_path))) - set(figures(overlaid_record(None)))
    assert added == {act}


def test_targets_that_nothing_is_fitted_to_and_late_observations_are_told_together(tmp_path):
    unread = {
        "aid": "ussr-albania-1947-loan-6m-usd",
        "terms": "china-albania-1957-interest-0",
        "cuts": "ussr-albania-1953-trade-delay",
    }
    for kind, name in unread.items():
        lay(tmp_path, kind, shipped(kind, name) | {"role": "target"})
    late = shipped("observations", "cut-china-1977")
    lay(tmp_path, "observations", late | {"to": "1979-06"})
    with pytest.raises(CalibrationError, match="4 problems") as caught:
        overlaid_record(tmp_path)
    assert [(problem.where, problem.key) for problem in caught.value.problems] == [
        ("observations.csv (cut-china-1977)", "to, over"),
        *((f"{kind}.csv ({name})", "role") for kind, name in unread.items()),
    ]


def test_an_exchange_rate_is_known_by_unit_and_first_date(tmp_path):
    with (FOLDER / "currency.csv").open(encoding="utf-8", newline="") as file:
        rate = next(row for row in csv.DictReader(file) if row["unit"] == "million yuan")
    name = f"million-yuan-{rate['from']}"
    lay(tmp_path, "removed", {"id": name, "reason": "doubted"})
    lay(tmp_path, "currency", rate)
    with pytest.raises(CalibrationError, match="an id that no other file of the overlay has"):
        overlaid_record(tmp_path)


def test_every_mistake_of_an_overlay_is_told(tmp_path):
    lay(tmp_path, "removed", {"id": "china-albania-1970-fyp5-loan-446m", "reason": ""})
    (tmp_path / "ade.csv").write_text("id\n")
    (tmp_path / "statements.csv").write_text("id,patron\nx,china\n")
    with pytest.raises(CalibrationError) as caught:
        overlaid_record(tmp_path)
    told = str(caught.value)
    for text in (
        f"did you mean '{LOAN}'",
        "why the row is removed",
        "did you mean 'aid'",
        "the file lacks it",
    ):
        assert text in told, text


def test_rows_are_checked_by_the_reader_of_all_evidence(tmp_path):
    row = shipped("aid", LOAN)
    lay(tmp_path, "aid", row | {"form": "credti", "value": "9999"})
    with pytest.raises(CalibrationError) as caught:
        overlaid_record(tmp_path)
    assert str(tmp_path) in caught.value.title
    told = str(caught.value)
    assert "did you mean 'credit'" in told
    assert "9999" in told


def test_statements_and_observations_are_checked_too(tmp_path):
    row = shipped("statements", "china-albania-1965-answer-plan")
    lay(tmp_path, "statements", row | {"value": "0.9", "low": "much", "from": "soon"})
    late = shipped("observations", "cut-china-1977")
    lay(tmp_path, "observations", late | {"high": "", "over": "1976"})
    with pytest.raises(CalibrationError) as caught:
        overlaid_record(tmp_path)
    keys = sorted(problem.key for problem in caught.value.problems)
    assert keys == ["from", "low", "low, high", "over", "value", "value"]


def test_an_overlay_that_is_not_there_is_told(tmp_path):
    with pytest.raises(CalibrationError, match="a folder or a CSV file that exists"):
        overlaid_record(tmp_path / "none")
    with pytest.raises(CalibrationError, match="at least one CSV file"):
        overlaid_record(tmp_path)


def test_the_fingerprint_is_that_of_names_and_contents(tmp_path):
    one = overlay_hash(lay(tmp_path, "removed", {"id": "a", "reason": "b"}))
    assert one == overlay_hash(tmp_path)
    assert one == overlay_hash(tmp_path / "removed.csv")
    assert one != overlay_hash(lay(tmp_path, "removed", {"id": "a", "reason": "c"}))
