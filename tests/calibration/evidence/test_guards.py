"""Guards against leaks that no single cell shows: each plants a leak, and it is caught."""

import re
from dataclasses import replace

import pytest

from calibration.evidence.check import Inputs, check_disjoint, shipped_inputs
from calibration.evidence.guards import (
    Implied,
    event_months,
    implied_quantities,
    spans_of,
)
from calibration.evidence.reading import read_evidence
from calibration.evidence.rows import Evidence

EVIDENCE = read_evidence()
QUANTITIES = implied_quantities(EVIDENCE, shipped_inputs().parameter_table)
BY_ID = {each.id: each for each in QUANTITIES}


def problems(evidence: Evidence, inputs: Inputs) -> list[str]:
    return [str(problem) for problem in check_disjoint(evidence, inputs)]


def plant(inputs: Inputs, name: str, **cells: str) -> None:
    """Write other cells into a parameter of the table."""
    text = inputs.parameters.read_text(encoding="utf-8")
    entry = re.search(rf"(?ms)^\[{name}\]\n.*?(?=^\[|\Z)", text)
    assert entry is not None
    block = entry.group(0)
    for key, value in cells.items():
        block = re.sub(rf"(?m)^{key} = .*$", f"{key} = {value}", block)
    inputs.parameters.write_text(text.replace(entry.group(0), block), encoding="utf-8")


def test_numbers_are_compared() -> None:
    """At least twenty sums, a share and five dates are simulated, and most are not nought."""
    kinds = [each.what for each in QUANTITIES]
    assert sum(kind in ("asked", "pledged", "delivered") for kind in kinds) >= 20
    assert kinds.count("date") == 5
    assert "share" in kinds
    assert sum(each.implied > 0 for each in QUANTITIES) > len(QUANTITIES) / 2


@pytest.mark.parametrize(
    ("what", "documented", "implied", "met"),
    [
        ("pledged", 100.0, 100.9, True),
        ("pledged", 100.0, 101.1, False),
        ("pledged", 100.0, 98.9, False),
        ("share", 0.5, 0.503, True),
        ("date", 67, 67.0, True),
        ("date", 67, 66.0, False),
    ],
)
def test_near_is_a_hundredth_or_the_same_quarter(
    what: str, documented: float, implied: float, met: bool
) -> None:
    assert Implied("x", what, documented, implied).met is met


def test_a_prior_that_implies_a_documented_sum_is_caught(inputs: Inputs) -> None:
    """What China pledges follows nearly straight from what Albania needs: one prior sets the sum.

    The need at which the loan of 1970 comes out is found by halving, as somebody would who fits a
    prior to the target.
    """
    target = "china-albania-1970-fyp5-loan-445m"
    low, high = 0.1, 2.0
    table = inputs.parameter_table
    shipped = float(table["need_share"]["default"])
    for _ in range(25):
        factor = (low + high) / 2
        table["need_share"]["default"] = shipped * factor
        found = {each.id: each for each in implied_quantities(EVIDENCE, table)}[target]
        if found.met:
            break
        low, high = (factor, high) if found.implied < found.documented else (low, factor)
    assert found.met
    plant(inputs, "need_share", default=repr(shipped * factor))
    fresh = Inputs(inputs.drivers, inputs.parameters)
    assert any("implied pledged" in each and target in each for each in problems(EVIDENCE, fresh))


def test_a_target_set_to_what_the_priors_imply_is_caught(inputs: Inputs) -> None:
    share = BY_ID["china-albania-1975-answer-plan"].implied
    rows = tuple(
        row.model_copy(update={"value": share})
        if row.id == "china-albania-1975-answer-plan"
        else row
        for row in EVIDENCE.statements
    )
    leaked = replace(EVIDENCE, statements=rows)
    assert any("implied share" in each and "1975" in each for each in problems(leaked, inputs))


def test_a_break_documented_when_the_priors_have_it_is_caught(inputs: Inputs) -> None:
    table = inputs.parameter_table
    dates = {each.id: each.implied for each in QUANTITIES if each.what == "date"}
    quarter = int(dates["ussr-albania-1961-12-break"])
    month = f"{1945 + quarter // 4}-{quarter % 4 * 3 + 2:02d}"
    rows = tuple(
        row.model_copy(update={"documented": month, "earliest": month, "latest": month})
        if row.id == "ussr-albania-1961-12-break"
        else row
        for row in EVIDENCE.record
    )
    leaked = replace(EVIDENCE, record=rows)
    found = {each.id: each for each in implied_quantities(leaked, table)}
    assert found["ussr-albania-1961-12-break"].met
    assert any("implied date" in each for each in problems(leaked, inputs))


def test_months_of_every_target_and_of_its_window_are_watched() -> None:
    targets = [row for row in EVIDENCE.record if row.role == "target"]
    assert len(targets) >= 14
    for row in targets:
        for date in (row.documented, row.earliest, row.latest):
            place = (int(date[:4]) - 1945) * 12 + int(date[5:7]) - 1
            assert row.id in event_months(EVIDENCE)[place]


@pytest.mark.parametrize("date", ["1950-02", "1977-07", "1978-07", "1976-11", "1960-12"])
def test_a_planted_spell_of_a_month_on_record_is_caught(inputs: Inputs, date: str) -> None:
    """Targets (formation, dispute, break) and ends of windows (1976-11, 1960-12)."""
    year, month = int(date[:4]), int(date[5:])
    with (inputs.drivers / "shocks.csv").open("a", encoding="utf-8") as file:
        file.write(f"albania,{date},{year + 2}-{month:02d},0.5,0.4,0.6,assumption,,,none\n")
    found = [each for each in problems(EVIDENCE, inputs) if f"from = '{date}'" in each]
    assert len(found) == 1


def test_a_planted_spell_that_ends_in_the_month_of_a_break_is_caught(inputs: Inputs) -> None:
    with (inputs.drivers / "shocks.csv").open("a", encoding="utf-8") as file:
        file.write("albania,1977-12,1978-07,0.5,0.4,0.6,assumption,,,none\n")
    (found,) = problems(EVIDENCE, inputs)
    assert "to = '1978-07'" in found
    assert "china-albania-1978-07-07-break" in found


@pytest.mark.parametrize(
    ("name", "lines", "target"),
    [
        ("hierarchy_yugoslavia_tito_orthodox", "850-861", "yugoslavia-albania-1948-07-break"),
        ("hierarchy_ussr_after_stalin", "2866", "ussr-albania-1961-12-break"),
        ("fatigue_defiance", "7713-7714", "china-albania-1978-07-07-break"),
        ("strain_refusal", "7300-7320", "china-albania-1975-fyp6-loan-225m"),
    ],
)
def test_a_prior_that_rests_on_the_lines_of_a_target_is_caught(
    inputs: Inputs, name: str, lines: str, target: str
) -> None:
    plant(inputs, name, lines=f'"{lines}"', source='"marku2017"')
    found = problems(EVIDENCE, inputs)
    assert found
    assert all(f"{name}.lines" in each for each in found)
    assert any(target in each for each in found)


def test_the_same_numbers_in_another_source_are_no_leak(inputs: Inputs) -> None:
    plant(inputs, "fatigue_defiance", lines='"7713-7714"', source='"aca-article"')
    assert problems(EVIDENCE, inputs) == []


def test_spans_of_lines() -> None:
    assert spans_of("859-862;1104") == [(859, 862), (1104, 1104)]
    assert spans_of("") == []
