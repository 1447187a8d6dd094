"""What the centres of the priors imply by themselves, beside what is documented.

Free histories at the centres of the priors may give a documented sum, share or date, although no
single number in the tables does: then the record has been fed in before any fit.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from calibration.evidence.problems import COMPARED
from calibration.evidence.record import headline_breaks
from calibration.evidence.rows import Evidence
from calibration.guards.meetings import PARAMETERS_FILE, Coincidence, unless
from calibration.likelihood.declared import SUPPORT, figures_on_record
from calibration.likelihood.figures import Figure
from calibration.likelihood.quantities import COMPARED_ARRAYS
from simulation.dates import QUARTERS, date_of, quarter_of
from simulation.ensemble import simulate
from simulation.errors import Problem
from simulation.parameters import Parameters
from simulation.state import Move
from simulation.trajectory import Trajectory

#: A documented number is met by what the priors imply if they differ by at most this part of it,
#: and a date if it falls into the same quarter.
NEAR = 0.01
#: Free histories at the centres of the priors, and the seed of their shocks.
HISTORIES, SEED = 1024, 1
DATE = "date"
#: What stands for a parameter where all of them together meet a target.
IMPLIED = "implied"


@dataclass(frozen=True)
class Implied:
    """A documented number, by its observation or row, and what the centres of the priors imply."""

    id: str
    what: str
    documented: float
    implied: float

    @property
    def met(self) -> bool:
        """Whether the two are the same, as far as that can be told."""
        reach = 0.5 if self.what == DATE else NEAR * abs(self.documented)
        return abs(self.implied - self.documented) <= reach


def free_histories(table: dict[str, Any]) -> Trajectory:
    """Histories at the defaults of a parameter table, the centres of the priors.

    The drivers are as coded.
    """
    centres = {name: np.full(HISTORIES, float(entry["default"])) for name, entry in table.items()}
    return simulate(Parameters(centres), seed=SEED, keep=COMPARED_ARRAYS, drivers="coded")


def implied_numbers(evidence: Evidence, free: Trajectory) -> tuple[Implied, ...]:
    """Requests, pledges, deliveries, shares and dates of breaks, documented and in free histories.

    Each is compared as its observation declares. Formula: the median over those histories that have
    anything to compare; sums in million US dollars, dates in quarters since the beginning of 1945.
    """
    return (*_figures(evidence, free), *_dates(evidence, free))


def _figures(evidence: Evidence, free: Trajectory) -> Iterator[Implied]:
    shares = {row.id: row.value for row in evidence.statements if row.unit == "share"}
    for figure, ids in figures_on_record(evidence, COMPARED):
        if figure.kind == SUPPORT or figure.measure == "agreement":
            continue  # a word
        if figure.reading.value is not None:
            documented = [figure.value]
        else:
            documented = [shares[name] for name in ids if name in shares]
        for number in documented:
            yield Implied(figure.name, figure.kind, number, _median_of(figure, free))


def _median_of(figure: Figure, free: Trajectory) -> float:
    found = figure.simulated_in(free)
    found = found[~np.isnan(found)]
    return float(np.median(found)) if found.size else 0.0


def _dates(evidence: Evidence, free: Trajectory) -> Iterator[Implied]:
    for headline in headline_breaks(evidence).values():
        dates = np.nan_to_num(free.first_date(*headline.pair, Move.SPLIT), nan=QUARTERS)
        documented = quarter_of(headline.documented)
        yield Implied(headline.id, DATE, documented, float(np.median(dates)))


def implied_meetings(evidence: Evidence, table: dict[str, Any]) -> Iterator[Coincidence]:
    """Documented numbers that the centres of the priors give by themselves."""
    for each in implied_numbers(evidence, free_histories(table)):
        if each.met and each.documented:
            value = date_of(int(each.implied)) if each.what == DATE else each.implied
            allowed = f"priors whose centres imply another {each.what} than {each.id} documents"
            problem = Problem(PARAMETERS_FILE, f"implied {each.what}", value, unless(allowed))
            yield Coincidence((PARAMETERS_FILE, IMPLIED, each.id), problem)
