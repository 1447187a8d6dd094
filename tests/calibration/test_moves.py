"""Steps in the coordinates of the prior: they keep it unchanged, and the log gain is the exact one."""

import numpy as np
import pytest
from scipy import stats

from calibration.moves import KINDS, proposed, shape_of


def cloud(members, dimensions, seed):
    return np.random.default_rng(seed).standard_normal((members, dimensions))


def test_a_plain_step_needs_no_correction_and_keeps_the_prior():
    here = cloud(4000, 3, 1)
    trial, gain = proposed("plain", here, cloud(10, 3, 2), 0.6, np.random.default_rng(3))
    assert gain == pytest.approx(0, abs=1e-12)
    assert trial.std(axis=0) == pytest.approx(1, abs=0.06)  # over five standard errors
    correlation = [np.corrcoef(here[:, k], trial[:, k])[0, 1] for k in range(3)]
    assert correlation == pytest.approx([0.8] * 3, abs=0.04)


@pytest.mark.parametrize("kind", KINDS)
def test_the_gain_is_the_prior_times_the_density_of_stepping_back(kind):
    here, others, length = cloud(6, 2, 4), 0.5 * cloud(50, 2, 5) + 1, 0.4
    trial, gain = proposed(kind, here, others, length, np.random.default_rng(6))
    centre, spread = (0.0, 1.0) if kind == "plain" else shape_of(others)
    keep = np.sqrt(1 - length**2)

    def step(start, end):
        return stats.norm.logpdf(end, centre + keep * (start - centre), length * spread).sum(axis=1)

    prior = stats.norm.logpdf(trial).sum(axis=1) - stats.norm.logpdf(here).sum(axis=1)
    assert gain == pytest.approx(prior + step(trial, here) - step(here, trial))


def test_the_shape_is_drawn_toward_the_prior_by_one_vector_in_all():
    centre, spread = shape_of(np.array([[1.0], [3.0], [5.0]]))
    assert centre == pytest.approx([3 * 3 / 4])
    assert spread == pytest.approx([((3 * 8 / 3 + 1) / 4) ** 0.5])


def test_no_step_stays():
    here = cloud(5, 2, 7)
    for kind in KINDS:
        trial, gain = proposed(kind, here, cloud(9, 2, 8), 0.0, np.random.default_rng(1))
        assert trial == pytest.approx(here)
        assert gain == pytest.approx(0)
