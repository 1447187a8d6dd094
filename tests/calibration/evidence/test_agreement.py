"""Two codings of the drivers: what agreement means, and what the second coding covers."""

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from calibration.cli.evidence.main import evidence_app
from calibration.errors import CalibrationError, require
from calibration.evidence.agreement import Codings, codings
from simulation.dates import QUARTERS
from simulation.drivers import DRIVERS

CODING_PAGE = Path(__file__).parents[3] / "docs" / "coding.md"
BY_NAME = {coding.driver: coding for coding in codings()}


def coding(first: list[float], second: list[float], width: float = 0.1) -> Codings:
    one, other = np.array([first]).T, np.array([second]).T
    return Codings("x", one, other, other - width, other + width)


def test_equal_codings_agree_fully_and_share_their_cuts() -> None:
    same = coding([0.2, 0.2, 0.8, 0.8], [0.2, 0.2, 0.8, 0.8])
    assert same.alpha == pytest.approx(1)
    assert (same.distance, same.inside, same.cuts) == (0, 1, (1, 1, 1))


def test_agreement_falls_with_distance_and_unrelated_codings_have_none() -> None:
    near = coding([0.2, 0.2, 0.8, 0.8], [0.3, 0.2, 0.7, 0.8])
    generator = np.random.default_rng(1)
    scale = generator.integers(0, 5, (2, 4000)) / 4
    chance = coding(list(scale[0]), list(scale[1]))
    assert 0.9 < near.alpha < 1
    assert abs(chance.alpha) < 0.05
    assert near.distance == pytest.approx(0.05)


def test_a_worked_case_of_alpha() -> None:
    # Observed disagreement: (0 + 1) / 2 = 0.5. Expected, over all 6 pairs of the values 0, 0, 1, 0:
    # 3 of 6 differ by 1, so 0.5. Alpha: 1 - 0.5 / 0.5 = 0.
    assert coding([0, 1], [0, 0]).alpha == pytest.approx(0)


def test_cuts_are_shared_within_three_months_only() -> None:
    months = np.arange(24)
    first = list(np.where(months < 10, 0.0, 1.0))
    assert coding(first, list(np.where(months < 13, 0.0, 1.0))).cuts == (1, 1, 1)
    assert coding(first, list(np.where(months < 14, 0.0, 1.0))).cuts == (1, 1, 0)


def test_values_out_of_the_second_range_are_counted() -> None:
    assert coding([0.0, 0.5], [0.05, 0.9]).inside == 0.5


@pytest.mark.parametrize("driver", sorted(BY_NAME))
def test_the_second_coding_covers_every_month_with_a_range_around_its_value(driver: str) -> None:
    both = BY_NAME[driver]
    assert both.first.shape == both.second.shape
    assert len(both.first) == (1 if driver == "proximity" else QUARTERS * 3)
    assert np.array_equal(np.isnan(both.second), np.isnan(both.first))
    coded = ~np.isnan(both.second)
    low, value, high = both.low[coded], both.second[coded], both.high[coded]
    assert ((low >= 0) & (low <= value) & (value <= high) & (high <= 1)).all()


def test_the_command_tells_which_drivers_are_not_reliably_coded() -> None:
    told = CliRunner().invoke(evidence_app, ["agreement"]).stdout
    rows = json.loads(CliRunner().invoke(evidence_app, ["agreement", "--json"]).stdout)
    assert [row["driver"] for row in rows] == list(BY_NAME)
    low = [row["driver"] for row in rows if row["alpha"] < 0.667]
    assert f"not reliably coded: {', '.join(low)}" in told


def test_agreement_is_published_by_driver() -> None:
    """The page on coding prints what the command does, a row for every driver."""
    published = CODING_PAGE.read_text(encoding="utf-8")
    assert {*DRIVERS, "line", "hierarchy", "proximity"} == set(BY_NAME)
    for each in BY_NAME.values():
        cells = (f"{each.alpha:.2f}", f"{each.distance:.2f}", f"{each.inside:.0%}", *each.cuts)
        assert f"| {each.driver} | {' | '.join(map(str, cells))} |" in published


def test_a_missing_extra_is_named() -> None:
    require("calibration", "json")
    with pytest.raises(CalibrationError, match=r"lilliput\[calibration\]"):
        require("calibration", "no_such_module")
