"""Draws from the posteriors of many simulated records, and how the true values stand among them.

The draws are a fit's (recovery), or ends of chains that are exchangeable with the truth (ranks). Of
every record is kept where the true value of each quantity stands among the draws: a *place* between
0 and 1, the share of draws below it (ties and ends filled evenly by chance). If the draws come from
the right posterior, places are spread evenly. Quantities are the parameters, the log-likelihood of
the record, and the mean date of each break in free histories. Source: Talts et al. 2018; Modrák et
al. 2023.
"""

import time
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from calibration.checks.histories.implied import first_breaks
from calibration.checks.recovery.folder import (
    HISTORIES,
    MANIFEST,
    MOST_VARIANCE,
    RecordFits,
    quantity_names,
)
from calibration.checks.recovery.simulated import (
    CHECKING,
    DRIVERS,
    FITTING,
    TRYING,
    SimulatedRecord,
    addressed,
    seed_of,
    simulated_record,
)
from calibration.fit.population import (
    Chains,
    Effort,
    Likelihood,
    Population,
    Sampling,
    begun,
    correlations,
)
from calibration.fit.reference import Reference
from calibration.fit.sampler import sampled, stepped
from calibration.fit.workers import carried_out, cut_short, log_likelihoods
from calibration.likelihood.likelihood import filtered_log_likelihood
from calibration.prior import Coordinates, parameters_at
from scenarios.disk import write_json
from scenarios.run import Progress, no_progress
from simulation.arrays import Array
from simulation.parameters import parameter_table

#: Estimates by which the variance is judged, and how many times as many copies are tried in turn.
_TRIES, _TIMES = 48, (1, 2, 4, 8)


def fit_records(
    fits: RecordFits, records: int, *, workers: int, progress: Progress = no_progress
) -> None:
    """Simulate and fit the first so many records, those that are missing.

    Every record is worked out by one process; results do not depend on ``workers``. Raises
    ``CalibrationError`` if a worker process dies; what is done stays.
    """
    fits.folder.mkdir(parents=True, exist_ok=True)
    write_json(fits.folder / MANIFEST, fits.settings())
    missing = fits.missing(records)
    done = records - len(missing)
    progress(done)
    tasks = {number: (fits, number) for number in missing}
    try:
        for _ in carried_out(fit_record, tasks, workers):
            done += 1
            progress(done)
    except BrokenProcessPool as error:
        kept = records - len(fits.missing(records))
        remedy = f"{kept} of {records} are kept in {fits.folder}; --resume goes on"
        raise cut_short("the records were", remedy) from error


def fit_record(fits: RecordFits, number: int) -> None:
    """Simulate a record, fit it, and keep the result."""
    start = time.monotonic()
    around = fits.around
    made = simulated_record(
        fits.like, len(parameter_table()), seed=fits.seed, number=number, around=around
    )
    if isinstance(fits.effort, Chains):
        copies = fits.effort.copies
        population, accepted = exchangeable_draws(made, fits.effort, fits.seed, around)
        how: dict[str, Any] = {"accepted": accepted}
    else:
        copies = copies_for(made, fits.effort.copies, fits.seed)
        sampling = fit_of_record(made, replace(fits.effort, copies=copies), fits.seed, around)
        population = sampling.population
        how = {
            "log_evidence": population.log_evidence,
            "log_evidence_error": population.evidence_error,
            "families": population.families,
            "memory": float(correlations(sampling.before, population.coordinates).mean()),
            "bridges": len(sampling.powers),
            "copies": copies,
        }
    draws = around.placed(population.coordinates) if around else population.coordinates
    result = result_of(made, draws, copies, fits.seed) | how
    write_json(fits.path_of(number), result | {"seconds": round(time.monotonic() - start, 1)})


def copies_for(made: SimulatedRecord, least: int, seed: int) -> int:
    """How many copies of each vector a fit of a simulated record takes.

    ``least``, doubled until repeated estimates of the log-likelihood of the parameters that made
    the record vary by no more than ``MOST_VARIANCE``, or eight times as many. Where the likelihood
    is noisier, vectors stay where chance has once flattered them, however many moves are made.
    """
    own, truth = seed_of(seed, TRYING, made.number), np.repeat(made.truth[np.newaxis], _TRIES, 0)
    for times in _TIMES:
        estimates = log_likelihoods(
            truth, 0, record=made.record, seed=own, copies=times * least, drivers=DRIVERS
        )
        if estimates.var() <= MOST_VARIANCE:
            break
    return times * least


def fit_of_record(
    made: SimulatedRecord, effort: Effort, seed: int, around: Reference | None = None
) -> Sampling:
    """The population drawn from the posterior of a simulated record.

    Its coordinates are standard normal before the record, as are the ``drawn`` of the record.
    """
    own = seed_of(seed, FITTING, made.number)
    likelihood = _likelihood(made, own, effort.copies, around)
    start = addressed(own, FITTING, made.number).standard_normal(
        (effort.population, len(made.drawn))
    )
    return sampled(begun(start, likelihood), likelihood, effort, own, lambda _: None)


def _likelihood(
    made: SimulatedRecord, seed: int, copies: int, around: Reference | None
) -> Likelihood:
    """The likelihood of a simulated record, of vectors that are standard normal before it."""
    likelihood = partial(
        log_likelihoods, record=made.record, seed=seed, copies=copies, drivers=DRIVERS
    )
    if around is None:
        return likelihood
    return lambda drawn, evaluated: likelihood(around.placed(drawn), evaluated)


def exchangeable_draws(
    made: SimulatedRecord, chains: Chains, seed: int, around: Reference | None = None
) -> tuple[Population, float]:
    """The ends of the chains of a simulated record, and the share of their steps accepted.

    The parameters that made a record are themselves a draw from its posterior. From them so many
    steps are made to a common origin, and from there many chains of as many steps each. As every
    step can be made either way, truth and ends of chains are alike in all but name: the truth must
    stand evenly among them, if the likelihood is that of the rules and the steps keep the posterior
    unchanged. Unlike with fits, nothing has to converge. Sources: Besag & Clifford 1989; Gandy &
    Scott 2020.
    """
    own = seed_of(seed, FITTING, made.number)
    likelihood = _likelihood(made, own, chains.copies, around)
    held = filtered_log_likelihood(
        parameters_at(made.truth[np.newaxis], chains.copies),
        made.record,
        seed=own,
        copies=chains.copies,
        drivers=DRIVERS,
        witness=made.witness,
    )
    generator = addressed(own, FITTING, made.number)
    return ends_of_chains(made.drawn, held, likelihood, chains, generator)


def ends_of_chains(
    truth: Array,
    held: Array,
    likelihood: Likelihood,
    chains: Chains,
    generator: np.random.Generator,
) -> tuple[Population, float]:
    """The ends of chains from an origin as many steps from the truth (dimensions,).

    ``held`` (1,) is the estimate of the truth's log-likelihood as a chain that had always been
    running would hold it. Returns also the share of steps that was accepted. The steps are plain
    ones of the sampler, by a noisy likelihood; their lengths, evenly drawn by their logarithms,
    come in the opposite order on the way to the origin.
    """
    lengths = np.exp(
        generator.uniform(np.log(chains.shortest), np.log(chains.longest), chains.moves)
    )
    root = np.zeros(1, dtype=np.int64)
    population = Population(truth[np.newaxis], held, root, 1.0, np.nan, 1, np.zeros(1))
    population, _ = _onward(population, likelihood, lengths[::-1], generator)
    first = np.zeros(chains.chains, dtype=np.int64)
    origins = replace(population.take(first), ancestor=np.arange(chains.chains))
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


def result_of(made: SimulatedRecord, draws: Coordinates, copies: int, seed: int) -> dict[str, Any]:
    """What is kept of draws: the place of every true value among them, their means and spreads."""
    vectors = np.vstack([made.truth, draws])
    own = seed_of(seed, CHECKING, made.number)
    probable = log_likelihoods(
        vectors, 0, record=made.record, seed=own, copies=copies, drivers=DRIVERS
    )
    values = np.column_stack([vectors, probable, *break_dates(vectors, own)])
    chance = np.asarray(addressed(seed, CHECKING, made.number).random(values.shape[1]))
    return {
        "number": made.number,
        "places": dict(
            zip(quantity_names(), places_of(values[0], values[1:], chance), strict=True)
        ),
        "truth": values[0],
        "mean": values[1:].mean(axis=0),
        "spread": values[1:].std(axis=0),
        "moves": len(made.record.moves),
        "figures": sum(not figure.reading.absent for figure in made.record.figures),
        "degenerate": made.degenerate,
    }


def places_of(truth: Array, draws: Array, chance: Array) -> Array:
    """Where true values stand among draws (draws, quantities), between 0 and 1.

    Formula: (draws below + chance x (draws equal + 1)) / (draws + 1).
    """
    below, equal = (draws < truth).sum(axis=0), (draws == truth).sum(axis=0)
    return np.asarray((below + chance * (equal + 1)) / (len(draws) + 1))


def break_dates(vectors: Coordinates, seed: int) -> Array:
    """The mean quarter of each pair's first break in free histories, shape (pairs, vectors).

    A history without the break counts with the quarter after the last.
    """
    dates = first_breaks(parameters_at(vectors, HISTORIES), seed=seed)
    return np.asarray(dates.reshape(len(dates), -1, HISTORIES).mean(axis=2))
