"""How probable the record is under the rules: dated moves, silence, plan-period aid, answers, and interest."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np

from simulation.arrays import Array, PerReplicate
from simulation.conditioning import Conditioning, RecordedMove
from simulation.countries import Country
from simulation.dates import quarter_of
from simulation.ensemble import simulate
from simulation.interventions import HISTORICAL
from simulation.parameters import Parameters
from simulation.state import Status
from simulation.trajectory import Trajectory

#: Calibration ends here; later quarters are simulated but not fitted.
LAST_FITTED = "1978-12"
#: The quantities of a history that the record is compared with.
COMPARED_ARRAYS = ("status", "requested", "newly_pledged", "interest")


@dataclass(frozen=True)
class PeriodAid:
    """Documented pledges of a patron to a client in a plan period: million US dollars, log standard deviation."""

    patron: Country
    client: Country
    first_quarter: int
    last_quarter: int
    usd: float
    log_range: float

    @property
    def compared(self) -> tuple[float, float]:
        """What is compared, the logarithm of the sum, and its standard deviation."""
        return float(np.log(self.usd)), self.log_range


@dataclass(frozen=True)
class ShareGranted:
    """A documented answer to a request: the share granted, its spread, and the quarters it is compared over."""

    patron: Country
    client: Country
    first_quarter: int
    last_quarter: int
    share: float
    spread: float

    @property
    def compared(self) -> tuple[float, float]:
        """What is compared, the share, and its standard deviation."""
        return self.share, self.spread


@dataclass(frozen=True)
class InterestAgreed:
    """A documented rate of interest on a patron's credit: shares a year, and the quarters it was agreed in."""

    patron: Country
    client: Country
    first_quarter: int
    last_quarter: int
    rate: float
    spread: float

    @property
    def compared(self) -> tuple[float, float]:
        """What is compared, the rate, and its standard deviation."""
        return self.rate, self.spread


#: A documented figure that simulated histories are compared with.
Figure = PeriodAid | ShareGranted | InterestAgreed


@dataclass(frozen=True)
class Record:
    """All that the rules are fitted to: moves with their windows, plan-period aid, shares granted, and interest."""

    moves: tuple[RecordedMove, ...]
    aid: tuple[PeriodAid, ...]
    shares: tuple[ShareGranted, ...]
    interest: tuple[InterestAgreed, ...] = ()

    @property
    def figures(self) -> tuple[Figure, ...]:
        """Everything but the moves: aid, then shares, then interest."""
        return (*self.aid, *self.shares, *self.interest)


@cache
def observation_settings() -> dict[str, float]:
    """The spreads of ``calibration/observation.toml`` by name."""
    text = files("calibration").joinpath("observation.toml").read_text(encoding="utf-8")
    return {name: float(entry["value"]) for name, entry in tomllib.loads(text).items()}


def log_normal_density(residual: Array, spread: float) -> Array:
    """The logarithm of a normal density at a residual with the given standard deviation."""
    return np.asarray(-0.5 * (residual / spread) ** 2 - np.log(spread * np.sqrt(2 * np.pi)))


def log_aid(trajectory: Trajectory, observed: PeriodAid) -> PerReplicate:
    """The log-probability of a plan period's documented pledges, per replicate.

    The documented sum is compared with the simulated one, in logarithms. A programme cut short, or begun late,
    counts for the quarters in which the two were on terms: sum of pledges against usd x quarters on terms /
    quarters of the period.
    """
    at = (
        slice(observed.first_quarter, observed.last_quarter + 1),
        observed.patron,
        observed.client,
    )
    before = (
        slice(observed.first_quarter - 1, observed.last_quarter),
        *at[1:],
    )  # a status counts from the next quarter
    status = trajectory.arrays["status"][before]
    on_terms = ((status == Status.ALLIED) | (status == Status.ESTRANGED)).sum(axis=0)
    return aid_density(trajectory.arrays["newly_pledged"][at].sum(axis=0), on_terms, observed)


def aid_density(pledged: PerReplicate, on_terms: Array, observed: PeriodAid) -> PerReplicate:
    """The log-probability of a plan period's documented pledges, given those simulated and the quarters on terms.

    Nothing is compared (0) where the two were never on terms in the period.
    """
    settings = observation_settings()
    spread = float(np.hypot(observed.log_range, settings["aid_discrepancy"]))
    share = on_terms / (observed.last_quarter - observed.first_quarter + 1)
    tiny = np.finfo(float).tiny
    residual = np.log(np.maximum(pledged, tiny)) - np.log(np.maximum(observed.usd * share, tiny))
    return np.where(on_terms > 0, log_normal_density(residual, spread), 0.0)


def log_share(trajectory: Trajectory, observed: ShareGranted) -> PerReplicate:
    """The log-probability of a documented answer to a request (pledged over requested), per replicate."""
    at = (
        slice(observed.first_quarter, observed.last_quarter + 1),
        observed.patron,
        observed.client,
    )
    asked = trajectory.arrays["requested"][at].sum(axis=0)
    return share_density(trajectory.arrays["newly_pledged"][at].sum(axis=0), asked, observed)


def share_density(
    granted: PerReplicate, asked: PerReplicate, observed: ShareGranted
) -> PerReplicate:
    """The log-probability of a documented answer to a request, given the amounts granted and asked.

    Nothing is compared (0) where nothing was asked.
    """
    share = granted / np.maximum(asked, np.finfo(float).tiny)
    spread = float(np.hypot(observed.spread, observation_settings()["share_discrepancy"]))
    return np.where(asked > 0, log_normal_density(share - observed.share, spread), 0.0)


def interest_charged(
    trajectory: Trajectory, observed: InterestAgreed
) -> tuple[PerReplicate, PerReplicate]:
    """New pledges times the interest of their quarter, and new pledges, summed over the quarters of a figure."""
    at = (
        slice(observed.first_quarter, observed.last_quarter + 1),
        observed.patron,
        observed.client,
    )
    pledged = trajectory.arrays["newly_pledged"][at]
    return (trajectory.arrays["interest"][at] * pledged).sum(axis=0), pledged.sum(axis=0)


def mean_interest(charged: PerReplicate, pledged: PerReplicate) -> PerReplicate:
    """The mean rate of the credit agreed, a share a year: charged / pledged; undefined where nothing is pledged.

    What is documented are rates of loans, not of years: a quarter counts by what is newly pledged in it, and one in
    which nothing is pledged has no rate. Source: marku2017 1106-1110, 4877-4879, 5884-5886.
    """
    return np.where(pledged > 0, charged / np.where(pledged > 0, pledged, 1.0), np.nan)


def log_interest(trajectory: Trajectory, observed: InterestAgreed) -> PerReplicate:
    """The log-probability of a documented rate of interest, per replicate."""
    return interest_density(*interest_charged(trajectory, observed), observed)


def interest_density(
    charged: PerReplicate, pledged: PerReplicate, observed: InterestAgreed
) -> PerReplicate:
    """The log-probability of a documented rate of interest, given new pledges times interest, and new pledges.

    Nothing is compared (0) where nothing was pledged.
    """
    spread = float(np.hypot(observed.spread, observation_settings()["interest_discrepancy"]))
    residual = mean_interest(charged, pledged) - observed.rate
    return np.where(pledged > 0, log_normal_density(residual, spread), 0.0)


def log_figure(trajectory: Trajectory, observed: Figure) -> PerReplicate:
    """The log-probability of a documented figure of any kind, per replicate."""
    if isinstance(observed, PeriodAid):
        return log_aid(trajectory, observed)
    if isinstance(observed, ShareGranted):
        return log_share(trajectory, observed)
    return log_interest(trajectory, observed)


def log_weights(
    parameters: Parameters, record: Record, *, seed: int, first_replicate: int = 0
) -> PerReplicate:
    """The log-probability that the rules give the record, one value a replicate, in conditioned mode."""
    conditioning = Conditioning(record.moves, parameters.replicates, quarter_of(LAST_FITTED) + 1)
    trajectory = simulate(
        parameters,
        HISTORICAL,
        seed=seed,
        first_replicate=first_replicate,
        quarters=conditioning.until,
        keep=COMPARED_ARRAYS,
        record=conditioning,
    )
    total = conditioning.log_probability.copy()
    for figure in record.figures:
        total += log_figure(trajectory, figure)
    return total


def log_likelihood(
    parameters: Parameters, record: Record, *, seed: int, copies: int, first_replicate: int = 0
) -> Array:
    """The log-likelihood of each parameter vector, shape (population,): weights averaged over ``copies`` replicates.

    ``parameters`` hold each vector ``copies`` times in a row. Formula: log of the mean of exp(log weight).
    """
    weights = log_weights(parameters, record, seed=seed, first_replicate=first_replicate)
    return mean_weight(weights.reshape(-1, copies))


def mean_weight(log_weights: Array) -> Array:
    """The log of the mean of exp(log weight) over the last axis, without overflow."""
    most = log_weights.max(axis=-1, keepdims=True)
    return np.asarray(most[..., 0] + np.log(np.mean(np.exp(log_weights - most), axis=-1)))
