"""Evidence laid over that which ships: rows replaced, added, removed; every mistake at once."""

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from calibration.likelihood.kinds import InterestAgreed, PeriodAid, ShareGranted

from calibration.errors import CalibrationError
from calibration.evidence.problems import COMPARED
from calibration.evidence.reading import FOLDER, overlay_hash, read_evidence
from calibration.evidence.record import interest_terms
from calibration.likelihood.likelihood import filtered_log_likelihood
from calibration.likelihood.observations import fitted_record, overlaid_record
from calibration.prior import draw_coordinates, parameters_at
from simulation.countries import Country
from simulation.dates import quarter_of

LOAN = "china-albania-1970-fyp5-loan-445m"
CHINA_FIFTH_PLAN = (Country.CHINA, Country.ALBANIA, quarter_of("1971"))


def shipped(kind: str, name: str) -> dict[str, str]:
    with (FOLDER / f"{kind}.csv").open(encoding="utf-8", newline="") as file:
        return next(row for row in csv.DictReader(file) if row["id"] == name)


def lay(folder: Path, kind: str, *rows: dict[str, str]) -> Path:
    with (folder / f"{kind}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    return folder


def sums(record):
    return {(*a.pair, a.first_quarter): a.value for a in record.of_kind(PeriodAid.kind)}


def test_no_overlay_is_the_evidence_as_it_ships():
    assert overlaid_record(None) == fitted_record(read_evidence())


def test_a_row_with_a_known_id_replaces_that_row(tmp_path):
    row = shipped("aid", LOAN)
    halved = row | {column: str(float(row[column]) / 2) for column in ("value", "low", "high")}
    record = overlaid_record(lay(tmp_path, "aid", halved))
    before, after = sums(overlaid_record(None)), sums(record)
    assert after[CHINA_FIFTH_PLAN] < before[CHINA_FIFTH_PLAN] - 200
    assert {k: v for k, v in after.items() if k != CHINA_FIFTH_PLAN} == {
        k: v for k, v in before.items() if k != CHINA_FIFTH_PLAN
    }
    alone = overlaid_record(tmp_path / "aid.csv")
    assert alone == record


def test_a_row_with_a_new_id_is_added_and_one_named_as_removed_is_gone(tmp_path):
    lay(tmp_path, "aid", shipped("aid", LOAN) | {"id": "china-albania-1972-made-up"})
    lay(tmp_path, "removed", {"id": "share-china-albania-1965", "reason": "doubted"})
    record, before = overlaid_record(tmp_path), overlaid_record(None)
    assert sums(record)[CHINA_FIFTH_PLAN] > sums(before)[CHINA_FIFTH_PLAN] + 400
    answers, shipped_answers = (held.of_kind(ShareGranted.kind) for held in (record, before))
    assert len(answers) == len(shipped_answers) - 1
    assert 0.68 not in [answer.value for answer in answers]


def test_a_rate_of_interest_is_fitted_when_its_role_says_so(tmp_path):
    rows = [shipped("terms", row.id) for row in interest_terms(read_evidence(), COMPARED)]
    kept_apart = [row | {"role": "held out"} for row in rows]
    before = overlaid_record(lay(tmp_path, "terms", *kept_apart))
    assert before.of_kind(InterestAgreed.kind) == ()
    assert rows[0]["id"] == "ussr-albania-1951-interest-2"
    record = overlaid_record(lay(tmp_path, "terms", rows[0] | {"role": "target"}, *kept_apart[1:]))
    (rate,) = record.of_kind(InterestAgreed.kind)
    assert (rate.patron, rate.client, rate.value) == (Country.USSR, Country.ALBANIA, 0.02)
    assert (rate.first_quarter, rate.last_quarter) == (quarter_of("1951"), quarter_of("1957-01"))
    assert rate.spread == pytest.approx(0.005 / 3.3)
    assert record == replace(before, figures=(*before.figures, rate))
    parameters = parameters_at(draw_coordinates(4, 2) * 0.3)
    fitted, plain = (
        filtered_log_likelihood(parameters, told, seed=3, copies=1) for told in (record, before)
    )
    assert (np.abs(fitted - plain) > 1e-6).all()


def test_targets_that_nothing_is_fitted_to_are_told_together(tmp_path):
    for kind, name in (
        ("terms", "china-albania-1965-deferral-10y"),
        ("cuts", "china-albania-1975-arms-stop"),
        ("aid", "ussr-albania-1947-loan-6m-usd"),
    ):
        lay(tmp_path, kind, shipped(kind, name) | {"role": "target"})
    late = shipped("terms", "china-albania-1970-fyp5-loan-interest-0")
    lay(tmp_path, "terms", shipped("terms", "china-albania-1965-deferral-10y") | {"role": "target"},
        late | {"role": "target", "from": "1979", "to": "1980"})  # fmt: skip
    with pytest.raises(CalibrationError, match="4 problems") as caught:
        overlaid_record(tmp_path)
    for problem in caught.value.problems:
        assert (problem.key, problem.allowed) == (
            "role",
            "held out or context, as no observation is made of it",
        )


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
    (tmp_path / "shares.csv").write_text("id,patron\nx,china\n")
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


def test_an_answer_to_a_request_is_checked_too(tmp_path):
    row = shipped("shares", "share-china-albania-1965")
    lay(tmp_path, "shares", row | {"value": "0.9", "low": "much", "from": "soon"})
    with pytest.raises(CalibrationError) as caught:
        overlaid_record(tmp_path)
    keys = sorted(problem.key for problem in caught.value.problems)
    assert keys == ["from", "low", "value", "value"]


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
