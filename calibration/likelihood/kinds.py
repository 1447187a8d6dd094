"""The kinds of figure on record: aid of plan periods, answers to requests, rates of interest.

To add a kind, write its class here and name it in ``FIGURE_KINDS``; its discrepancy goes into
``calibration/observation.toml``, its parameters under the nulls into ``calibration/nulls.toml``.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from calibration.evidence.record import TARGET, aid_observations, interest_terms
from calibration.evidence.rows import Answer, Evidence, Term
from calibration.likelihood.figures import (
    Figure,
    Quantities,
    Sums,
    log_normal_density,
    observation_settings,
)
from scenarios.documented import PLAN_PERIODS, documented_sum
from simulation.arrays import Array, PerReplicate, logistic
from simulation.context import Context
from simulation.countries import Country, country_named
from simulation.dates import quarter_of
from simulation.interventions import HISTORICAL
from simulation.parameters import default_parameters
from simulation.state import Status
from simulation.trajectory import PAIRS, Trajectory

#: Plan periods from here on are compared.
_FIRST_PLAN = "1951"
_TINY = np.finfo(float).tiny


@dataclass(frozen=True)
class PeriodAid(Figure):
    """Documented pledges of a patron to a client in a plan period, compared in logarithms.

    A programme cut short, or begun late, counts for the quarters in which the two were on terms:
    the sum of pledges is set against value x quarters on terms / quarters of the period.
    """

    kind = "aid"
    unit = "million USD"
    needed = ("status", "newly_pledged")

    @classmethod
    def documented(
        cls, evidence: Evidence, roles: Collection[str] = (TARGET,)
    ) -> list[tuple[Figure, tuple[str, ...]]]:
        """The pledges of each patron in each plan period, added up over the documented loans.

        The spread comes from the figures' own ranges: log(high / low) / range_width.
        """
        loans = [loan for loan in aid_observations(evidence) if loan.role in roles and loan.usd > 0]
        width = observation_settings()["range_width"]
        sums: list[tuple[Figure, tuple[str, ...]]] = []
        for patron, client in PAIRS:
            for window in PLAN_PERIODS:
                total = documented_sum(loans, (patron, client), "pledged", window)
                if total is None or window.first_quarter < quarter_of(_FIRST_PLAN):
                    continue
                spread = float(np.log(total.high / total.low)) / width
                span = window.first_quarter, window.last_quarter
                sums.append((cls(patron, client, *span, total.usd, spread), total.ids))
        return sums

    @property
    def period(self) -> str:
        """The name of the plan period."""
        names = {window.first_quarter: window.name for window in PLAN_PERIODS}
        return names.get(self.first_quarter, str(self.first_quarter))

    @property
    def words(self) -> str:
        """The sum and the factor by which it is uncertain."""
        spread = f"times or divided by {np.exp(self.spread):.2f}"
        return f"{self.value:.0f} million US dollars pledged, {spread}"

    @staticmethod
    def scaled(values: Array | float) -> Array:
        """The logarithm."""
        with np.errstate(divide="ignore"):
            return np.asarray(np.log(values))

    def collect(self, of: Quantities) -> Sums:
        """New pledges, and whether the two were on terms: allied or in open dispute."""
        status = of("status")
        return of("newly_pledged"), (status == Status.ALLIED) | (status == Status.ESTRANGED)

    def simulated(self, sums: Sums) -> PerReplicate:
        """Pledges as if on terms throughout: pledged / share of quarters on terms."""
        pledged, on_terms = sums
        share = on_terms / self.quarters
        return np.where(share > 0, pledged / np.where(share > 0, share, 1.0), np.nan)

    def density(self, sums: Sums) -> PerReplicate:
        """The log-probability of the sum; 0 where the two were never on terms in the period.

        Formula: normal density at log(pledged) - log(value x share of quarters on terms).
        """
        pledged, on_terms = sums
        share = on_terms / self.quarters
        residual = np.log(np.maximum(pledged, _TINY)) - np.log(
            np.maximum(self.value * share, _TINY)
        )
        return np.where(on_terms > 0, log_normal_density(residual, self.whole_spread), 0.0)

    def in_range(self, simulated: PerReplicate) -> NDArray[np.bool_]:
        """Whether simulated sums lie within the documented range, read as its 90 % range."""
        reach = self.spread * observation_settings()["range_width"] / 2
        ratio = np.where(simulated > 0, simulated, np.nan) / self.value
        return np.asarray(np.abs(np.log(ratio)) <= reach)

    def recorded(self, history: Trajectory, error: float) -> Figure | None:
        """The sum as it would be documented; none if the two were never on terms or nothing came.

        Formula: simulated x exp(whole_spread x error).
        """
        simulated = float(self.simulated_in(history)[0])
        if not simulated > 0:
            return None
        return replace(self, value=simulated * float(np.exp(self.whole_spread * error)))

    def usual(self, level: Array) -> Array:
        """The logarithm of a share of the client's product over the period."""
        product = _log_product(self.client, self.first_quarter, self.last_quarter)
        return np.asarray(np.log(level) + product)

    def after(self, earlier: Figure) -> float:
        """The logarithm of an earlier sum, a quarter, over the quarters of this one."""
        return float(np.log(earlier.value * self.quarters / earlier.quarters))

    def by_gap(self, level: Array, slope: Array, gap: Array) -> Array:
        """A share of the client's product, less the wider the gap."""
        return self.usual(level) - slope * gap


@cache
def _log_product(country: Country, first_quarter: int, last_quarter: int) -> float:
    """The logarithm of a country's product over some quarters, a year's rate each, million USD."""
    context = Context(HISTORICAL, default_parameters())
    quarters = range(first_quarter, last_quarter + 1)
    return float(np.log(sum(context.quarter(quarter).income[country, 0] for quarter in quarters)))


def _pair_and_quarters(row: Answer | Term) -> tuple[Country, Country, int, int]:
    first, last = quarter_of(row.first), quarter_of(row.last, end=True)
    return country_named(row.patron), country_named(row.client), first, last


@dataclass(frozen=True)
class ShareGranted(Figure):
    """A documented answer to a request: the share granted, compared over about a year."""

    kind = "share"
    unit = "share"
    needed = ("requested", "newly_pledged")

    @classmethod
    def documented(
        cls, evidence: Evidence, roles: Collection[str] = (TARGET,)
    ) -> list[tuple[Figure, tuple[str, ...]]]:
        """The answers of ``shares.csv``: granted over asked; spread (high - low) / range_width."""
        width = observation_settings()["range_width"]
        return [
            (
                cls(*_pair_and_quarters(row), row.value, (row.high - row.low) / width),
                (row.id, row.asked, row.granted),
            )
            for row in evidence.shares
            if row.role in roles
        ]

    @property
    def words(self) -> str:
        """The share and how far it is uncertain."""
        return f"{self.value:.0%} of the request granted, ± {self.spread:.0%}"

    def collect(self, of: Quantities) -> Sums:
        """New pledges, and requests."""
        return of("newly_pledged"), of("requested")

    def simulated(self, sums: Sums) -> PerReplicate:
        """Pledges over requests; NaN where nothing is asked."""
        granted, asked = sums
        return np.where(asked > 0, granted / np.where(asked > 0, asked, 1.0), np.nan)

    def by_gap(self, level: Array, slope: Array, gap: Array) -> Array:
        """Lower the wider the gap: logistic(level - slope x gap)."""
        return logistic(level - slope * gap)


@dataclass(frozen=True)
class InterestAgreed(Figure):
    """A documented rate of interest on a patron's credit, over the quarters it was agreed in.

    What is documented are rates of loans, not of years: a quarter counts by what is newly pledged
    in it, and one in which nothing is pledged has no rate. Source: marku2017 1106-1110, 4877-4879,
    5884-5886.
    """

    kind = "interest"
    unit = "share a year"
    needed = ("interest", "newly_pledged")

    @classmethod
    def documented(
        cls, evidence: Evidence, roles: Collection[str] = (TARGET,)
    ) -> list[tuple[Figure, tuple[str, ...]]]:
        """The rates of ``terms.csv``, as far as they begin in fitted years.

        The source gives no range. The spread is that of rounding: 2 x interest_rounding /
        range_width.
        """
        settings = observation_settings()
        spread = 2 * settings["interest_rounding"] / settings["range_width"]
        return [
            (cls(*_pair_and_quarters(row), row.value / 100, spread), (row.id,))
            for row in interest_terms(evidence, roles)
        ]

    @property
    def words(self) -> str:
        """The rate and how far it is uncertain."""
        return f"credit at {100 * self.value:.3g} per cent a year, ± {100 * self.spread:.2g}"

    def collect(self, of: Quantities) -> Sums:
        """New pledges times the interest of their quarter, and new pledges."""
        return of("interest") * of("newly_pledged"), of("newly_pledged")

    def simulated(self, sums: Sums) -> PerReplicate:
        """The mean rate of the credit agreed: charged / pledged; NaN where nothing is pledged."""
        charged, pledged = sums
        return np.where(pledged > 0, charged / np.where(pledged > 0, pledged, 1.0), np.nan)

    def by_gap(self, level: Array, slope: Array, gap: Array) -> Array:
        """Softer the narrower the gap: that at no gap x exp(slope x gap)."""
        return level * np.exp(slope * gap)


#: Every kind, in the order in which figures stand in a record.
FIGURE_KINDS: tuple[type[Figure], ...] = (PeriodAid, ShareGranted, InterestAgreed)
#: The quantities of a history that the record is compared with.
COMPARED_ARRAYS = tuple(dict.fromkeys(("status", *(n for of in FIGURE_KINDS for n in of.needed))))
