"""How far figures may stand from the rules: one number a measure, for every history."""

import numpy as np
import pytest

from simulation.parameters import default_parameters, keywords_of
from simulation.rules import record

MEASURES = ("amount", "share", "ratio", "pace", "rate")


@pytest.mark.parametrize("measure", MEASURES)
def test_each_measure_has_a_discrepancy_of_its_own(measure):
    before = record.discrepancy(**default_parameters(2).of(record.discrepancy))
    changes = {f"{measure}_discrepancy": 1.5}
    after = record.discrepancy(**default_parameters(2, **changes).of(record.discrepancy))
    assert set(before) == set(after) == set(MEASURES)
    assert np.array_equal(after[measure], [1.5, 1.5])
    assert all(np.array_equal(after[each], before[each]) for each in {*MEASURES} - {measure})


def test_no_discrepancy_is_left_out():
    assert set(keywords_of(record.discrepancy)) == {f"{each}_discrepancy" for each in MEASURES}
