"""The evidence as curated, and what is said of a folder in which nearly everything is wrong."""

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from calibration.errors import CalibrationError
from calibration.evidence.columns import MONEY_UNITS, first_day, last_day
from calibration.evidence.lines import sources
from calibration.evidence.problems import COMPARED, HEADLINE_PAIRS
from calibration.evidence.reading import FOLDER, read_evidence
from calibration.evidence.rows import ROW_CLASSES, Evidence


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the evidence that a test may spoil."""
    return Path(shutil.copytree(FOLDER, tmp_path / "evidence"))


def change(path: Path, changes: Callable[[list[dict[str, str]]], object]) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        rows, columns = list(reader), list(reader.fieldnames or ())
    changes(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def problems_of(folder: Path) -> list[str]:
    with pytest.raises(CalibrationError) as caught:
        read_evidence(folder)
    return [str(problem) for problem in caught.value.problems]


def test_the_curated_evidence_is_there(evidence: Evidence) -> None:
    assert len(evidence.aid) >= 160
    assert len(evidence.terms) >= 15
    assert len(evidence.cuts) >= 80
    assert len(evidence.record) >= 80
    assert len(evidence.currency) >= 18
    assert {row.role for row in evidence.aid} == {"target", "held out", "context"}


def test_nothing_is_lost_between_the_files_and_the_rows(evidence: Evidence) -> None:
    for kind in ROW_CLASSES:
        with (FOLDER / f"{kind}.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        assert len(rows) == len(getattr(evidence, kind))
        assert [row["from"] for row in rows if "from" in row] == [
            row.first for row in getattr(evidence, kind) if "from" in rows[0]
        ]


def test_aid_terms_and_cuts_stand_in_the_order_of_their_dates(evidence: Evidence) -> None:
    for rows in (evidence.aid, evidence.terms, evidence.cuts):
        order = [(row.first, row.id) for row in rows]
        assert order == sorted(order)


def test_the_answers_to_requests_that_the_model_must_meet_are_held(evidence: Evidence) -> None:
    values = {figure.id: (figure.basis, figure.value, figure.unit) for figure in evidence.aid}
    assert values["china-albania-1954-request-50m"] == ("asked", 50, "million old rubles")
    assert values["china-albania-1954-loan-50m"] == ("pledged", 50, "million old rubles")
    assert values["ussr-albania-1960-request-500m"] == ("asked", 500, "million old rubles")
    assert values["ussr-albania-1960-answer-0"] == ("pledged", 0, "million old rubles")
    assert values["china-albania-1965-fyp4-asked-250m"] == ("asked", 250, "million new rubles")
    assert values["china-albania-1965-fyp4-loan-170m"] == ("pledged", 170, "million new rubles")
    assert values["china-albania-1975-fyp6-loan-225m"] == ("pledged", 225, "million new rubles")


def test_the_article_and_the_thesis_agree_who_stopped_aid_in_1961(evidence: Evidence) -> None:
    stops = [
        cut
        for cut in evidence.cuts
        if cut.source == "aca-article" and cut.first.startswith("1961-12")
    ]
    assert {cut.patron for cut in stops} == {"ussr", "eastern-europe"}
    torn = next(cut for cut in evidence.cuts if cut.id == "ussr-albania-1961-contract-torn-up")
    assert (torn.patron, torn.client, torn.kind) == ("ussr", "albania", "suspension")


def test_every_row_names_a_known_source_and_held_sources_are_cited_by_line(
    evidence: Evidence,
) -> None:
    for _, row in evidence.rows():
        assert row.source in sources()
        assert row.lines or not sources()[row.source]["held"], row.id


def test_no_loan_is_counted_twice(evidence: Evidence) -> None:
    compared = [figure for figure in evidence.aid if figure.role in COMPARED]
    pledged = [
        figure.id
        for figure in compared
        if figure.basis == "pledged" and figure.patron == "china" and figure.value > 0
    ]
    assert len(pledged) == len(set(pledged)) >= 14
    assert not any(
        figure.reading_of or (figure.part_of and figure.unit in MONEY_UNITS) for figure in compared
    )
    summed = [name for row in evidence.observations if row.kind == "aid" for name in row.row_ids]
    assert len(summed) == len(set(summed))


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("1960", "1960-01-01", "1960-12-31"),
        ("1960-02", "1960-02-01", "1960-02-29"),
        ("1961-12-03", "1961-12-03", "1961-12-03"),
    ],
)
def test_a_date_means_a_span_of_days(text: str, first: str, last: str) -> None:
    assert first_day(text).isoformat() == first
    assert last_day(text).isoformat() == last


@pytest.mark.parametrize(
    "text", ["", "60", "1960-13", "1960-02-30", "1960/02", "1960-2", "autumn 1960"]
)
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"date|month|day"):
        first_day(text)


def test_every_problem_of_every_file_is_reported_at_once(spoiled: Callable[..., Path]) -> None:
    folder = spoiled(
        "aid", "china-albania-1954-loan-50m", form="credti", unit="million old roubles", value="60"
    )
    spoiled("aid", "china-albania-1956-loan-30m", from_="1961", basis="promised", lines="1075-1073")
    spoiled(
        "aid", "ussr-albania-1959-loan-300m", role="target", part_of="ussr-albania-1960-answer-0"
    )
    spoiled(
        "aid",
        "china-albania-1964-loan-6m5",
        reading_of="china-albania-1962-loan-30n",
        role="context",
    )
    spoiled("aid", "china-albania-1966-oil-loan-14-3m", source="marku2018", value="fourteen")
    spoiled("aid", "china-albania-1968-loan-252m", patron="chian", lines="")
    spoiled("terms", "ussr-albania-1951-interest-2", kind="intrest", to="1957-13")
    change(folder / "cuts.csv", lambda rows: rows.append(rows[0]))
    spoiled("record", "ussr-albania-1961-12-break", headline="no", latest="1961-11")
    change(folder / "currency.csv", lambda rows: rows[0].update(low="2"))
    found = problems_of(folder)
    for place, key, value, help_ in (
        ("china-albania-1954-loan-50m", "form", "'credti'", "did you mean 'credit'?"),
        (
            "china-albania-1954-loan-50m",
            "unit",
            "'million old roubles'",
            "did you mean 'million old rubles'?",
        ),
        ("china-albania-1954-loan-50m", "value", "'60'", "from low = 45 to high = 55"),
        ("china-albania-1956-loan-30m", "from", "'1961'", "not after to = 1960"),
        ("china-albania-1956-loan-30m", "basis", "'promised'", "asked, pledged, delivered, valued"),
        ("china-albania-1956-loan-30m", "lines", "'1075-1073'", "925-927"),
        ("ussr-albania-1959-loan-300m", "role", "'target'", "context"),
        (
            "china-albania-1964-loan-6m5",
            "reading_of",
            "30n'",
            "did you mean 'china-albania-1962-loan-30m'?",
        ),
        ("china-albania-1966-oil-loan-14-3m", "source", "'marku2018'", "did you mean 'marku2017'?"),
        ("china-albania-1966-oil-loan-14-3m", "value", "'fourteen'", "a number"),
        ("china-albania-1968-loan-252m", "patron", "'chian'", "did you mean 'china'?"),
        ("china-albania-1968-loan-252m", "lines", "(missing)", "the lines of marku2017"),
        ("ussr-albania-1951-interest-2", "kind", "'intrest'", "did you mean 'interest'?"),
        ("ussr-albania-1951-interest-2", "to", "'1957-13'", "a date YYYY"),
        ("cuts.csv line 82", "id", "", "has it already"),
        ("record.csv", "headlines of albania-ussr", "0", "exactly one"),
        ("ussr-albania-1961-12-break", "documented", "'1961-12'", "not after latest = 1961-11"),
        ("currency.csv line 2", "usd_per_unit", "'1.0'", "from low = 2"),
    ):
        matching = [
            p for p in found if place in p and f": {key} = " in p and value in p and help_ in p
        ]
        assert matching, (place, key, found)
    assert all(".csv" in problem for problem in found)


def test_a_missing_file_a_missing_column_and_a_strange_one_are_named(folder: Path) -> None:
    (folder / "unused.csv").unlink()
    text = (folder / "cuts.csv").read_text(encoding="utf-8")
    (folder / "cuts.csv").write_text(text.replace(",unit,", ",units,", 1), encoding="utf-8")
    found = problems_of(folder)
    assert any("unused.csv" in problem and "missing" in problem for problem in found)
    assert any("cuts.csv: column = 'unit'; allowed: present" in problem for problem in found)
    assert any(
        "cuts.csv: column = 'units'" in problem and "did you mean 'unit'?" in problem
        for problem in found
    )
    assert len(found) == 3


def test_a_row_with_a_cell_too_many_is_named_by_its_line(folder: Path) -> None:
    with (folder / "terms.csv").open("a", encoding="utf-8") as file:
        file.write("a,b,c\n")
    assert problems_of(folder) == ["terms.csv line 17: cells = 3; allowed: 14, one for each column"]


def test_readings_may_not_lead_in_a_circle(spoiled: Callable[..., Path]) -> None:
    one, other = "china-albania-1962-loan-151m9", "china-albania-1962-loan-168m6-usd"
    folder = spoiled("aid", one, reading_of=other)
    found = problems_of(folder)
    assert len(found) == 2
    assert all("does not lead back" in problem for problem in found)


def test_a_row_under_the_wrong_patron_is_found(spoiled: Callable[..., Path]) -> None:
    folder = spoiled("cuts", "ussr-albania-1961-contract-torn-up", patron="china")
    problem, compared = problems_of(folder)
    assert "beginning with patron and client: china-albania-" in problem
    assert "(delivery-ussr-1961): rows = 'ussr-albania-1961-contract-torn-up'" in compared
    assert "is of another pair" in compared


def test_a_second_headline_and_one_of_another_pair_are_refused(
    spoiled: Callable[..., Path],
) -> None:
    spoiled("record", "china-albania-1977-07-07-dispute", headline="yes")
    folder = spoiled("record", "yugoslavia-china-1958-04-dispute", headline="yes")
    found = problems_of(folder)
    assert any("headlines of albania-china = 2" in problem for problem in found)
    assert any("headline pair = 'china-yugoslavia'" in problem for problem in found)


def test_two_rates_of_one_currency_on_one_day_are_refused(folder: Path) -> None:
    def overlap(rows: list[dict[str, str]]) -> None:
        row = next(
            row for row in rows if row["unit"] == "million yuan" and row["from"] == "1973-01"
        )
        row["from"] = "1972-12"

    change(folder / "currency.csv", overlap)
    (problem,) = problems_of(folder)
    assert "from = '1972-12'; allowed: after 1972-12" in problem


def test_there_is_one_headline_for_each_break(evidence: Evidence) -> None:
    headlines = [f"{row.client}-{row.patron}" for row in evidence.record if row.headline == "yes"]
    assert sorted(headlines) == sorted(HEADLINE_PAIRS)


def test_acts_of_support_are_read_with_who_acts_for_whom_and_what_it_risked(
    evidence: Evidence,
) -> None:
    acts = evidence.support
    assert len(acts) >= 90
    speech = next(act for act in acts if act.id == "albania-china-1960-11-16-speech")
    assert (speech.client, speech.patron) == ("albania", "china")
    assert (speech.direction, speech.public) == ("for", "yes")
    assert all(0 <= act.low <= act.cost <= act.high <= 1 for act in acts)
    occasions = {row.id for row in evidence.occasions}
    assert {act.id for act in acts if act.role == "target"} <= occasions
    secret = [act for act in acts if act.arena == "secret"]
    assert secret
    assert all(act.public == "no" for act in secret)


@pytest.mark.parametrize(
    ("column", "value", "allowed"),
    [
        ("direction", "fro", "for, against, silent"),
        ("arena", "the moon", "united nations"),
        ("supported", "albania", "another country than the supporter"),
        ("cost", "0.95", "from low"),
        ("lines", "", "the lines of marku2017"),
    ],
)
def test_a_wrong_act_of_support_is_refused(
    tmp_path: Path, column: str, value: str, allowed: str
) -> None:
    folder = tmp_path / "evidence"
    shutil.copytree(FOLDER, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    with (folder / "support.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    rows[0][column] = value
    with (folder / "support.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    with pytest.raises(CalibrationError, match=allowed) as refused:
        read_evidence(folder)
    assert column in {problem.key for problem in refused.value.problems}
