"""What several independent runs of a fit say together of log evidence, and whether it is told."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from calibration.fit.population import Population
from simulation.arrays import Array

#: With fewer families of draws in a run neither its log evidence nor the error of it holds.
LEAST_FAMILIES = 30
#: One run has no spread, and so tells nothing.
LEAST_RUNS = 2
#: So many errors from nought is told from chance.
CLEAR = 2


@dataclass(frozen=True)
class Evidence:
    """A log evidence, or a difference of two, from independent runs with other seeds and starts.

    ``value`` is the mean of the runs; ``family_error`` the error of one run as its families tell
    it, ``spread`` how far runs differ; ``families`` the fewest of any run.
    """

    value: float
    family_error: float
    spread: float
    families: int
    runs: int

    @property
    def error(self) -> float:
        """The larger of family error and spread.

        It is the error of one run rather than of their mean: with two or three runs the spread is
        itself rough, and when few families are left their error is too small.
        """
        return max(self.family_error, self.spread)

    @property
    def settled(self) -> bool:
        """Whether there are runs and families enough for the error to hold."""
        return self.runs >= LEAST_RUNS and self.families >= LEAST_FAMILIES

    @property
    def verdict(self) -> str:
        """``for``, ``against``, or ``not told`` where the runs do not settle it."""
        if not self.settled or abs(self.value) <= CLEAR * self.error:
            return "not told"
        return "for" if self.value > 0 else "against"

    def less(self, other: "Evidence") -> "Evidence":
        """By how much this log evidence exceeds another, found by runs of their own.

        Errors are added as independent ones: rather too large where runs of one seed have shocks in
        common.
        """
        return Evidence(
            self.value - other.value,
            float(np.hypot(self.family_error, other.family_error)),
            float(np.hypot(self.spread, other.spread)),
            min(self.families, other.families),
            min(self.runs, other.runs),
        )


def evidence_of(populations: Sequence[Population], sign: int = 1) -> Evidence:
    """The log evidence reached by independent runs, times a ``sign``."""
    return evidence_from(
        sign * np.array([each.log_evidence for each in populations]),
        np.array([each.evidence_error for each in populations]),
        min(each.families for each in populations),
    )


def evidence_from(values: Array, errors: Array, families: int) -> Evidence:
    """What independent runs say together: their log evidence (runs,) and its errors (runs,).

    ``families`` are the fewest of any run. Formula: value = mean of the runs e_r; family error =
    sqrt(mean of f_r ** 2), f_r the error of a run from its families; spread = sqrt(sum of (e_r -
    value) ** 2 / (runs - 1)), nought for one run.
    """
    return Evidence(
        float(values.mean()),
        float(np.sqrt((errors**2).mean())),
        float(values.std(ddof=1)) if len(values) > 1 else 0.0,
        families,
        len(values),
    )
