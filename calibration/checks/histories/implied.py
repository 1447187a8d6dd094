"""What simulated histories imply for the five breaks and for aid, with Monte Carlo errors."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from calibration.reports.report import Table
from scenarios.documented import Documented, DocumentedBreak
from scenarios.outcomes import NEVER, PAIRS, Outcomes, quantile_quarter
from scenarios.summary import BreakSummary, summarised_aid, summarised_breaks
from simulation.arrays import Array
from simulation.dates import QUARTERS, date_of, quarter_of
from simulation.ensemble import simulate_in_chunks
from simulation.interventions import HISTORICAL, Scenario
from simulation.parameters import Parameters
from simulation.state import Move

Flags = NDArray[np.bool_]
#: A simulated break counts as near the documented one within so many years.
NEAR_YEARS = 2
_CONFIDENCE = 0.95


@dataclass(frozen=True)
class Share:
    """A share of histories, with the ends of its 95 % interval (Wilson 1927)."""

    share: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.share:.1%} ({self.low:.1%}–{self.high:.1%})"


def share_of(flags: Flags) -> Share:
    """The share of histories that show something, with the error of their finite number."""
    test = stats.binomtest(int(flags.sum()), len(flags))
    interval = test.proportion_ci(_CONFIDENCE, method="wilson")
    return Share(float(test.statistic), float(interval.low), float(interval.high))


def median_range(quarters: NDArray[np.integer]) -> tuple[int | None, int | None]:
    """Between which quarters the median date lies, for the finite number of histories (95 %).

    None stands for never. Formula: the quantiles 0.5 -+ 1.96 / (2 sqrt(R)), from the binomial
    distribution of ranks.
    """
    reach = stats.norm.ppf((1 + _CONFIDENCE) / 2) / (2 * np.sqrt(quarters.size))
    first, last = (
        quantile_quarter(quarters, min(max(0.5 + way * reach, 0.0), 1.0)) for way in (-1, 1)
    )
    return first, last


def near(quarters: NDArray[np.integer], documented: int) -> Flags:
    """Whether each simulated break falls within two years of a quarter; never does not."""
    distance = np.abs(quarters.astype(int) - documented)
    return np.asarray((quarters != NEVER) & (distance <= 4 * NEAR_YEARS))


@dataclass(frozen=True)
class ImpliedBreak:
    """A pair's simulated dates beside the documented break, with what the goal asks.

    ``inside`` is whether the documented date lies in the 5-95 % range of the dates, ``median_near``
    whether the median is within two years of it, ``below`` the share of histories that break before
    it (those of the same quarter by half).
    """

    summary: BreakSummary
    documented: DocumentedBreak
    median_range: tuple[int | None, int | None]
    broken: Share
    near: Share
    below: float
    inside: bool
    median_near: bool


def implied_breaks(outcomes: Outcomes, documented: Documented) -> tuple[ImpliedBreak, ...]:
    """When each of the five pairs breaks in simulated histories, beside when it did."""
    rows = []
    for place, summary in enumerate(summarised_breaks(outcomes, documented)):
        if summary.documented is None:
            continue
        quarters = outcomes.split[place]
        date = quarter_of(summary.documented.date)
        later = np.where(quarters == NEVER, QUARTERS, quarters).astype(int)
        ends = [quantile_quarter(quarters, share) for share in (0.05, 0.95)]
        first, last = (QUARTERS if end is None else end for end in ends)
        middle = quantile_quarter(quarters, 0.5)
        rows.append(
            ImpliedBreak(
                summary,
                summary.documented,
                median_range(quarters),
                share_of(quarters != NEVER),
                share_of(near(quarters, date)),
                float((later < date).mean() + (later == date).mean() / 2),
                first <= date <= last,
                middle is not None and abs(middle - date) <= 4 * NEAR_YEARS,
            )
        )
    return tuple(rows)


def first_breaks(
    parameters: Parameters,
    scenario: Scenario = HISTORICAL,
    *,
    seed: int,
    first_replicate: int = 0,
) -> Array:
    """The quarter of each pair's first break in free histories, shape (pairs, R).

    A history without the break counts with the quarter after the last.
    """
    chunks = [
        [np.nan_to_num(trajectory.first_date(*pair, Move.SPLIT), nan=QUARTERS) for pair in PAIRS]
        for trajectory in simulate_in_chunks(
            parameters, scenario, seed=seed, first_replicate=first_replicate, keep=()
        )
    ]
    return np.concatenate(chunks, axis=1)


def all_near(outcomes: Outcomes, documented: Documented) -> Share:
    """The share of histories in which every documented break falls within two years of its date."""
    flags = np.ones(outcomes.replicates, dtype=bool)
    for each in documented.breaks:
        flags &= near(outcomes.split[PAIRS.index(each.pair)], quarter_of(each.date))
    return share_of(flags)


def breaks_report_table(rows: tuple[ImpliedBreak, ...]) -> Table:
    """Simulated and documented dates of the five breaks."""
    return Table.of(
        "When the pairs break (95 % Monte Carlo intervals in brackets)",
        rows,
        {
            "pair": lambda row: row.summary.name,
            "median": lambda row: row.summary.median or "never",
            "error of the median": lambda row: _between(*row.median_range),
            "5–95 %": lambda row: f"{row.summary.q05 or 'never'} to {row.summary.q95 or 'never'}",
            "broken by 1980": lambda row: str(row.broken),
            f"within {NEAR_YEARS} years": lambda row: str(row.near),
            "documented": _dated,
            "earlier than documented": lambda row: f"{row.below:.0%}",
        },
    )


def aid_report_table(outcomes: Outcomes, documented: Documented) -> Table:
    """Simulated and documented amounts by pair, form, basis and window, where any is documented."""
    summaries = summarised_aid(outcomes, documented)
    rows = [(row, row.documented) for row in summaries if row.documented is not None]
    return Table.of(
        "Aid, million US dollars of the day",
        rows,
        {
            "patron to client": lambda row: " to ".join(each.title for each in row[0].pair),
            "period": lambda row: row[0].window.name,
            "form": lambda row: row[0].form,
            "basis": lambda row: row[0].basis,
            "median": lambda row: row[0].median,
            "5–95 %": lambda row: f"{row[0].q05:.0f}–{row[0].q95:.0f}",
            "documented": lambda row: row[1].usd,
            "low–high": lambda row: f"{row[1].low:.0f}–{row[1].high:.0f}",
            "inside": lambda row: row[0].q05 <= row[1].usd <= row[0].q95,
        },
    )


def break_values(rows: tuple[ImpliedBreak, ...]) -> dict[str, dict[str, object]]:
    """The dates of the five breaks as plain numbers for a report's JSON, by pair."""
    return {
        row.summary.name: {
            "documented": row.documented.date,
            "q05": row.summary.q05,
            "median": row.summary.median,
            "q95": row.summary.q95,
            "median_range": [None if end is None else date_of(end) for end in row.median_range],
            "share_by_1980": row.broken.share,
            "share_near": row.near.share,
            "below": row.below,
            "inside_90": row.inside,
            "median_within_two_years": row.median_near,
        }
        for row in rows
    }


def _between(first: int | None, last: int | None) -> str:
    return " to ".join("never" if end is None else date_of(end) for end in (first, last))


def _dated(row: ImpliedBreak) -> str:
    known = row.documented
    return known.date + (f" (to {known.latest})" if known.latest != known.earliest else "")
