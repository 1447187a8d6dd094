"""What the guards say of inputs in which something stands that the model is judged by."""

from pathlib import Path

import pytest

from calibration.evidence.reading import FOLDER
from calibration.evidence.rows import Evidence
from calibration.guards.check import Inputs, check_disjoint


def test_drivers_and_targets_are_disjoint(evidence: Evidence) -> None:
    assert check_disjoint(evidence) == []


@pytest.mark.parametrize(
    ("start", "end", "column"),
    [("1961-12", "1962-03", "from"), ("1961-06", "1961-12", "to"), ("1961-06", "1961-11", "to")],
)
def test_a_driver_that_turns_in_the_month_of_a_break_is_found(
    evidence: Evidence, inputs: Inputs, start: str, end: str, column: str
) -> None:
    with (inputs.drivers / "shocks.csv").open("a", encoding="utf-8") as file:
        file.write(f"ussr,{start},{end},0.9,0.8,1.0,assumption,,,none\n")
    (problem,) = check_disjoint(evidence, inputs)
    assert problem.key == column
    assert "ussr-albania-1961-12-break" in problem.allowed


def test_an_allowed_coincidence_needs_a_reason(
    evidence: Evidence, inputs: Inputs, tmp_path: Path
) -> None:
    with (inputs.drivers / "shocks.csv").open("a", encoding="utf-8") as file:
        file.write("ussr,1961-12,1962-03,0.9,0.8,1.0,assumption,,,none\n")
    shipped = (FOLDER / "allowed_coincidences.csv").read_text(encoding="utf-8")
    allowed = tmp_path / "allowed.csv"
    allowed.write_text(shipped + "shocks.csv,ussr,1961-12,Another crisis.\n", encoding="utf-8")
    assert check_disjoint(evidence, inputs, allowed) == []
    allowed.write_text(shipped + "shocks.csv,ussr,1961-12,\n", encoding="utf-8")
    assert {problem.key for problem in check_disjoint(evidence, inputs, allowed)} == {
        "from",
        "reason",
    }


def test_a_documented_rate_of_interest_typed_into_the_parameters_is_found(
    evidence: Evidence, inputs: Inputs
) -> None:
    with inputs.parameters.open("a", encoding="utf-8") as file:
        file.write('\n[soviet_rate]\nunit = "share a year"\ndefault = 0.02\nbounds = [0.0, 0.1]\n')
        file.write('\n[other_share]\nunit = "share"\ndefault = 0.005\nbounds = [0.0, 0.1]\n')
    found = check_disjoint(evidence, inputs)
    assert {problem.key for problem in found} == {"soviet_rate.default"}
    assert any("ussr-albania-1951-interest-2" in problem.allowed for problem in found)


def test_a_year_or_an_id_among_the_inputs_is_found(evidence: Evidence, inputs: Inputs) -> None:
    with inputs.parameters.open("a", encoding="utf-8") as file:
        file.write('\n[split_date]\nunit = "share"\ndefault = 1961.5\nbounds = [0.0, 1978.5]\n')
    with (inputs.drivers / "shocks.csv").open("a", encoding="utf-8") as file:
        file.write("ussr,1976-07,1976-08,0.1,0.1,0.1,ussr-albania-1961-12-break,,,none\n")
    found = check_disjoint(evidence, inputs)
    assert {(problem.key, problem.value) for problem in found} == {
        ("split_date.default", 1961.5),
        ("split_date.bounds", 1978.5),
        ("source", "ussr-albania-1961-12-break"),
    }
