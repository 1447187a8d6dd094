"""Draws that are exchangeable with the parameters that made a record, however slowly chains mix.

The parameters that made a simulated record are themselves a draw from its posterior. From them so
many steps are made to a common origin, and from there many chains of as many steps each. As every
step can be made either way, truth and ends of chains are alike in all but name: the truth must
stand evenly among them, if the likelihood is that of the rules and the steps keep the posterior
unchanged. Unlike with fits, nothing has to converge. Sources: Besag & Clifford 1989; Gandy & Scott
2020.
"""

import numpy as np

from calibration.checks.recovery.simulated import FITTING, SimulatedRecord, addressed, seed_of
from calibration.fit.population import Chains, Likelihood, Population
from calibration.fit.sampler import stepped
from calibration.fit.workers import likelihood_here
from simulation.arrays import Array

#: Estimates of the likelihood of the truth, of which one is taken in proportion to itself: so a
#: chain that had always been running would hold it.
ESTIMATES = 128


def exchangeable_draws(
    made: SimulatedRecord, chains: Chains, seed: int
) -> tuple[Population, float]:
    """The ends of the chains of a simulated record, and the share of their steps that was accepted."""
    own = seed_of(seed, FITTING, made.number)
    likelihood = likelihood_here(made.record, seed=own, copies=chains.copies)
    return ends_of_chains(made.truth, likelihood, chains, addressed(own, FITTING, made.number))


def ends_of_chains(
    truth: Array, likelihood: Likelihood, chains: Chains, generator: np.random.Generator
) -> tuple[Population, float]:
    """The ends of chains from an origin as many steps from the truth (dimensions,).

    Returns also the share of steps that was accepted. The steps are plain ones of the sampler, by a
    noisy likelihood; their lengths, evenly drawn by their logarithms, come in the opposite order on
    the way to the origin.
    """
    lengths = np.exp(
        generator.uniform(np.log(chains.shortest), np.log(chains.longest), chains.moves)
    )
    estimates = likelihood(np.repeat(truth[np.newaxis], ESTIMATES, axis=0), 0)
    weights = np.exp(estimates - estimates.max())
    taken = np.searchsorted(np.cumsum(weights) / weights.sum(), generator.random())
    own = estimates[[min(int(taken), ESTIMATES - 1)]]
    root = np.zeros(1, dtype=np.int64)
    population = Population(truth[np.newaxis], own, root, 1.0, np.nan, ESTIMATES, np.zeros(1))
    population, _ = _onward(population, likelihood, lengths[::-1], generator)
    origins = Population(
        np.repeat(population.coordinates, chains.chains, axis=0),
        np.repeat(population.log_likelihood, chains.chains),
        np.arange(chains.chains),
        1.0,
        np.nan,
        population.evaluated,
        np.zeros(chains.chains),
    )
    return _onward(origins, likelihood, lengths, generator)


def _onward(
    population: Population, likelihood: Likelihood, lengths: Array, generator: np.random.Generator
) -> tuple[Population, float]:
    everyone, accepted = slice(None), 0
    for length in lengths:
        population, taken = stepped(
            population, everyone, everyone, likelihood, generator, "plain", length
        )
        accepted += taken
    return population, accepted / (len(lengths) * len(population.log_likelihood))
