"""``lilliput evidence`` on the command line."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from calibration.cli.evidence.main import evidence_app
from calibration.evidence.reading import FOLDER, read_evidence
from calibration.evidence.record import recorded_moves
from calibration.evidence.rows import Evidence
from calibration.likelihood.observations import Record, observations_of

runner = CliRunner()


def listed(*arguments: str) -> list[dict[str, Any]]:
    result = runner.invoke(evidence_app, ["list", "--json", *arguments])
    assert result.exit_code == 0, result.output
    rows: list[dict[str, Any]] = json.loads(result.stdout)
    return rows


def refused(*arguments: str) -> str:
    result = runner.invoke(evidence_app, list(arguments))
    assert result.exit_code == 2
    assert result.stdout == ""
    return result.stderr


def test_without_filters_everything_is_listed() -> None:
    assert len(listed()) == sum(1 for _ in read_evidence().rows())


def test_targets_that_nothing_is_fitted_to_are_told_together(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(FOLDER, tmp_path / "evidence"))
    rows = {
        "cuts": "china-albania-1961-1970-aca-reduced-scale",
        "terms": "china-albania-1957-interest-0",
    }
    for kind, name in rows.items():
        path = folder / f"{kind}.csv"
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        changed = [
            line.replace(",context,", ",target,").replace(",held out,", ",target,")
            if line.startswith(name)
            else line
            for line in lines
        ]
        path.write_text("".join(changed), encoding="utf-8")
    told = refused("check", "--folder", str(folder))
    assert "2 problems" in told
    for kind, name in rows.items():
        assert f"{kind}.csv ({name})" in told


def test_filters_narrow_together() -> None:
    rows = listed(
        "--pair", "albania-ussr", "--kind", "aid", "--years", "1961-1965", "--role", "target"
    )
    assert [row["id"] for row in rows] == [
        "ussr-albania-1959-loan-300m",
        "ussr-albania-1960-request-500m",
    ]
    assert rows[0]["million_usd"]["value"] == 75
    assert (rows[0]["from"], rows[0]["to"], rows[0]["unit"]) == (
        "1961",
        "1965",
        "million old rubles",
    )


def test_years_keep_what_overlaps_them() -> None:
    found = {row["id"] for row in listed("--kind", "currency", "--years", "1961")}
    assert found == {
        "million-USD-1945-01",
        "million-old-rubles-1950-03",
        "million-yuan-1955-03",
        "million-new-rubles-1961-01",
    }


def test_events_are_listed_by_their_documented_year() -> None:
    found = {
        row["id"] for row in listed("--kind", "record", "--pair", "china-ussr", "--years", "1963")
    }
    assert found == {"ussr-china-1963-07-break", "ussr-china-1963-07-31-break"}


def test_acts_of_support_are_listed_with_what_they_are_compared_with() -> None:
    rows = listed("--kind", "support")
    assert len(rows) == len(read_evidence().support) >= 90
    by_id = {row["id"]: row for row in rows}
    vote = by_id["albania-china-1963-09-seat"]
    assert (vote["supporter"], vote["supported"]) == ("albania", "china")
    assert vote["compared_with"].endswith("willingness, 1963: for")
    assert by_id["albania-china-1971-08-06-letter"]["compared_with"].startswith("no quantity")


def test_forms_and_held_out_rows_can_be_picked() -> None:
    assert {row["form"] for row in listed("--form", "grain")} == {"grain"}
    assert {row["role"] for row in listed("--role", "held-out")} == {"held out"}


def test_the_table_shows_dates_and_units() -> None:
    result = runner.invoke(
        evidence_app, ["list", "--pair", "albania-china", "--kind", "aid", "--form", "cash"]
    )
    assert result.exit_code == 0
    assert "china-albania-1968-cash-35m-usd" in result.stdout
    assert "1968-11 to 1970-12" in result.stdout
    assert "35 million USD (31.5-38.5)" in result.stdout


def test_a_pair_written_patron_first_is_put_right() -> None:
    result = runner.invoke(evidence_app, ["list", "--pair", "china-albania", "--kind", "aid"])
    assert result.exit_code == 0
    assert "Pairs are written client first: this is albania-china." in result.stdout
    assert "china-albania-1961-loan-500m" in result.stdout


def test_every_bad_filter_is_reported_at_once() -> None:
    arguments = [
        "--pair",
        "albania-chian",
        "--kind",
        "aids",
        "--form",
        "gran",
        "--years",
        "1970-1960",
        "--role",
        "x",
    ]
    message = refused("list", *arguments)
    assert "5 problems" in message
    for text in (
        "'albania-china'?",
        "'aid'?",
        "'grant'?",
        "1960-1965",
        "target, held out, context",
    ):
        assert text in message


def test_a_form_is_asked_only_of_aid_and_cuts() -> None:
    assert "aid or cuts" in refused("list", "--kind", "record", "--form", "grain")


@pytest.mark.parametrize("years", ["60", "1960-", "1960-1961-1962", "sixties", "1961-1960"])
def test_bad_years_are_refused(years: str) -> None:
    assert "--years" in refused("list", "--years", years)


def test_a_row_is_shown_with_its_dollars_readings_and_source() -> None:
    result = runner.invoke(evidence_app, ["show", "china-albania-1970-fyp5-loan-445m"])
    assert result.exit_code == 0
    for text in (
        "534 million USD (450.3-619.2)",
        "1.2 USD per new rubles",
        "Sino-Albanian Relations During the Cold War",
        "5879-5882",
        "215",
        "Conflicting readings",
        "china-albania-1970-fyp5-loan-445m-1880m-yuan",
        "Parts",
        "china-albania-1971-industry-share-raised-184m-yuan",
    ):
        assert text in result.stdout, text


def test_a_row_that_is_used_more_than_once_tells_every_use() -> None:
    told = runner.invoke(evidence_app, ["show", "ussr-china-1960-07-break", "--json"])
    uses = json.loads(told.stdout)["compared_with"].split("; ")
    assert any("between 1960 Q3 and 1963 Q3" in use for use in uses)
    assert any("no further change of status" in use for use in uses)


def test_a_reading_is_shown_beside_the_one_preferred_to_it() -> None:
    result = runner.invoke(evidence_app, ["show", "ussr-china-1963-07-break", "--json"])
    beside = json.loads(result.stdout)["beside"]
    assert beside["Preferred reading"] == ["ussr-china-1960-07-break"]
    assert "ussr-china-1964-11-break" in beside["Conflicting readings"]


def test_what_cannot_be_converted_keeps_its_unit() -> None:
    result = runner.invoke(evidence_app, ["show", "china-albania-1965-grain-400kt"])
    assert "not converted; kept in thousand tons" in result.stdout


def test_an_unknown_id_is_answered_with_the_nearest() -> None:
    assert "did you mean 'ussr-albania-1961-12-break'?" in refused(
        "show", "ussr-albania-1961-12-brake"
    )


def test_the_evidence_is_in_order() -> None:
    result = runner.invoke(evidence_app, ["check"])
    assert result.exit_code == 0, result.output
    assert f"{len(recorded_moves(read_evidence()))} changes of status" in result.stdout
    assert "aid.csv" in result.stdout


def test_what_is_used_is_told_with_how_and_what_is_not_with_why(
    evidence: Evidence, record: Record
) -> None:
    told = json.loads(runner.invoke(evidence_app, ["used", "--json"]).stdout)
    assert list(told)[:3] == ["observations", "by_kind", "unused"]
    assert told["observations"] == len(observations_of(record)) == len(told["list"]) >= 100
    least = {"event": 14, "aid": 12, "answer": 12, "delivery": 12, "arms": 12, "support": 15}
    assert all(told["by_kind"][kind] >= number for kind, number in least.items())
    assert set(told["unused"]) == {"part", "reading", "no quantity", "held out"}
    assert sum(told["by_kind"].values()) == told["observations"]
    by_name = {use["observation"]: use for use in told["list"]}
    answer = by_name["answer-china-1965"]
    assert "68%" in answer["compared_with"]
    assert "china-albania-1965-fyp4-asked-250m" in answer["rows"]
    assert by_name["albania-ussr break 1961 Q4"]["rows"] == ["ussr-albania-1961-12-break"]
    used = {row for use in told["list"] for row in use["rows"]}
    known = {row.id for kind, row in evidence.rows() if kind != "currency"}
    assert used | set(told["reasons"]) == known
    assert not used & set(told["reasons"])
    assert sum(told["unused"].values()) == len(told["reasons"])
    text = runner.invoke(evidence_app, ["used"]).stdout
    assert f"{told['observations']} observations: " in text
    assert "answer-china-1965 (answer): " in text


def test_a_row_without_use_or_reason_and_one_with_both_are_told(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(FOLDER, tmp_path / "evidence"))
    text = (folder / "unused.csv").read_text(encoding="utf-8")
    both = text.replace("\nussr-albania-1953-trade-delay,", "\nchina-albania-1961-loan-500m,")
    (folder / "unused.csv").write_text(both, encoding="utf-8")
    message = refused("check", "--folder", str(folder))
    assert "2 problems" in message
    assert "cuts.csv: id = 'ussr-albania-1953-trade-delay'" in message
    assert "unused.csv: id = 'china-albania-1961-loan-500m'" in message


def test_check_reports_every_problem_and_leaves_with_status_2(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(FOLDER, tmp_path / "evidence"))
    (folder / "terms.csv").unlink()
    text = (folder / "aid.csv").read_text(encoding="utf-8")
    (folder / "aid.csv").write_text(
        text.replace(",pledged,500,425,575,", ",pleged,500,525,575,"), encoding="utf-8"
    )
    message = refused("check", "--folder", str(folder))
    for problem in ("terms.csv", "basis = 'pleged'", "did you mean 'pledged'?", "from low = 525"):
        assert problem in message


def test_an_overlay_is_checked_as_a_fit_would(tmp_path: Path) -> None:
    """What is sound is told with the fit that takes it; what is not, with every problem."""
    own = tmp_path / "doubted"
    own.mkdir()
    shipped = (FOLDER / "aid.csv").read_text(encoding="utf-8").splitlines()
    (row,) = [line for line in shipped if line.startswith("china-albania-1961-loan-500m,")]
    half = row.replace(",500,425,575,", ",250,212.5,287.5,")
    assert half != row
    (own / "aid.csv").write_text(f"{shipped[0]}\n{half}\n", encoding="utf-8")
    sound = runner.invoke(evidence_app, ["check", "--evidence", str(own)])
    assert sound.exit_code == 0, sound.output
    assert f"lilliput calibrate fit --evidence {own}" in sound.stdout

    wrong = half.replace(",212.5,", ",312.5,").replace(",pledged,", ",pleged,")
    (own / "aid.csv").write_text(f"{shipped[0]}\n{wrong}\n", encoding="utf-8")
    message = refused("check", "--evidence", str(own))
    assert "did you mean 'pledged'?" in message
    assert "312.5" in message
    both = refused("check", "--evidence", str(own), "--folder", str(FOLDER))
    assert "either --folder or --evidence" in both
