"""What came later, foreseen from a fit to what was on record by some date.

How probable the later record is given the earlier, and when pairs then break. Source: Dawid 1984
(accounts are judged by what they foresee of what comes next).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from calibration.checks.work import method
from calibration.fit.evidence import CLEAR, LEAST_FAMILIES
from calibration.likelihood.observations import Record
from calibration.reports.pictures import BLUE, GREY, ORANGE, blank, open_frame
from calibration.reports.report import Goal, Picture, Pictures, Report, Table
from scenarios.columns import stem_of
from scenarios.comparison.histories import ProgressOf, conditional_histories
from scenarios.documented import Documented, DocumentedBreak
from scenarios.draws import Draws
from scenarios.explain.words import pair_title
from scenarios.outcomes import NEVER, quantile_quarter
from simulation.countries import pair_name
from simulation.dates import FIRST_YEAR, LAST_YEAR, date_of, quarter_name, quarter_of, year_of
from simulation.interventions import HISTORICAL

#: The quarter of a pair's break in each history, (R,), or ``NEVER``.
Dates = NDArray[np.int64]


@dataclass(frozen=True)
class Account:
    """An account of the record: its log evidence for the whole and for what was known ``early``.

    Each has its standard error.
    """

    name: str
    whole: float
    whole_error: float
    early: float
    early_error: float

    @property
    def later(self) -> float:
        """The log-probability of the later record given the earlier.

        Formula: log p(whole) - log p(early), parameters averaged over their priors.
        """
        return self.whole - self.early

    @property
    def error(self) -> float:
        """The standard error of that, both evidences being found by fits of their own."""
        return float(np.hypot(self.whole_error, self.early_error))


def gain_over(rules: Account, null: Account) -> tuple[float, float]:
    """By how much the rules foresee the later record better than a null, and the error of that."""
    return rules.later - null.later, float(np.hypot(rules.error, null.error))


def later_breaks(documented: Documented, until: int) -> tuple[DocumentedBreak, ...]:
    """The documented breaks from the quarter ``until`` on."""
    return tuple(each for each in documented.breaks if quarter_of(each.date) >= until)


def foreseen_breaks(
    breaks: Sequence[DocumentedBreak],
    draws: Draws,
    record: Record,
    replicates: int,
    seed: int,
    progress: ProgressOf | None = None,
) -> list[Dates]:
    """When pairs break in histories on which a record is imposed as far as it goes, free from then.

    One array for each of the ``breaks``. A pair that has broken on record and made up cannot be
    told here: its first break counts.
    """
    columns = [f"{stem_of(pair_name(*each.pair))}_quarter" for each in breaks]
    tables, _ = conditional_histories(
        [HISTORICAL],
        draws,
        replicates,
        seed,
        record.moves,
        record.until,
        columns={HISTORICAL.name: columns},
        progress=progress,
    )
    return [tables[HISTORICAL.name][column].to_numpy() for column in columns]


def by_year(dates: Dates, years: Sequence[int]) -> list[float]:
    """The share of histories that have broken by the end of each year."""
    ends = [quarter_of(str(year), end=True) for year in years]
    return [float(((dates != NEVER) & (dates <= end)).mean()) for end in ends]


@dataclass(frozen=True)
class Foresight:
    """What was foreseen: moves and figures ``known`` by the quarter ``until``, and those ``later``.

    ``families`` are the fewest of any fit of the rules. ``early`` and ``whole`` are the dates of
    the ``breaks`` under draws fitted to what was known by then, and to everything.
    """

    until: int
    known: int
    later: int
    rules: Account
    nulls: tuple[Account, ...]
    families: int
    breaks: tuple[DocumentedBreak, ...]
    early: Sequence[Dates]
    whole: Sequence[Dates]

    @property
    def last(self) -> str:
        """The last quarter that was known."""
        return quarter_name(self.until - 1)

    @property
    def best(self) -> Account:
        """The null that foresees the later record best."""
        return max(self.nulls, key=lambda null: null.later)


def foresight_report(seen: Foresight, origin: Mapping[str, Any]) -> tuple[Report, Pictures]:
    """The report, with a picture where a break is still to come."""
    gain, error = gain_over(seen.rules, seen.best)
    accounts = Table.of(
        "Log-probability of the record: to the date, whole, and the later given the earlier",
        (seen.rules, *sorted(seen.nulls, key=lambda null: -null.later)),
        {
            "account": lambda row: row.name,
            f"to {seen.last}": lambda row: f"{row.early:.1f} ± {row.early_error:.1f}",
            "whole": lambda row: f"{row.whole:.1f} ± {row.whole_error:.1f}",
            "later given earlier": lambda row: f"{row.later:.1f} ± {row.error:.1f}",
            "rules minus this": lambda row: (
                None
                if row is seen.rules
                else "{:+.1f} ± {:.1f}".format(*gain_over(seen.rules, row))
            ),
        },
    )
    dates = Table.of(
        "When pairs break, the record to the date imposed",
        zip(seen.breaks, seen.early, seen.whole, strict=True),
        {
            "pair": lambda row: pair_name(*row[0].pair),
            f"fitted to {seen.last}": lambda row: _range(row[1]),
            "of these broken by 1980": lambda row: f"{(row[1] != NEVER).mean():.0%}",
            "fitted to the whole": lambda row: _range(row[2]),
            "of those by 1980": lambda row: f"{(row[2] != NEVER).mean():.0%}",
            "documented": lambda row: row[0].date,
        },
    )
    goal = Goal(
        name=f"The record after {seen.last}, foreseen from that before",
        goal="more probable under the rules than under any null",
        measured=f"{gain:+.1f} ± {error:.1f} over {seen.best.name}",
        reached=gain > CLEAR * error if seen.families >= LEAST_FAMILIES else None,
    )
    caption = f"Share of histories that have broken, fitted to {seen.last} and to the whole"
    parts = (
        method("foresight", families=LEAST_FAMILIES),
        accounts,
        *((Picture(name="breaks", caption=caption), dates) * bool(seen.breaks)),
    )
    report = Report(
        check="foresight",
        title=f"What came after {seen.last}, foreseen from a fit to what had happened by then",
        finding=_finding(seen, gain, error),
        reached=goal.reached,
        origin=dict(origin),
        parts=parts,
        goals=(goal,),
        values={
            "until": seen.last,
            "observations": {"known": seen.known, "later": seen.later},
            "families": seen.families,
            "gain": {null.name: gain_over(seen.rules, null) for null in seen.nulls},
            "breaks": {
                pair_name(*each.pair): {
                    "documented": each.date,
                    "fitted_early": _values(early),
                    "fitted_whole": _values(whole),
                }
                for each, early, whole in zip(seen.breaks, seen.early, seen.whole, strict=True)
            },
        },
    )
    return report, {"breaks": breaks_figure(seen)} if seen.breaks else {}


def _finding(seen: Foresight, gain: float, error: float) -> str:
    how = "more" if gain > 0 else "less"
    text = (
        f"Given the {seen.known} dated moves and figures to {seen.last}, the {seen.later} later "
        f"ones are e^({abs(gain):.1f} ± {error:.1f}) times {how} probable under the rules than "
        f"under the best null, {seen.best.name}."
    )
    for each, early in zip(seen.breaks, seen.early, strict=True):
        text += (
            f" Fitted to {seen.last} alone, the rules have {pair_title(each.pair)} break by 1980 "
            f"in {(early != NEVER).mean():.0%} of histories, {_range(early)} (documented "
            f"{each.date})."
        )
    if seen.families < LEAST_FAMILIES:
        text += f" With {seen.families} families in a fit it has not settled: no verdict."
    return text


def _quantiles(dates: Dates) -> list[str | None]:
    quarters = [quantile_quarter(dates, share) for share in (0.05, 0.5, 0.95)]
    return [None if quarter is None else date_of(quarter) for quarter in quarters]


def _range(dates: Dates) -> str:
    low, middle, high = (date or "never" for date in _quantiles(dates))
    return f"median {middle}, 5-95 % {low} to {high}"


def _values(dates: Dates) -> dict[str, Any]:
    low, middle, high = _quantiles(dates)
    share = float((dates != NEVER).mean())
    return {"q05": low, "median": middle, "q95": high, "share_by_1980": share}


def breaks_figure(seen: Foresight) -> Figure:
    """For each later break the share of histories that have made it, year by year."""
    figure = blank(7, 2.6 * len(seen.breaks))
    years = range(year_of(seen.until - 1), LAST_YEAR + 1)
    rows = zip(seen.breaks, seen.early, seen.whole, strict=True)
    for place, (each, early, whole) in enumerate(rows, 1):
        axes = figure.add_subplot(len(seen.breaks), 1, place)
        ends = [year + 1 for year in years]
        axes.plot(ends, by_year(early, years), color=ORANGE, label=f"fitted to {seen.last}")
        axes.plot(ends, by_year(whole, years), color=BLUE, label="fitted to the whole record")
        date = FIRST_YEAR + quarter_of(each.date) / 4 + 1 / 8
        axes.axvline(date, color=GREY, linestyle="--", label=f"documented {each.date}")
        axes.set_ylim(0, 1)
        axes.set_title(pair_title(each.pair), loc="left", fontsize="medium")
        axes.set_ylabel("share broken")
        axes.legend(frameon=False, loc="upper left", fontsize="small")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        open_frame(axes)
    figure.tight_layout()
    return figure
