"""A fit from a reference: its density is known, and the posterior is that of the record.

The target is a normal likelihood of three coordinates whose posterior and evidence are known.
"""

import numpy as np
import pytest
from scipy import stats

from calibration.errors import CalibrationError
from calibration.fit.population import Effort, begun
from calibration.fit.reference import WIDER, Reference, reference_of
from calibration.fit.sampler import sampled
from calibration.prior import coordinates_of_draws, draw_coordinates, parameters_at
from scenarios.draws import Draws, columns_of

CENTRE = np.array([1.0, -0.5, 0.0])
SPREAD = np.array([0.5, 1.0, 0.2])
PRECISION = 1 + 1 / SPREAD**2
MEAN, SD = CENTRE / SPREAD**2 / PRECISION, PRECISION**-0.5
LOG_EVIDENCE = stats.norm.logpdf(CENTRE, 0, np.sqrt(1 + SPREAD**2)).sum()
EFFORT = Effort(population=1500, copies=1, moves=6, effective_share=0.5, last_moves=30)
#: Beside the posterior and of another shape, as draws that have not met may tell it.
BESIDE = Reference(
    "beside",
    np.array([0.5, 0.0, 0.3]),
    np.array([[0.6, 0.0, 0.0], [0.3, 0.8, 0.0], [-0.1, 0.2, 0.4]]),
)


def likelihood(coordinates, evaluated):
    return stats.norm.logpdf(coordinates, CENTRE, SPREAD).sum(axis=1)


def test_the_gain_is_the_density_over_that_of_the_prior():
    coordinates = np.random.default_rng(1).normal(0, 2, (20, 3))
    density = stats.multivariate_normal(BESIDE.centre, BESIDE.root @ BESIDE.root.T)
    prior = stats.norm.logpdf(coordinates).sum(axis=1)
    assert BESIDE.gain(coordinates) == pytest.approx(density.logpdf(coordinates) - prior)


@pytest.mark.statistical
def test_vectors_are_those_of_the_distribution():
    # Means and covariances of 40,000 draws, by four standard errors at most; the seed is fixed.
    drawn = BESIDE.placed(BESIDE.standard(40_000, 3))
    covariance = BESIDE.root @ BESIDE.root.T
    assert drawn.mean(axis=0) == pytest.approx(BESIDE.centre, abs=4 * 0.9 / 200)
    assert np.cov(drawn.T) == pytest.approx(covariance, abs=4 * 1.2 / 200)
    assert not np.array_equal(BESIDE.standard(4, 3), BESIDE.standard(4, 4))


@pytest.mark.statistical
def test_posterior_and_evidence_are_those_that_a_fit_from_the_prior_finds():
    # Errors are five of their own; the seed is fixed. The way is shorter, so more families stay.
    def fitted(around):
        own = around.likelihood(likelihood)
        begin = begun(around.standard(EFFORT.population, 4), own)
        return around.returned(sampled(begin, own, EFFORT, 4, lambda _: None))

    nearer, from_prior = fitted(BESIDE), fitted(Reference.of_prior(3))
    for sampling in (nearer, from_prior):
        population = sampling.population
        error = 5 / np.sqrt(population.families)
        assert population.log_likelihood == pytest.approx(likelihood(population.coordinates, 0))
        assert population.log_evidence == pytest.approx(
            LOG_EVIDENCE, abs=5 * population.evidence_error
        )
        assert population.coordinates.mean(axis=0) == pytest.approx(MEAN, abs=error * SD.max())
        assert population.coordinates.std(axis=0) == pytest.approx(SD, rel=error)
    assert nearer.population.families > from_prior.population.families
    assert len(nearer.powers) < len(from_prior.powers)


def draws_of(families, **more):
    frame = columns_of(parameters_at(0.3 * draw_coordinates(200, 5) + 0.4))
    return Draws(frame, "mine", "provisional", manifest={"families": families, **more})


def test_the_reference_of_draws_has_their_place_and_is_somewhat_wider():
    draws = draws_of(1000)
    reference = reference_of(draws)
    coordinates = coordinates_of_draws(draws.frame)
    assert reference.name.startswith("mine (")
    assert reference.name != reference_of(draws_of(3)).name
    assert reference.centre == pytest.approx(coordinates.mean(axis=0), rel=2e-3)
    assert reference.spread == pytest.approx(WIDER * coordinates.std(axis=0), rel=1e-2)


def test_standard_normal_vectors_are_placed_by_a_reference():
    reference = Reference("r", np.array([1.0, -1.0]), np.array([[2.0, 0.0], [1.0, 0.5]]))
    placed = reference.placed(np.array([[0.0, 0.0], [1.0, 2.0]]))
    assert placed.tolist() == [[1.0, -1.0], [3.0, 1.0]]
    assert reference.spread == pytest.approx([2.0, 1.25**0.5])


def test_parameters_that_are_freed_have_their_prior():
    freed = BESIDE.freed([1])
    covariance, before = freed.root @ freed.root.T, BESIDE.root @ BESIDE.root.T
    assert freed.centre.tolist() == [0.5, 0.0, 0.3]
    assert covariance[1] == pytest.approx([0.0, 1.0, 0.0])
    assert covariance[np.ix_([0, 2], [0, 2])] == pytest.approx(before[np.ix_([0, 2], [0, 2])])
    everything = BESIDE.freed([0, 1, 2])
    assert everything.gain(np.random.default_rng(1).normal(size=(5, 3))) == pytest.approx(0)


def test_vectors_find_back_within_a_reference():
    coordinates = np.random.default_rng(1).normal(size=(5, 4))
    within = BESIDE.within(coordinates)
    assert BESIDE.placed(within) == pytest.approx(coordinates)
    assert np.array_equal(within[:, 3], coordinates[:, 3])  # it knows three coordinates


def test_draws_of_few_families_tell_less_of_a_shape():
    few, many = reference_of(draws_of(3)), reference_of(draws_of(3, pooled=["a", "b", "c"] * 30))

    def widths(reference):
        return np.sqrt((reference.root**2).sum(axis=1))

    assert (widths(few) > widths(many)).all()  # nearer to the prior's own, which is one
    assert np.abs(few.centre).mean() < np.abs(many.centre).mean()
    unknown = reference_of(Draws(draws_of(3).frame, "others", "prior", manifest={}))
    assert widths(unknown).mean() > widths(few).mean()


@pytest.mark.parametrize("told", [{"families": None}, {"families": -2}, {"pooled": 3}])
def test_draws_that_tell_nothing_sensible_of_their_families_are_refused(told):
    with pytest.raises(CalibrationError, match="manifest of mine"):
        reference_of(draws_of(**{"families": 3} | told))
