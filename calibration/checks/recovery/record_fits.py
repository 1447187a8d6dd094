"""Draws from the posteriors of many simulated records, kept one file a record, so that the work may be cut short.

The draws are a fit's (recovery), or ends of chains that stand on one footing with the truth (ranks). Of every record
is kept where the true value of each quantity stands among the draws: a *place* between 0 and 1, the share of draws
below it (ties and ends filled evenly by chance). If the draws come from the right posterior, places are spread
evenly. Quantities are the parameters, the log-likelihood of the record, and the mean date of each break in free
histories. Source: Talts et al. 2018; Modrák et al. 2023.
"""

import json
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from calibration.checks.recovery.exchangeable import Chains, exchangeable_draws
from calibration.checks.recovery.simulated import (
    CHECKING,
    FITTING,
    SimulatedRecord,
    addressed,
    seed_of,
    simulated_record,
)
from calibration.errors import CalibrationError
from calibration.fit.population import Effort, Sampling, begun, correlations
from calibration.fit.sampler import sampled
from calibration.fit.workers import likelihood_here, log_likelihoods, worker_processes
from calibration.likelihood.observations import Record
from calibration.origin import rules_hash
from calibration.prior import Coordinates, parameters_at
from calibration.reports.form import write_object
from scenarios.draws import table_hash
from scenarios.outcomes import PAIR_NAMES, PAIRS
from simulation.arrays import Array
from simulation.dates import QUARTERS
from simulation.ensemble import simulate_in_chunks
from simulation.errors import MISSING, Problem
from simulation.parameters import parameter_table
from simulation.state import Move

#: Free histories over which the date of a break is averaged, for each vector.
HISTORIES = 8
MANIFEST = "records.json"


@dataclass(frozen=True)
class RecordFits:
    """What records are simulated and fitted, and where the results are kept."""

    folder: Path
    like: Record
    effort: Effort | Chains
    seed: int

    def path_of(self, number: int) -> Path:
        """Where the result of a record is kept."""
        return self.folder / f"record-{number:05d}.json"

    def settings(self) -> dict[str, Any]:
        """Everything that decides the results."""
        return {
            "seed": self.seed,
            "effort": asdict(self.effort),
            "histories": HISTORIES,
            "record_like": repr(self.like),
            "rules": rules_hash(),
            "parameter_table": table_hash(),
        }

    def missing(self, records: int) -> list[int]:
        """The first so many records that have not been fitted yet."""
        return [number for number in range(records) if not self.path_of(number).is_file()]

    def results(self, records: int) -> list[dict[str, Any]]:
        """The results of the first so many records, as far as they are there."""
        paths = [self.path_of(number) for number in range(records)]
        return [json.loads(path.read_text(encoding="utf-8")) for path in paths if path.is_file()]


def quantity_names() -> tuple[str, ...]:
    """The quantities whose places are kept: parameters, log-likelihood, mean date of each break."""
    return (*parameter_table(), "log-likelihood", *(f"break of {name}" for name in PAIR_NAMES))


def setting_problems(fits: RecordFits, resume: bool) -> list[Problem]:
    """What keeps the results from being put into their folder: others are there, or these and it is not resumed."""
    path = fits.folder / MANIFEST
    if not path.is_file():
        return []
    held, asked = json.loads(path.read_text(encoding="utf-8")), fits.settings()
    problems = [
        Problem(
            str(path),
            name,
            asked[name],
            f"{held.get(name, MISSING)!r}, as the records there; or another folder",
        )
        for name in asked
        if asked[name] != held.get(name)
    ]
    if not problems and not resume:
        problems.append(
            Problem("--fits", "folder", str(fits.folder), "one that is empty, or --resume")
        )
    return problems


def fit_records(
    fits: RecordFits, records: int, *, workers: int, told: Callable[[int], None] = lambda _: None
) -> None:
    """Simulate and fit the first so many records, those that are missing; ``told`` hears how many are done.

    Every record is worked out by one process; results do not depend on ``workers``. Raises ``CalibrationError`` if a
    worker process dies; what is done stays.
    """
    fits.folder.mkdir(parents=True, exist_ok=True)
    write_object(fits.folder / MANIFEST, fits.settings())
    missing = fits.missing(records)
    done = records - len(missing)
    told(done)
    if workers == 1:
        for number in missing:
            fit_record(fits, number)
            done += 1
            told(done)
        return
    try:
        with worker_processes(min(workers, max(1, len(missing)))) as pool:
            handed_out: list[Future[None]] = [
                pool.submit(fit_record, fits, number) for number in missing
            ]
            for future in as_completed(handed_out):
                future.result()
                done += 1
                told(done)
    except BrokenProcessPool as error:
        raise CalibrationError(
            "the records were cut short: a worker process died (killed, or there was too little memory)\n"
            f"{records - len(fits.missing(records))} of {records} are kept in {fits.folder}; --resume goes on"
        ) from error


def fit_record(fits: RecordFits, number: int) -> None:
    """Simulate a record, fit it, and keep the result."""
    start = time.monotonic()
    made = simulated_record(fits.like, len(parameter_table()), seed=fits.seed, number=number)
    if isinstance(fits.effort, Chains):
        population, accepted = exchangeable_draws(made, fits.effort, fits.seed)
        how: dict[str, Any] = {"accepted": accepted}
    else:
        sampling = fit_of_record(made, fits.effort, fits.seed)
        population = sampling.population
        how = {
            "log_evidence": population.log_evidence,
            "log_evidence_error": population.evidence_error,
            "families": population.families,
            "memory": float(correlations(sampling.before, population.coordinates).mean()),
            "bridges": len(sampling.stages),
        }
    result = result_of(made, population.coordinates, fits.effort.copies, fits.seed) | how
    write_object(fits.path_of(number), result | {"seconds": round(time.monotonic() - start, 1)})


def fit_of_record(made: SimulatedRecord, effort: Effort, seed: int) -> Sampling:
    """The population drawn from the posterior of a simulated record."""
    own = seed_of(seed, FITTING, made.number)
    likelihood = likelihood_here(made.record, seed=own, copies=effort.copies)
    start = addressed(own, FITTING, made.number).standard_normal(
        (effort.population, len(made.truth))
    )
    return sampled(begun(start, likelihood), likelihood, effort, own, lambda _: None)


def result_of(made: SimulatedRecord, draws: Coordinates, copies: int, seed: int) -> dict[str, Any]:
    """What is kept of some draws: the place of every true value among them, their means and spreads."""
    vectors = np.vstack([made.truth, draws])
    own = seed_of(seed, CHECKING, made.number)
    values = np.column_stack(
        [vectors, log_likelihoods(vectors, made.record, own, copies, 0), *break_dates(vectors, own)]
    )
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
        "aid": len(made.record.of_kind("aid")),
        "shares": len(made.record.of_kind("share")),
        "interest": len(made.record.of_kind("interest")),
        "degenerate": made.degenerate,
    }


def places_of(truth: Array, draws: Array, chance: Array) -> Array:
    """Where true values stand among draws (draws, quantities), between 0 and 1.

    Formula: (draws below + chance x (draws equal + 1)) / (draws + 1).
    """
    below, equal = (draws < truth).sum(axis=0), (draws == truth).sum(axis=0)
    return np.asarray((below + chance * (equal + 1)) / (len(draws) + 1))


def break_dates(vectors: Coordinates, seed: int) -> Sequence[Array]:
    """The mean quarter of each pair's first break in free histories, one array over the vectors a pair.

    A history without the break counts with the quarter after the last.
    """
    parameters = parameters_at(vectors, HISTORIES)
    found: list[list[Array]] = [[] for _ in PAIRS]
    for trajectory in simulate_in_chunks(parameters, seed=seed, keep=()):
        for dates, (patron, client) in zip(found, PAIRS, strict=True):
            dates.append(
                np.nan_to_num(trajectory.first_date(patron, client, Move.SPLIT), nan=QUARTERS)
            )
    return [np.concatenate(dates).reshape(-1, HISTORIES).mean(axis=1) for dates in found]
