"""Whether the likelihood is that of the rules: its odds are the odds of the truth.

    python benchmarks/odds.py [--records 150] [--moves-alone] [--seed 1]

A draw from the prior makes a record, and another draw is made near it. Before anything is known of
the record both are as probable; so the chance that the likelier of the two made it is
logistic(b |log odds|) with b = 1: less if the likelihood is too sure of itself, more if too timid.
Each is judged by more than a thousand histories, as noise makes log odds look too sure; drivers are
as coded. Takes about a second of processor time a record.
"""

import argparse

import numpy as np
from scipy.optimize import minimize_scalar

from calibration.checks.recovery.simulated import DRIVERS, addressed, simulated_record
from calibration.evidence.reading import read_evidence
from calibration.fit.workers import log_likelihoods
from calibration.likelihood.likelihood import mean_weight
from calibration.likelihood.observations import Record, fitted_record
from scenarios.console import progress_of
from simulation.arrays import Array
from simulation.parameters import parameter_table

#: Copies of a vector in one estimate, estimates of each, and how far the other vector is turned.
COPIES, REPEATS, ANGLE = 192, 3, 0.08
#: Keeps the steps to the other vectors apart from all else that is drawn.
_STEP = 99


def log_odds(like: Record, seed: int, number: int) -> float:
    """The log of how much likelier its own vector makes a record than a vector near it."""
    made = simulated_record(like, len(parameter_table()), seed=seed, number=number)
    step = addressed(seed, _STEP, number).standard_normal(made.truth.size)
    near = np.cos(ANGLE) * made.truth + np.sin(ANGLE) * step
    vectors = np.repeat(np.stack([made.truth, near]), REPEATS, axis=0)
    found = log_likelihoods(
        vectors, 0, record=made.record, seed=seed + number, copies=COPIES, drivers=DRIVERS
    )
    own, other = mean_weight(found.reshape(2, REPEATS))
    return float(own - other)


def slope_of(odds: Array) -> tuple[float, float]:
    """The slope b that makes log odds of the truth most probable, and its error."""
    best = minimize_scalar(
        lambda slope: np.logaddexp(0, -slope * odds).sum(), bounds=(0, 10), method="bounded"
    ).x
    chance = 1 / (1 + np.exp(-best * odds))
    return float(best), float(1 / np.sqrt((chance * (1 - chance) * odds**2).sum()))


def main() -> None:
    """Make the records, judge them, and print the slope."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=150)
    parser.add_argument("--moves-alone", action="store_true", help="leave out all figures")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    like = fitted_record(read_evidence())
    like = Record(like.moves, ()) if given.moves_alone else like
    odds = []
    with progress_of("judging records", given.records) as progress:
        for number in range(given.records):
            odds.append(log_odds(like, given.seed, number))
            progress(number + 1)
    slope, error = slope_of(np.array(odds))
    print(f"slope {slope:.2f} ± {error:.2f} from {given.records} records (1: as it should be)")


if __name__ == "__main__":
    main()
