"""Guards against leaks that no single cell shows: each plants a leak, and it is caught."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from calibration.evidence.reading import read_evidence
from calibration.evidence.rows import Evidence
from calibration.guards.check import COINCIDENCES, Inputs, check_disjoint, shipped_inputs
from calibration.guards.implied import Implied, free_histories, implied_numbers
from calibration.guards.meetings import event_months, spans_of

EVIDENCE = read_evidence()
FREE = free_histories(shipped_inputs().parameter_table)
NUMBERS = {each.id: each for each in implied_numbers(EVIDENCE, FREE)}


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
    """Requests, pledges, deliveries, shares and five dates are simulated; most are not nought."""
    kinds = [each.what for each in NUMBERS.values()]
    assert {"aid", "request", "answer", "delivery", "arms", "date"} == set(kinds)
    assert kinds.count("aid") >= 9
    assert kinds.count("delivery") >= 6
    assert kinds.count("date") == 5
    assert len(kinds) >= 48
    assert sum(each.implied > 0 for each in NUMBERS.values()) > len(kinds) / 2


@pytest.mark.parametrize(
    ("what", "documented", "implied", "met"),
    [
        ("aid", 100.0, 100.9, True),
        ("aid", 100.0, 101.1, False),
        ("aid", 100.0, 98.9, False),
        ("answer", 0.5, 0.503, True),
        ("date", 67, 67.0, True),
        ("date", 67, 66.0, False),
    ],
)
def test_near_is_a_hundredth_or_the_same_quarter(
    what: str, documented: float, implied: float, met: bool
) -> None:
    assert Implied("x", what, documented, implied).met is met


@pytest.mark.parametrize(
    ("parameter", "target"),
    [("need_share", "aid-china-1970"), ("delivery_rate", "delivery-china-projects-1974")],
)
def test_a_prior_that_implies_a_documented_number_is_caught(
    inputs: Inputs, parameter: str, target: str
) -> None:
    """The centre at which the target comes out is found by halving, as who fits a prior would."""
    low, high = 0.02, 2.0
    table = inputs.parameter_table
    shipped = float(table[parameter]["default"])
    for _ in range(25):
        factor = (low * high) ** 0.5
        table[parameter]["default"] = shipped * factor
        found = {each.id: each for each in implied_numbers(EVIDENCE, free_histories(table))}[target]
        if found.met:
            break
        low, high = (factor, high) if found.implied < found.documented else (low, factor)
    assert found.met
    plant(inputs, parameter, default=repr(shipped * factor))
    fresh = Inputs(inputs.drivers, inputs.parameters)
    assert any(
        f"implied {found.what}" in each and target in each for each in problems(EVIDENCE, fresh)
    )


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("arms-request-1967", ""),
        ("aid-china-1961", "china-albania-1961-loan-500m"),
        ("arms-china-1967", "china-albania-1967-arms-delivered-84m-yuan"),
        ("delivery-china-projects-1974", "china-albania-1974-delivered-share"),
        ("answer-china-1975", ""),
    ],
)
def test_a_number_documented_as_the_priors_have_it_is_caught(name: str, row: str) -> None:
    """Of a request, a pledge, what came in arms, a share of works that came, and an answer."""
    known = NUMBERS[name]
    factor = known.implied / known.documented

    def scaled(rows):
        return tuple(
            each.model_copy(update={"value": each.value * factor}) if each.id == row else each
            for each in rows
        )

    observations = tuple(
        each.model_copy(update={"value": known.implied}) if not row and each.id == name else each
        for each in EVIDENCE.observations
    )
    leaked = replace(
        EVIDENCE,
        aid=scaled(EVIDENCE.aid),
        statements=scaled(EVIDENCE.statements),
        observations=observations,
    )
    assert not known.met
    assert {each.id: each for each in implied_numbers(leaked, FREE)}[name].met


def test_a_target_set_to_what_the_priors_imply_is_refused(inputs: Inputs) -> None:
    implied = NUMBERS["answer-china-1975"].implied
    rows = tuple(
        each.model_copy(update={"value": implied}) if each.id == "answer-china-1975" else each
        for each in EVIDENCE.observations
    )
    leaked = replace(EVIDENCE, observations=rows)
    assert any("implied answer" in each and "1975" in each for each in problems(leaked, inputs))


def test_a_break_documented_when_the_priors_have_it_is_caught() -> None:
    name = "ussr-albania-1961-12-break"
    quarter = int(NUMBERS[name].implied)
    month = f"{1945 + quarter // 4}-{quarter % 4 * 3 + 2:02d}"
    rows = tuple(
        row.model_copy(update={"documented": month, "earliest": month, "latest": month})
        if row.id == name
        else row
        for row in EVIDENCE.record
    )
    leaked = implied_numbers(replace(EVIDENCE, record=rows), FREE)
    assert not NUMBERS[name].met
    assert {each.id: each for each in leaked}[name].met


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


def test_an_allowed_coincidence_where_nothing_meets_is_refused(
    inputs: Inputs, tmp_path: Path
) -> None:
    allowed = tmp_path / "allowed.csv"
    shipped = COINCIDENCES.read_text(encoding="utf-8")
    allowed.write_text(shipped + "shocks.csv,china,1970-01,A quiet month.\n", encoding="utf-8")
    (problem,) = check_disjoint(EVIDENCE, inputs, allowed)
    assert (problem.where, problem.value) == ("allowed_coincidences.csv", "1970-01")


def test_spans_of_lines() -> None:
    assert spans_of("859-862;1104") == [(859, 862), (1104, 1104)]
    assert spans_of("") == []
