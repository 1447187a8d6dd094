"""Which figure of the evidence moves the results most: every observation taken out in turn.

An observation is taken out by weighting the draws with the inverse of the probability they gave it,
smoothed (PSIS), as in ``calibration.checks.leave_one_out``; where that fails, a fit made without it
takes the place of the weights if one is kept. The results are those of free histories, which are
simulated once and weighted too. Source: Vehtari, Gelman & Gabry 2017; Vehtari et al. 2024.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from calibration.checks.leave_one_out import MOST_K, smoothed
from calibration.likelihood.observations import Observation
from calibration.prior import Coordinates, coordinates_of_draws
from scenarios.draws import Draws
from scenarios.files import catalogue
from scenarios.outcomes import NEVER, PAIR_NAMES
from scenarios.run import Progress, no_progress, progress_after, run_scenario
from simulation.arrays import Array
from simulation.dates import QUARTERS
from simulation.interventions import HISTORICAL, Scenario
from simulation.parameters import parameter_table

MEDIAN, SHARE = "median date", "broken by 1980"
#: A shift is told from chance if it is larger than so many of its errors: of several hundred shifts
#: that are nothing but chance about one is.
CLEAR = 3.0
#: Smaller shifts are not worth telling, in quarters and in shares.
NOTICED = {MEDIAN: 0.1, SHARE: 0.001}
#: Samples of the draws, drawn with replacement, from which errors are taken.
RESAMPLES = 200
#: The counterfactuals whose outcome is among the results, with the pair each is about.
_COUNTERFACTUALS = (("no-new-line-1956", "albania-ussr"), ("no-opening-1971", "albania-china"))


@dataclass(frozen=True)
class Headline:
    """A result that a reader takes home: when a pair breaks (median), or how probably by 1980."""

    scenario: Scenario
    pair: str
    what: str

    @property
    def name(self) -> str:
        """The result in words: ``albania-ussr broken by 1980, no-new-line-1956``."""
        name = f"{self.pair} {self.what}"
        return name if self.scenario == HISTORICAL else f"{name}, {self.scenario.name}"


@cache
def headlines() -> tuple[Headline, ...]:
    """Median date and probability of the five breaks, and the outcomes of two counterfactuals."""
    entries = catalogue()
    return (
        *(Headline(HISTORICAL, pair, what) for what in (MEDIAN, SHARE) for pair in PAIR_NAMES),
        *(Headline(entries[name].scenario, pair, SHARE) for name, pair in _COUNTERFACTUALS),
    )


@dataclass(frozen=True)
class Sample:
    """Draws of the parameters and what free histories with them bring.

    ``coordinates`` are (draws, parameters); ``breaks`` gives for a scenario and pair the share of
    each draw's histories that break in each quarter, the last column those that never do,
    (draws, quarters + 1).
    """

    coordinates: Coordinates
    breaks: Mapping[tuple[str, str], Array]

    def results(self, weights: Array) -> Array:
        """Every headline result for weights (..., draws) that sum to 1, shape (..., headlines).

        Dates are quarters since the beginning of 1945, probabilities shares.
        """
        results = []
        for headline in headlines():
            masses = weights @ self.breaks[headline.scenario.name, headline.pair]
            results.append(
                median_of(masses) if headline.what == MEDIAN else masses[..., :-1].sum(axis=-1)
            )
        return np.stack(results, axis=-1)


@dataclass(frozen=True)
class Influence:
    """What becomes of the results when one observation is taken out.

    ``shifts`` and ``errors`` (headlines,) are the result without less the result with it, and its
    Monte Carlo error; ``moved``, ``moved_by`` and ``moved_error`` the parameter that moves most, in
    standard deviations of its prior. ``effective`` is how many equally weighted draws are left:
    1 / sum of squared weights. ``pareto_k`` is 0 where every draw gave the observation the same
    probability; ``refitted`` tells whether a fit took the place of weights.
    """

    observation: Observation
    pareto_k: float
    refitted: bool
    effective: float
    shifts: Array
    errors: Array
    moved: str
    moved_by: float
    moved_error: float

    @property
    def reliable(self) -> bool:
        """Whether the shifts can be relied on at all."""
        return self.refitted or self.pareto_k <= MOST_K

    def most(self, what: str) -> int:
        """The place of the date (or probability) that moves most."""
        places = [place for place, headline in enumerate(headlines()) if headline.what == what]
        return max(places, key=lambda place: abs(self.shifts[place]))

    def clear(self, place: int) -> bool:
        """Whether the shift of a result is worth telling and told from chance."""
        least = max(NOTICED[headlines()[place].what], CLEAR * self.errors[place])
        return bool(abs(self.shifts[place]) >= least)


def median_of(masses: Array) -> Array:
    """The median date for shares of histories by quarter (..., quarters + 1), the last being never.

    Formula: q + (1/2 - F(q)) / f(q), with q the first quarter by whose end half of the histories
    have broken, f(q) the share that breaks in it and F(q) the share before it: a date is taken to
    lie anywhere within its quarter. Where fewer than half ever break it is put at the beginning of
    1981.
    """
    reached = np.cumsum(masses, axis=-1)
    place = np.argmax(reached >= 0.5 - 1e-12, axis=-1)[..., np.newaxis]
    own, by_end = np.take_along_axis(masses, place, -1), np.take_along_axis(reached, place, -1)
    median = (place + 1 - (by_end - 0.5) / np.maximum(own, np.finfo(float).tiny))[..., 0]
    return np.asarray(np.minimum(median, QUARTERS))


def sample_of(draws: Draws, replicates: int, seed: int, progress: Progress = no_progress) -> Sample:
    """Simulate free histories, so many of each draw, in every scenario of the headlines.

    The shocks are the same in all scenarios.
    """
    breaks: dict[tuple[str, str], Array] = {}
    whole = replicates * len(draws)
    for number, scenario in enumerate(dict.fromkeys(headline.scenario for headline in headlines())):
        so_far = progress_after(progress, number * whole)
        split = run_scenario(scenario, draws, whole, seed, so_far).outcomes.split
        quarters = np.where(split == NEVER, QUARTERS, split).reshape(
            len(split), replicates, len(draws)
        )
        for headline in headlines():
            if headline.scenario == scenario:
                breaks[scenario.name, headline.pair] = _shares(
                    quarters[PAIR_NAMES.index(headline.pair)]
                )
    return Sample(coordinates_of_draws(draws.frame), breaks)


def _shares(quarters: Array) -> Array:
    """The share of each draw's histories (replicates, draws) by quarter, (draws, quarters + 1)."""
    replicates, draws = quarters.shape
    cells = np.arange(draws) * (QUARTERS + 1) + quarters
    counts = np.bincount(cells.ravel(), minlength=draws * (QUARTERS + 1))
    return np.asarray(counts.reshape(draws, -1) / replicates)


def weights_without(log_likelihood: Array) -> tuple[Array, Array]:
    """Weights (observations, draws) that take each observation out, and the Pareto k of each.

    Where all draws gave an observation the same probability, k says nothing and is put at 0.
    """
    weights, pareto = smoothed(log_likelihood)
    return weights, np.where(np.ptp(log_likelihood, axis=1) > 0, pareto, 0.0)


def influences(
    sample: Sample,
    observations: Sequence[Observation],
    log_likelihood: Array,
    seed: int,
    *,
    kept: Callable[[int], Sample | None] | None = None,
) -> Iterator[Influence]:
    """The influence of every observation, one after another.

    ``log_likelihood`` (observations, draws) is the log-probability that each draw gave each
    observation, given the others. ``kept`` gives the sample of a fit made without the observation
    of a place, if there is one, and is called where weights fail. Errors come from drawing the
    draws anew with replacement: the spread of the shifts over so many samples.
    """
    generator = np.random.Generator(np.random.Philox(key=seed))
    counts = _resampled(len(sample.coordinates), generator)
    base = _Weighed(sample, np.full(len(sample.coordinates), 1 / len(sample.coordinates)), counts)
    weights, pareto = weights_without(log_likelihood)
    for place, row in enumerate(observations):
        other = kept(place) if kept is not None and pareto[place] > MOST_K else None
        if other is None:
            without = _Weighed(sample, weights[place], counts)
        else:
            size = len(other.coordinates)
            without = _Weighed(other, np.full(size, 1 / size), _resampled(size, generator))
        yield _influence(row, base, without, float(pareto[place]), other is not None)


class _Weighed:
    """Results and means of a sample under weights (draws,), and in samples drawn anew."""

    def __init__(self, sample: Sample, weights: Array, counts: Array) -> None:
        drawn = weights * counts
        total = drawn.sum(axis=1, keepdims=True)
        drawn = drawn / np.where(total > 0, total, np.nan)  # a sample of no weight says nothing
        self.results, self.means = sample.results(weights), weights @ sample.coordinates
        self.results_anew, self.means_anew = sample.results(drawn), drawn @ sample.coordinates
        self.effective = float(1 / (weights**2).sum())


def _resampled(draws: int, generator: np.random.Generator) -> Array:
    return generator.multinomial(draws, np.full(draws, 1 / draws), size=RESAMPLES).astype(float)


def _influence(
    row: Observation, base: _Weighed, without: _Weighed, pareto_k: float, refitted: bool
) -> Influence:
    moved = without.means - base.means
    most = int(np.argmax(np.abs(moved)))
    errors = np.nanstd(without.means_anew - base.means_anew, axis=0, ddof=1)
    return Influence(
        row,
        pareto_k,
        refitted,
        without.effective,
        without.results - base.results,
        np.nanstd(without.results_anew - base.results_anew, axis=0, ddof=1),
        list(parameter_table())[most],
        float(moved[most]),
        float(errors[most]),
    )
