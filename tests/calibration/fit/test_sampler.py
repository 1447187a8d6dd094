"""The sampler against normal clouds, whose mean, spread and evidence are known exactly."""

from dataclasses import replace

import numpy as np
import pytest

from calibration.diagnostics import effective_size, effective_sizes
from calibration.fit import sampler
from calibration.fit.population import (
    Effort,
    Population,
    begun,
    begun_from,
    begun_near,
    correlations,
)
from calibration.fit.sampler import (
    advanced,
    bridged,
    move,
    next_power,
    place_of_kind,
    sampled,
    thinned,
)

CENTRE = np.array([1.0, -0.5, 0.0])
SPREAD = np.array([0.5, 1.0, 0.2])
PRECISION = 1 + 1 / SPREAD**2
MEAN, SD = CENTRE / SPREAD**2 / PRECISION, PRECISION**-0.5
VARIANCE = 1 + SPREAD**2
LOG_EVIDENCE = -0.5 * (CENTRE**2 / VARIANCE).sum() - 0.5 * np.log(2 * np.pi * VARIANCE).sum()
NOISE = 1.0
EFFORT = Effort(population=2000, copies=1, moves=6, effective_share=0.5, last_moves=40)


def normal_likelihood(coordinates, evaluated):
    distance = (coordinates - CENTRE) / SPREAD
    return -0.5 * (distance**2).sum(axis=1) - np.log(SPREAD * np.sqrt(2 * np.pi)).sum()


def noisy_likelihood(coordinates, evaluated):
    """The same likelihood times log-normal noise of mean one, addressed by how many came before."""
    generator = np.random.Generator(np.random.Philox(key=[9, evaluated]))
    noise = generator.normal(-NOISE / 2, NOISE**0.5, len(coordinates))
    return normal_likelihood(coordinates, evaluated) + noise


def start(population=2000, seed=3):
    return np.random.default_rng(seed).standard_normal((population, 3))


def quiet(sampling):
    assert list(sampling.powers) == sorted(set(sampling.powers))


@pytest.fixture(
    scope="module", params=[normal_likelihood, noisy_likelihood], ids=["exact", "noisy"]
)
def likelihood(request):
    return request.param


@pytest.fixture(scope="module")
def sampling(likelihood):
    return sampled(begun(start(), likelihood), likelihood, EFFORT, 4, quiet)


@pytest.mark.statistical
def test_mean_and_spread_are_those_of_the_exact_posterior(sampling):
    # A standard normal prior times a normal likelihood. Tolerances are five standard errors of 300
    # independent draws (the 2,000 are related), so a right sampler fails about once in a million
    # such numbers.
    drawn = sampling.population.coordinates
    assert np.abs(drawn.mean(axis=0) - MEAN) / SD == pytest.approx(0, abs=5 / 300**0.5)
    assert drawn.std(axis=0) == pytest.approx(SD, rel=5 / (2 * 300) ** 0.5)


@pytest.mark.statistical
def test_evidence_is_the_exact_one(sampling):
    # Twenty fits with other seeds have a standard deviation of 0.034 (noisy: 0.039), so 0.2 is five
    # of them.
    assert sampling.population.log_evidence == pytest.approx(LOG_EVIDENCE, abs=0.2)


OTHER_CENTRE, OTHER_SPREAD = np.array([-0.5, 0.5, 0.3]), np.array([0.8, 0.7, 0.5])
OTHER_EVIDENCE = (
    -0.5 * (OTHER_CENTRE**2 / (1 + OTHER_SPREAD**2)).sum()
    - 0.5 * np.log(2 * np.pi * (1 + OTHER_SPREAD**2)).sum()
)


def other_likelihood(coordinates, evaluated):
    distance = (coordinates - OTHER_CENTRE) / OTHER_SPREAD
    return -0.5 * (distance**2).sum(axis=1) - np.log(OTHER_SPREAD * np.sqrt(2 * np.pi)).sum()


def noisy_other(coordinates, evaluated):
    generator = np.random.Generator(np.random.Philox(key=[8, evaluated]))
    return other_likelihood(coordinates, evaluated) + generator.normal(
        -NOISE / 2, NOISE**0.5, len(coordinates)
    )


@pytest.mark.statistical
def test_draws_fitted_under_another_likelihood_are_carried_to_this_one(likelihood):
    # The base is noisy where the likelihood is; it begins with exact draws of its posterior,
    # without their estimates.
    base = other_likelihood if likelihood is normal_likelihood else noisy_other
    precision = 1 + 1 / OTHER_SPREAD**2
    fitted = OTHER_CENTRE / OTHER_SPREAD**2 / precision + start(seed=5) * precision**-0.5
    effort = replace(EFFORT, moves=12)
    reached = sampled(
        begun_from(fitted, likelihood, base, effort), likelihood, effort, 4, quiet, base
    )
    population = reached.population
    assert len(reached.powers) > 2
    assert population.power == 1
    # Ten runs with other seeds have a standard deviation of 0.037 (noisy: 0.031), so 0.2 is over
    # five of them.
    assert population.log_evidence == pytest.approx(LOG_EVIDENCE - OTHER_EVIDENCE, abs=0.2)
    assert np.abs(population.coordinates.mean(axis=0) - MEAN) / SD == pytest.approx(
        0, abs=5 / 300**0.5
    )
    assert population.coordinates.std(axis=0) == pytest.approx(SD, rel=5 / (2 * 300) ** 0.5)


def test_what_is_carried_from_other_draws_is_taken_up_again_the_same():
    effort = Effort(population=40, copies=1, moves=3, effective_share=0.4, last_moves=6)
    kept = []
    begin = begun_from(start(40), noisy_likelihood, noisy_other, effort)
    whole = sampled(begin, noisy_likelihood, effort, 8, kept.append, noisy_other)
    for step in (0, 2, 4, len(kept) - 2):
        again = sampled(kept[step], noisy_likelihood, effort, 8, quiet, noisy_other)
        assert np.array_equal(again.population.coordinates, whole.population.coordinates)
        assert again.population.log_evidence == whole.population.log_evidence


@pytest.mark.statistical
@pytest.mark.slow
def test_the_error_of_the_evidence_is_what_seeds_show():
    # The standard deviation of 30 estimates is known to 13 %; a factor of 2 either way is over five
    # such errors.
    effort = replace(EFFORT, population=300, last_moves=1)
    fits = [
        sampled(begun(start(300, seed), normal_likelihood), normal_likelihood, effort, seed, quiet)
        for seed in range(30)
    ]
    spread = np.std([fit.population.log_evidence for fit in fits])
    told = np.mean([fit.population.evidence_error for fit in fits])
    assert 0.5 < told / spread < 2


def test_the_likelihood_kept_is_that_of_the_vector():
    effort = replace(EFFORT, population=100, last_moves=5)
    population = sampled(
        begun(start(100), normal_likelihood), normal_likelihood, effort, 1, quiet
    ).population
    assert population.power == 1
    assert np.array_equal(population.log_likelihood, normal_likelihood(population.coordinates, 0))


def test_a_sampling_taken_up_again_at_any_step_ends_the_same():
    effort = Effort(population=40, copies=1, moves=3, effective_share=0.4, last_moves=6)
    kept = []
    whole = sampled(begun(start(40), noisy_likelihood), noisy_likelihood, effort, 8, kept.append)
    assert kept[-1] is whole
    for step in (0, 2, 3, len(kept) - 2):
        again = sampled(kept[step], noisy_likelihood, effort, 8, quiet)
        assert np.array_equal(again.population.coordinates, whole.population.coordinates)
        assert np.array_equal(again.population.log_likelihood, whole.population.log_likelihood)
        assert again.population.log_evidence == whole.population.log_evidence
    other = sampled(begun(start(40), noisy_likelihood), noisy_likelihood, effort, 9, quiet)
    assert not np.array_equal(other.population.coordinates, whole.population.coordinates)


def test_relatives_stay_neighbours_and_doubles_are_counted():
    effort = replace(EFFORT, population=400)
    sampling = begun(start(400), normal_likelihood)
    sampling = advanced(sampling, normal_likelihood, effort, 2)
    population = sampling.population
    assert (np.diff(population.ancestor) >= 0).all()
    doubled = np.repeat(np.random.default_rng(1).standard_normal((250, 1, 4)), 8, axis=1).reshape(
        1, -1, 4
    )
    alone = np.random.default_rng(2).standard_normal((1, 2000, 4))
    assert 150 < effective_sizes(doubled).mean() < 400
    assert effective_sizes(alone).mean() > 1500


def test_one_in_so_many_members_makes_the_last_moves():
    effort = Effort(population=90, copies=1, moves=2, effective_share=0.4, last_moves=4, thinned=3)
    kept = []
    whole = sampled(begun(start(90), normal_likelihood), normal_likelihood, effort, 8, kept.append)
    sizes = {step.population.power == 1: len(step.population.coordinates) for step in kept}
    assert sizes == {False: 90, True: 30}
    assert len(whole.before) == 30
    shares = [step.done(effort) for step in kept]
    assert shares[-1] == pytest.approx(1)
    assert all(0 <= share <= 1 for share in shares)
    base = np.arange(8.0) / 2
    members = Population(
        np.arange(8.0)[:, np.newaxis], np.arange(8.0), np.arange(8) // 4, 1.0, 0.5, 9, base
    )
    few = thinned(members, 4)
    assert few.coordinates.ravel().tolist() == few.log_likelihood.tolist() == [2, 6]
    assert few.ancestor.tolist() == [0, 1]
    assert few.base.tolist() == few.advantage.tolist() == [1, 3]


def test_families_by_hand():
    population = Population(
        np.zeros((4, 1)), np.zeros(4), np.array([0, 0, 0, 3]), 1.0, 0.0, 4, np.zeros(4)
    )
    assert population.families == 2
    assert population.evidence_error == pytest.approx(((9 + 1) / 16 - 1 / 4) ** 0.5)


def test_effective_size_by_hand():
    assert effective_size(np.log(np.array([1.0, 1.0, 2.0]))) == pytest.approx(16 / 6)


def test_next_power_keeps_the_share_asked_for():
    log_likelihood = np.random.default_rng(1).normal(0, 20, 400)
    power = next_power(log_likelihood, 0.0, 0.5)
    assert 0 < power < 1
    assert effective_size(power * log_likelihood) == pytest.approx(200, rel=1e-6)
    assert next_power(np.zeros(10), 0.3, 0.9) == 1.0


def test_a_bridge_keeps_the_likely_and_adds_the_mean_weight():
    population = Population(
        np.array([[0.0], [1.0]]),
        np.array([np.log(3.0), -800.0]),
        np.arange(2),
        0.0,
        0.5,
        2,
        np.zeros(2),
    )
    after = bridged(population, 1.0, np.random.default_rng(0))
    assert (after.coordinates == 0).all()
    assert (after.ancestor == 0).all()
    assert after.log_evidence == pytest.approx(0.5 + np.log(1.5))


def test_a_member_never_moves_to_an_impossible_vector():
    def walled(coordinates, evaluated):
        return np.where(coordinates[:, 0] > 0, 0.0, -1e300)

    inside = np.abs(np.random.default_rng(5).standard_normal((40, 2)))
    population = Population(inside, walled(inside, 0), np.arange(40), 1.0, 0.0, 40, np.zeros(40))
    for kind in ("plain", "shaped") * 10:
        population, _ = move(population, walled, np.random.default_rng(6), kind, 0.5)
    assert (population.coordinates[:, 0] > 0).all()
    assert population.evaluated == 40 + 20 * 40


def test_every_fourth_families_step_by_what_the_others_tell(monkeypatch):
    asked = []

    def seen(kind, coordinates, others, families, length, generator):
        asked.append((coordinates[:, 0].tolist(), others[:, 0].tolist(), families))
        return coordinates + 100, np.zeros(len(coordinates))

    monkeypatch.setattr(sampler, "proposed", seen)
    places, ancestor = np.arange(8.0)[:, np.newaxis], np.array([0, 0, 1, 4, 4, 5, 7, 7])
    population = Population(places, np.zeros(8), ancestor, 1.0, 0.0, 8, np.zeros(8))
    moved, share = move(
        population, lambda there, _: np.zeros(len(there)), np.random.default_rng(1), "plain", 0.5
    )
    assert [stepping for stepping, *_ in asked] == [[0, 1, 6, 7], [2], [3, 4], [5]]
    assert asked[1][1:] == ([100, 101, 3, 4, 5, 106, 107], 4)  # who stepped before has done so
    assert (moved.coordinates - places == 100).all()
    assert share == 1


@pytest.mark.parametrize(("power", "wanted"), [(0.5, 0.25), (1.0, 0.08)])
def test_fewer_steps_are_to_be_accepted_at_full_weight(power, wanted):
    def never(coordinates, evaluated):
        return np.full(len(coordinates), -1e9)

    effort = Effort(population=40, copies=1, moves=8, effective_share=0.5, last_moves=8)
    begin = begun_near(start(40), normal_likelihood, effort)
    begin = replace(begin, population=replace(begin.population, power=power))
    after = advanced(begin, never, effort, 1)
    place = place_of_kind(begin)
    assert after.lengths[place] == pytest.approx(begin.lengths[place] * np.exp(-wanted))


def test_work_done_grows_from_nothing_to_all():
    effort = Effort(population=60, copies=1, moves=3, effective_share=0.5, last_moves=6)
    shares = []
    sampled(
        begun(start(60), normal_likelihood),
        normal_likelihood,
        effort,
        1,
        lambda reached: shares.append(reached.done(effort)),
    )
    assert shares[0] < 0.2
    assert shares[-1] == 1.0
    assert all(0 <= share <= 1 for share in shares)


def test_correlations_by_hand():
    one = np.array([[0.0, 1.0], [1.0, 1.0], [2.0, 1.0]])
    assert correlations(one, one[::-1]) == pytest.approx([-1.0, 1.0])


def test_three_steps_in_four_are_of_the_kind_that_goes_farther():
    sampling = begun(start(20), normal_likelihood)
    for lengths, most in (((0.2, 0.5), 1), ((0.6, 0.1), 0)):
        kinds = [
            place_of_kind(replace(sampling, lengths=lengths, left=left)) for left in range(1, 25)
        ]
        assert [kinds.count(kind) for kind in range(2)] == [
            18 if kind == most else 6 for kind in range(2)
        ]


def test_relatives_become_strangers_as_they_forget_where_they_began():
    drawn = np.random.default_rng(2).standard_normal((400, 3))
    population = Population(
        drawn, np.zeros(400), np.repeat(np.arange(20), 20), 1.0, 0.0, 0, np.zeros(400)
    )
    assert population.strangers(drawn) == pytest.approx(20)
    forgotten = np.random.default_rng(3).standard_normal((400, 3))
    assert population.strangers(forgotten) == pytest.approx(400, rel=0.05)
    half = drawn / 2 + 0.75**0.5 * forgotten
    assert population.strangers(half) == pytest.approx(400 / (1 + 19 / 4), rel=0.1)
    uneven = replace(population, ancestor=np.repeat(np.arange(20), [210, *[10] * 19]))
    assert uneven.strangers(drawn) == pytest.approx(400**2 / (210**2 + 19 * 10**2))


def test_steps_are_led_by_others_the_more_they_are_strangers(monkeypatch):
    told = []

    def seen(kind, coordinates, others, families, length, generator):
        told.append(families)
        return coordinates, np.zeros(len(coordinates))

    monkeypatch.setattr(sampler, "proposed", seen)
    effort = Effort(population=80, copies=1, moves=8, effective_share=0.5, last_moves=8)
    begin = begun_near(start(80), normal_likelihood, effort, np.repeat(np.arange(8), 10))
    advanced(begin, normal_likelihood, effort, 1)
    assert told == pytest.approx([6] * 4)  # of eight families two step
    told.clear()
    advanced(replace(begin, before=start(80, seed=5)), normal_likelihood, effort, 1)
    assert min(told) > 30
