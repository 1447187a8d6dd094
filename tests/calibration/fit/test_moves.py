"""Steps in the coordinates of the prior: they keep it unchanged, and the log gain is exact."""

import numpy as np
import pytest
from scipy import stats

from calibration.fit.population import STEPS
from calibration.fit.sampler import proposed, root_of, shape_of, solved


def cloud(members, dimensions, seed):
    return np.random.default_rng(seed).standard_normal((members, dimensions))


def test_a_plain_step_needs_no_correction_and_keeps_the_prior():
    here = cloud(4000, 3, 1)
    trial, gain = proposed("plain", here, cloud(10, 3, 2), 10, 0.6, np.random.default_rng(3))
    assert gain == pytest.approx(0, abs=1e-12)
    assert trial.std(axis=0) == pytest.approx(1, abs=0.06)  # over five standard errors
    correlation = [np.corrcoef(here[:, k], trial[:, k])[0, 1] for k in range(3)]
    assert correlation == pytest.approx([0.8] * 3, abs=0.04)


@pytest.mark.parametrize("kind", STEPS)
def test_the_gain_is_the_prior_times_the_density_of_stepping_back(kind):
    here, others, length = cloud(6, 2, 4), 0.5 * cloud(50, 2, 5) + 1, 0.4
    trial, gain = proposed(kind, here, others, 20, length, np.random.default_rng(6))
    centre, root = (np.zeros(2), np.eye(2)) if kind == "plain" else shape_of(others, 20)
    covariance = root @ root.T
    keep = np.sqrt(1 - length**2)

    def step(start, end):
        moved = end - (centre + keep * (start - centre))
        return stats.multivariate_normal(np.zeros(2), length**2 * covariance).logpdf(moved)

    prior = stats.norm.logpdf(trial).sum(axis=1) - stats.norm.logpdf(here).sum(axis=1)
    assert gain == pytest.approx(prior + step(trial, here) - step(here, trial))


def test_the_shape_is_drawn_toward_the_prior_by_one_family_in_all():
    centre, root = shape_of(np.array([[1.0], [3.0], [5.0]]), 3)
    assert centre == pytest.approx([3 * 3 / 4])
    assert root == pytest.approx(np.array([[((3 * 8 / 3 + 1) / 4) ** 0.5]]))
    doubled, same = shape_of(np.array([[1.0], [3.0], [5.0]] * 2), 3)
    assert (doubled, same) == (pytest.approx(centre), pytest.approx(root))


def test_the_shape_by_hand():
    others = cloud(40, 3, 9) @ np.array([[1.0, 0.9, 0.0], [0.0, 0.5, 0.0], [0.0, 0.0, 0.3]])
    centre, root = shape_of(others, 40)
    expected = np.corrcoef(others.T) * 40 / 43
    np.fill_diagonal(expected, 1.0)
    spread = np.sqrt((40 * others.var(axis=0) + 1) / 41)
    assert centre == pytest.approx(others.mean(axis=0) * 40 / 41)
    assert root @ root.T == pytest.approx(expected * np.outer(spread, spread))
    vectors = cloud(7, 3, 10)
    assert solved(root, vectors) @ root.T == pytest.approx(vectors)
    assert root_of(expected) == pytest.approx(np.linalg.cholesky(expected))


def test_by_nobody_the_shape_is_the_prior():
    centre, root = shape_of(np.empty((0, 2)), 0)
    assert (centre == 0).all()
    assert (root == np.eye(2)).all()


def test_vectors_that_are_all_alike_have_a_shape():
    trial, gain = proposed(
        "shaped", cloud(5, 2, 7), np.ones((4, 2)), 4, 0.3, np.random.default_rng(1)
    )
    assert np.isfinite(trial).all()
    assert np.isfinite(gain).all()


def test_no_step_stays():
    here = cloud(5, 2, 7)
    for kind in STEPS:
        trial, gain = proposed(kind, here, cloud(9, 2, 8), 9, 0.0, np.random.default_rng(1))
        assert trial == pytest.approx(here)
        assert gain == pytest.approx(0)
