"""Patterns of history that the rules must bring out of themselves, each a function of histories.

Every function takes a ``Trajectory`` that keeps ``KEPT`` and says of each history (R,) whether it
shows the pattern, or how large a quantity is. Dates and amounts of the record enter as arguments
only.
"""

from collections.abc import Sequence

import numpy as np

from calibration.checks.histories.implied import Flags
from calibration.likelihood.figures import Figure
from calibration.likelihood.quantities import COMPARED_ARRAYS
from scenarios import outcomes
from scenarios.documented import PLAN_PERIODS, Pair, Window
from simulation.arrays import Array, PerReplicate
from simulation.countries import Country
from simulation.dates import quarter_of
from simulation.state import Move, Status
from simulation.trajectory import Trajectory

#: What a trajectory must keep for the patterns.
KEPT = tuple(dict.fromkeys((*outcomes.KEPT, *COMPARED_ARRAYS)))
CHINA_ALBANIA: Pair = (Country.CHINA, Country.ALBANIA)
USSR_ALBANIA: Pair = (Country.USSR, Country.ALBANIA)
YUGOSLAVIA_ALBANIA: Pair = (Country.YUGOSLAVIA, Country.ALBANIA)
#: Aid counts as ended when less than this share of what is asked is granted.
ENDED = 0.1
#: Aid that dwindles before a break: pledges of the last two years against those of the five years
#: before them.
LAST_QUARTERS, EARLIER_QUARTERS, DWINDLED = 8, 20, 0.5


def of_pair(trajectory: Trajectory, name: str, pair: Pair) -> Array:
    """A kept quantity of one pair over time, shape (T, R)."""
    return np.asarray(trajectory.arrays[name][:, pair[0], pair[1]])


def break_quarter(trajectory: Trajectory, pair: Pair) -> PerReplicate:
    """The quarter of a pair's first break; infinite where it never breaks."""
    dates = trajectory.first_date(*pair, Move.SPLIT)
    return np.where(np.isnan(dates), np.inf, dates)


def summed(values: Array, window: Window) -> PerReplicate:
    """The sum of quarterly values (T, R) over a window."""
    return np.asarray(values[window.first_quarter : window.last_quarter + 1].sum(axis=0))


def mean_over(values: Array, first: str, last: str) -> PerReplicate:
    """The mean of quarterly values (T, R) from one date to another, both included."""
    return np.asarray(values[quarter_of(first) : quarter_of(last, end=True) + 1].mean(axis=0))


def broken_in_order(trajectory: Trajectory, pairs: Sequence[Pair]) -> Flags:
    """Pattern 1: all of the pairs break, in the order given (two may break in the same quarter)."""
    dates = np.stack([break_quarter(trajectory, pair) for pair in pairs])
    return np.asarray(np.isfinite(dates).all(axis=0) & (dates[:-1] <= dates[1:]).all(axis=0))


def broken_near(trajectory: Trajectory, pair: Pair, quarter: int, years: float) -> Flags:
    """Pattern 1: the pair breaks within so many years of a quarter."""
    return np.asarray(np.abs(break_quarter(trajectory, pair) - quarter) <= 4 * years)


def figure_in_range(trajectory: Trajectory, observed: Figure) -> Flags:
    """Patterns 2, 3 and 10 to 14: a figure lies within its documented range or interval."""
    return observed.in_range(trajectory)


def interest_softer(
    trajectory: Trajectory, softer: Sequence[Figure], harder: Sequence[Figure]
) -> Flags:
    """Pattern 10: one patron's credit is cheaper than another's, over the quarters on record."""
    one, other = (
        rates[0].simulated(np.sum([rate.sums_in(trajectory) for rate in rates], axis=0))
        for rates in (softer, harder)
    )
    return np.asarray(one < other)


def chinese_aid_peaks_after_1966(trajectory: Trajectory) -> Flags:
    """Pattern 4: the year in which most Chinese aid arrives in Albania is 1966 or later."""
    delivered = of_pair(trajectory, "delivered", CHINA_ALBANIA)
    years = delivered.reshape(-1, 4, delivered.shape[-1]).sum(axis=1)
    return np.asarray((4 * years.argmax(axis=0) >= quarter_of("1966")) & (years.max(axis=0) > 0))


def chinese_aid_falls_from_1975(trajectory: Trajectory) -> Flags:
    """Pattern 4: less arrives a quarter in 1976-77 than in 1972-74, and not for a break."""
    delivered = of_pair(trajectory, "delivered", CHINA_ALBANIA)
    falls = mean_over(delivered, "1976", "1977") < mean_over(delivered, "1972", "1974")
    return np.asarray(falls & (break_quarter(trajectory, CHINA_ALBANIA) >= quarter_of("1976")))


def chinese_aid_does_not_fall_in_1971(trajectory: Trajectory) -> Flags:
    """Pattern 4: at least as much arrives a quarter in 1972-74 as in 1968-70, and some does."""
    delivered = of_pair(trajectory, "delivered", CHINA_ALBANIA)
    before, after = mean_over(delivered, "1968", "1970"), mean_over(delivered, "1972", "1974")
    return np.asarray((after >= before) & (after > 0))


def quarters_without_grants(trajectory: Trajectory, pair: Pair) -> PerReplicate:
    """Pattern 5: for how many quarters before its break a pair's requests had been all but refused.

    A quarter counts if less than a tenth of what is asked is pledged. Undefined where the pair
    never breaks.
    """
    requested, granted = (
        of_pair(trajectory, name, pair) for name in ("requested", "newly_pledged")
    )
    ended = granted < ENDED * requested
    quarter = np.arange(len(requested))[:, np.newaxis]
    broken = break_quarter(trajectory, pair)
    alive = np.where(~ended & (quarter < broken), quarter, -1).max(axis=0)
    return np.where(np.isfinite(broken), broken - 1 - alive, np.nan)


def aid_ends_before_break(trajectory: Trajectory, pair: Pair) -> Flags:
    """Pattern 5: requests are all but refused for at least one whole quarter before the break."""
    return np.asarray(quarters_without_grants(trajectory, pair) >= 1)


def aid_dwindles_before_break(trajectory: Trajectory, pair: Pair) -> Flags:
    """Pattern 5, in place of the arms, which the rules do not tell from other aid.

    Pledges of the last two years before the break are less than half, a quarter, of those of the
    five years before.
    """
    pledged = of_pair(trajectory, "newly_pledged", pair)
    broken = break_quarter(trajectory, pair)
    back = broken - np.arange(len(pledged))[:, np.newaxis]
    last = np.where((back >= 1) & (back <= LAST_QUARTERS), pledged, 0.0).sum(axis=0) / LAST_QUARTERS
    earlier = (back > LAST_QUARTERS) & (back <= LAST_QUARTERS + EARLIER_QUARTERS)
    before = np.where(earlier, pledged, 0.0).sum(axis=0) / EARLIER_QUARTERS
    return np.asarray(np.isfinite(broken) & (last < DWINDLED * before))


def support_highest_1963_71(trajectory: Trajectory) -> Flags:
    """Pattern 6: Albania's mean support of China is higher in 1963-71 than in 1955-62 and after."""
    support = of_pair(trajectory, "support", CHINA_ALBANIA)
    before, then, after = (
        mean_over(support, *span) for span in (("1955", "1962"), ("1963", "1971"), ("1972", "1977"))
    )
    return np.asarray((then > before) & (then > after))


def requests_exceed_grants(trajectory: Trajectory) -> Flags:
    """Pattern 7: in every plan period with requests, Albania asks China for more than it gets."""
    exceeding = np.zeros(trajectory.replicates, dtype=bool)
    refuted = np.zeros(trajectory.replicates, dtype=bool)
    for window in PLAN_PERIODS:
        requested, granted = _requested_and_granted(trajectory, window)
        exceeding |= requested > granted
        refuted |= (requested > 0) & (requested <= granted)
    return exceeding & ~refuted


def ratio_of_requests_grows(trajectory: Trajectory) -> Flags:
    """Pattern 7: Albania's requests to China over the grants are larger in 1976-80 than 1966-70."""
    early, late = (
        _requested_and_granted(trajectory, window)
        for window in PLAN_PERIODS
        if window.name in ("1966-70", "1976-80")
    )
    both = (early[0] > 0) & (late[0] > 0)
    return np.asarray(both & (late[0] * early[1] > early[0] * late[1]))


def _requested_and_granted(
    trajectory: Trajectory, window: Window
) -> tuple[PerReplicate, PerReplicate]:
    requested, granted = (
        summed(of_pair(trajectory, name, CHINA_ALBANIA), window)
        for name in ("requested", "newly_pledged")
    )
    return requested, granted


def quarters_on_terms(trajectory: Trajectory, pair: Pair) -> PerReplicate:
    """How many quarters a pair was allied or in open dispute before its first break, or by 1980."""
    status = of_pair(trajectory, "status", pair)
    before = np.arange(len(status))[:, np.newaxis] < break_quarter(trajectory, pair)
    return np.asarray((np.isin(status, (Status.ALLIED, Status.ESTRANGED)) & before).sum(axis=0))


def china_lasts_longest(trajectory: Trajectory) -> Flags:
    """Pattern 8: of Albania's three alliances, the most distant patron's lasts longest."""
    china, ussr, yugoslavia = (
        quarters_on_terms(trajectory, pair)
        for pair in (CHINA_ALBANIA, USSR_ALBANIA, YUGOSLAVIA_ALBANIA)
    )
    return np.asarray((china > ussr) & (china > yugoslavia))


def still_unbroken(trajectory: Trajectory, pair: Pair, quarter: int) -> Flags:
    """Pattern 9: the pair has not broken by the end of a quarter."""
    return np.asarray(break_quarter(trajectory, pair) > quarter)
