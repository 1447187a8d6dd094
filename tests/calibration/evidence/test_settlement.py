"""The settled drivers: what the rule gives, and that the model is fed with nothing else."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from calibration.cli.evidence.main import evidence_app
from calibration.evidence.agreement import SECOND_CODING, coding_rows
from calibration.evidence.settlement import Graded, Settled, markdown_rows, settled_spells
from simulation.drivers import DRIVER_FILES, DRIVERS, read_driver
from simulation.parameters import parameter_table

SPELLS = settled_spells()
CODING_PAGE = Path(__file__).parents[3] / "docs" / "coding.md"


def settled(driver: str, first: Graded, second: Graded) -> Graded:
    return Settled(driver, "albania", "1950-01", "1950-12", first, second).settled


def test_a_case_by_hand() -> None:
    # (0.55 + 0.5) / 2 = 0.525, to the nearest eighth 0.5; ranges 0.4-0.7 and 0.35-0.65.
    assert settled("pressure", Graded(0.55, 0.4, 0.7), Graded(0.5, 0.35, 0.65)) == Graded(
        0.5, 0.35, 0.7
    )
    # (0.95 + 0.7) / 2 = 0.825, to the nearest twentieth 0.85, as a half goes up.
    assert settled("line", Graded(0.95, 0.9, 1), Graded(0.7, 0.55, 0.85)).value == 0.85
    # (0.14 + 0.19) / 2 = 0.165, to the nearest sixteenth 0.1875.
    assert settled("isolation", Graded(0.14, 0, 0.3), Graded(0.19, 0, 0.3)).value == 0.1875


def test_codings_that_agree_are_left_as_they_are_and_may_be_swapped() -> None:
    same = Graded(0.25, 0.1, 0.4)
    assert settled("distraction", same, same) == same
    one, other = Graded(0.5, 0.3, 0.6), Graded(0.75, 0.4, 0.9)
    assert settled("distraction", one, other) == settled("distraction", other, one)


def test_the_range_holds_both_codings_and_the_value() -> None:
    for spell in SPELLS:
        settled_as = spell.settled
        for graded in (spell.first, spell.second):
            assert settled_as.low - 0.005 <= graded.low
            assert graded.high <= settled_as.high + 0.005
        assert 0 <= settled_as.low <= settled_as.value <= settled_as.high <= 1


@pytest.mark.parametrize("driver", [*DRIVERS, "proximity"])
def test_the_tables_hold_what_the_rule_gives(driver: str) -> None:
    pairs = driver == "proximity"
    held = {
        (
            f"{row['country']}-{row['other']}" if pairs else row["country"],
            *(() if pairs else (row["from"], row["to"])),
            *(float(row[column]) for column in ("value", "low", "high")),
        )
        for row in read_driver(DRIVER_FILES.get(driver, driver))
    }
    given = {
        (each.subject, *(() if pairs else (each.start, each.end)), *vars(each.settled).values())
        for each in SPELLS
        if each.driver == driver
    }
    assert held == given


@pytest.mark.parametrize("kind", ["line", "hierarchy"])
def test_priors_of_leaderships_are_centred_where_the_rule_says(kind: str) -> None:
    given = {(each.subject, each.start): each for each in SPELLS if each.driver == kind}
    names: dict[str, Settled] = {}
    for row in read_driver("leadership"):
        spell = given.get((row["country"], row["from"]))
        assert (spell is None) == (row[kind] in names), row
        if spell is not None:
            names[row[kind]] = spell
    for name, spell in names.items():
        parameter = parameter_table()[name]
        assert (parameter.default, parameter.spread) == (spell.settled.value, spell.spread), name
    assert {n for n in parameter_table() if n.startswith(f"{kind}_") and n != "line_memory"} == {
        *names
    }


def test_leaderships_change_where_the_second_coder_has_it() -> None:
    spans = [(row["country"], row["from"], row["to"]) for row in read_driver("leadership")]
    second = [row for row in coding_rows(SECOND_CODING) if row["table"] == "leadership"]
    assert spans == [(row["country"], row["from"], row["to"]) for row in second]


def test_the_two_recuts_are_gone() -> None:
    stalin = [row for row in read_driver("leadership") if "stalin" in row["spell"]]
    assert [(row["from"], row["to"]) for row in stalin] == [("1945-01", "1953-02")]
    begun = {row["from"] for row in read_driver("pressure") if row["country"] == "ussr"}
    assert not {month for month in begun if "1953-08" < month < "1958-12"}


def test_every_disagreement_is_listed_with_its_rule() -> None:
    rows = [each.row for each in SPELLS if each.disagree]
    told = CliRunner().invoke(evidence_app, ["agreement", "--settled"]).stdout
    assert told.strip() == markdown_rows(rows)
    page = CODING_PAGE.read_text(encoding="utf-8").splitlines()
    assert not {*markdown_rows(rows).splitlines()} - {*page}
    as_json = CliRunner().invoke(evidence_app, ["agreement", "--settled", "--json"]).stdout
    assert json.loads(as_json) == rows
