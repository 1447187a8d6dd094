"""``lilliput run``: tables, JSON and files, and one message for every mistake."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import typer
from click.testing import Result
from pydantic_core import PydanticCustomError
from typer.testing import CliRunner

from calibration.cli.requests import parameter_changes
from calibration.cli.run import own_command, run
from calibration.evidence.reading import read_evidence
from calibration.evidence.record import documented_record, headline_breaks
from calibration.prior import draw_coordinates, parameters_at
from scenarios.draws import columns_of, write_draws
from scenarios.errors import ScenarioError
from scenarios.outcomes import PAIR_NAMES
from simulation.parameters import held_numbers, number_table, parameter_table
from simulation.schema import whole_number

app = typer.Typer()
app.command()(run)
NAME = next(iter(parameter_table()))
BOUNDS = parameter_table()[NAME]


@pytest.fixture(scope="module")
def draws_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("draws") / "prior.parquet"
    write_draws(columns_of(parameters_at(draw_coordinates(20, 3) * 0.3)), {"kind": "prior"}, path)
    return path


@pytest.fixture
def lilliput(draws_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.chdir(tmp_path)

    def called(*arguments: str) -> Result:
        return CliRunner().invoke(app, ["--draws", str(draws_file), *arguments])

    return called


def test_json_has_the_promised_shape_and_nothing_is_written(lilliput: Any, tmp_path: Path) -> None:
    result = lilliput("--replicates", "40", "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert set(told) == {"scenario", "breaks", "aid", "manifest"}
    assert tuple(told["breaks"]) == PAIR_NAMES
    record = headline_breaks(read_evidence())
    for name, row in told["breaks"].items():
        assert row["documented"] == record[name].documented
        assert 0 <= row["share_by_1980"] <= 1
        dates = [row[key] for key in ("q05", "median", "q95")]
        assert all(date is None or re.fullmatch(r"19\d\d-(02|05|08|11)", date) for date in dates)
        known = [date for date in dates if date is not None]
        assert known == sorted(known)
        assert dates[: len(known)] == known
    pledged = [
        row for row in told["aid"] if (row["pair"], row["basis"]) == ("albania-china", "pledged")
    ]
    assert any(row["period"] == "1971-75" and row["documented"] > 0 for row in pledged)
    assert told["manifest"]["replicates"] == 40
    assert list(tmp_path.iterdir()) == []


def test_the_same_seed_gives_the_same_answer(lilliput: Any) -> None:
    first, again, other = (
        lilliput("--replicates", "30", "--json", "--seed", seed) for seed in "112"
    )
    assert first.stdout == again.stdout
    assert json.loads(first.stdout)["aid"] != json.loads(other.stdout)["aid"]


def test_table_and_files_are_made_without_being_asked(lilliput: Any, tmp_path: Path) -> None:
    result = lilliput("no-opening-1971", "--replicates", "20")
    assert result.exit_code == 0, result.output
    for told in (
        "no-opening-1971",
        "Antecedent",
        "Horizon: 9 years",
        "Note:",
        "1978-07",
        "fitted to nothing",
    ):
        assert told in result.stdout
    (folder,) = (tmp_path / "results").iterdir()
    assert re.fullmatch("no-opening-1971-prior-[0-9a-f]+", folder.name), "other draws are told"
    assert {path.name for path in folder.iterdir()} == {
        "aid.csv",
        "aid.parquet",
        "breaks.csv",
        "digests.sha256",
        "figures",
        "histories.parquet",
        "manifest.json",
    }


def test_a_run_with_something_set_by_hand_is_not_written_over_that_of_history(
    lilliput: Any, tmp_path: Path
) -> None:
    many = [f"--set={name}={each.low:g}" for name, each in list(parameter_table().items())[:12]]
    names = set()
    for typed in ((), many[:1], many, ("--drivers", "coded")):
        assert lilliput("--replicates", "20", *typed).exit_code == 0
        names |= {path.name for path in (tmp_path / "results").iterdir()}
    assert len(names) == 4
    assert sum(name.startswith(f"historical-{NAME}-{BOUNDS.low}") for name in names) == 1
    assert sum(name.startswith("historical-coded-") for name in names) == 1
    short = [name for name in names if re.fullmatch("historical-[0-9a-f]{8}", name)]
    assert len(short) == 1, "a name too long for a folder ends in a fingerprint"


def test_the_demonstration_names_commands_that_can_be_typed_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "venv" / "bin" / "lilliput"
    program.parent.mkdir(parents=True)
    program.touch(mode=0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", [str(program), "demo"])
    monkeypatch.setenv("PATH", "/nowhere")
    assert own_command() == "venv/bin/lilliput"
    monkeypatch.setenv("PATH", str(program.parent))
    assert own_command() == "lilliput"
    monkeypatch.setattr("sys.argv", ["/usr/lib/python/__main__.py"])
    assert own_command() == "lilliput"


def test_draws_fitted_to_other_rules_are_told(lilliput: Any, tmp_path: Path) -> None:
    told = "Note: the rules have changed since these draws were fitted"
    assert told not in lilliput("--replicates", "20").stdout  # fitted to none
    path = tmp_path / "older.parquet"
    manifest = {"kind": "provisional", "rules": "of before"}
    write_draws(columns_of(parameters_at(draw_coordinates(20, 3) * 0.3)), manifest, path)
    assert told in lilliput("--replicates", "20", "--draws", str(path)).stdout


@pytest.mark.parametrize("name", [NAME, next(iter(held_numbers()))], ids=["fitted", "held"])
def test_numbers_set_by_hand_are_told_and_matter(lilliput: Any, name: str) -> None:
    plain = json.loads(lilliput("--replicates", "20", "--json").stdout)
    most = number_table()[name].high
    result = lilliput("--replicates", "20", "--json", "--set", f"{name}={most}")
    changed = json.loads(result.stdout)
    assert changed["manifest"]["set"] == {name: most}
    assert changed["aid"] != plain["aid"]


def test_every_mistake_is_told_at_once_and_nothing_is_written(
    lilliput: Any, tmp_path: Path
) -> None:
    (tmp_path / "taken").write_text("mine")
    result = lilliput(
        "no-opening-1972",
        *("--replicates", "-3", "--seed", "-1", "--out", "taken"),
        *(
            "--set",
            f"{NAME}={BOUNDS.high + 1}",
            "--set",
            "nonsense=1",
            "--set",
            "what",
            "--set",
            f"{NAME}x=nan",
        ),
    )
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "(8 problems)" in result.stderr
    for told in (
        "no-opening-1971",
        "--replicates = '-3'",
        "--seed = '-1'",
        "taken",
        "nonsense",
        "'what'",
    ):
        assert told in result.stderr
    assert f"did you mean {NAME!r}?" in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]
    assert (tmp_path / "taken").read_text() == "mine"


@pytest.mark.parametrize("count", ["0", "-1", "1000001", "99999999999999999999", "many", "1.5", ""])
def test_counts_out_of_bounds_are_refused(lilliput: Any, tmp_path: Path, count: str) -> None:
    result = lilliput("--replicates", count)
    assert result.exit_code == 2
    assert "a whole number from 1 to 1000000" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_broken_scenario_file_is_refused(lilliput: Any, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text("name = ")
    result = lilliput("mine.toml", "--seed", "x")
    assert result.exit_code == 2
    assert "(2 problems)" in result.stderr
    assert "valid TOML" in result.stderr


def test_country_unknown_to_the_model_is_refused(lilliput: Any, tmp_path: Path) -> None:
    text = """
name = "mine"
question = "What if?"
antecedent = "Something else"
source = "assumption"
lines = ""
page = ""
left_out = "Much."
horizon_years = 5
[[interventions]]
kind = "absence"
from = "1950"
to = "1960"
country = "jugoslavia"
reason = "Why not."
"""
    (tmp_path / "mine.toml").write_text(text)
    result = lilliput("mine.toml")
    assert result.exit_code == 2
    assert "did you mean 'yugoslavia'?" in result.stderr
    (tmp_path / "mine.toml").write_text(text.replace("jugoslavia", "yugoslavia"))
    assert lilliput("mine.toml", "--replicates", "5", "--json").exit_code == 0


def test_draws_that_are_missing_are_named(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["--json", "--draws", str(tmp_path / "none.parquet")])
    assert result.exit_code == 2
    assert "none.parquet: file = 'there is no such file'" in result.stderr


def test_documented_record_holds_the_five_breaks() -> None:
    record = documented_record()
    assert len(record.breaks) == len(PAIR_NAMES)
    assert len(record.aid) > 10


def test_numbers_and_settings_are_read_as_typed() -> None:
    assert whole_number(" 7 ", 0, 9) == 7
    for wrong in ("7e0", "7.0", "10", True):
        with pytest.raises(PydanticCustomError, match="a whole number from 0 to 9"):
            whole_number(wrong, 0, 9)
    assert parameter_changes([f" {NAME} = {BOUNDS.low} "]) == {NAME: BOUNDS.low}
    with pytest.raises(ScenarioError, match="each parameter once"):
        parameter_changes([f"{NAME}={BOUNDS.low}"] * 2)
