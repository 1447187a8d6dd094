"""The thousand histories behind one: fans, dates of breaks, and how near each is to the record."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scenarios.charts.compare import fan_of
from scenarios.columns import stem_of
from scenarios.documented import DocumentedBreak
from scenarios.draws import Draws, parameters_for
from scenarios.explain.words import pair_title
from scenarios.outcomes import NEVER, PAIR_NAMES, SERIES, first_breaks
from scenarios.page.parts.chart import Band, record_of, rounded
from simulation.countries import pair_named
from simulation.dates import FIRST_YEAR, QUARTERS, quarter_of
from simulation.ensemble import simulate

#: Among so many histories the one is chosen with which the page opens.
OPENING = 512
#: The time line on which each yearly series is shown.
_CHARTS = {"delivered": "aid", "support": "support-goodwill", "strain": "strain"}


@dataclass(frozen=True)
class Crowd:
    """What the histories of a scenario have in common, and where each stands among them.

    ``breaks`` are quarters by pair, shape (histories,), -1 where the pair has not broken by 1980;
    ``distances`` are summed years between simulated and documented breaks, shape (histories,).
    """

    breaks: dict[str, NDArray[np.int64]]
    distances: NDArray[np.float64]
    fans: dict[str, Any]

    @property
    def histories(self) -> int:
        """How many histories these are."""
        return len(self.distances)

    def nearest(self) -> int:
        """The draw of the history whose breaks lie nearest to the documented ones."""
        return int(np.argmin(self.distances))

    def farthest(self) -> int:
        """The draw of the history whose breaks lie farthest from them."""
        return int(np.argmax(self.distances))

    def numbers(self) -> dict[str, Any]:
        """Fans and dates of breaks by pair, for the browser."""
        pairs = {}
        for pair, own in self.breaks.items():
            counts = np.bincount(own[own != NEVER], minlength=QUARTERS)
            pairs[pair] = {"breaks": counts.tolist(), "bands": self.fans[pair]}
        return {"histories": self.histories, "pairs": pairs}

    def standing(self, pair: str, quarter: int | None) -> str:
        """Where a history's break of a pair (none: it never breaks) stands among all of them."""
        own = self.breaks[pair]
        never = float(np.mean(own == NEVER))
        title = pair_title(pair_named(pair))
        if quarter is None:
            return f"{title}: no break by 1980 here; so it is in {never:.0%} of histories."
        dates = np.where(own == NEVER, QUARTERS, own)
        later, earlier = (float(np.mean(side)) for side in (dates > quarter, dates < quarter))
        if max(later, earlier) <= 0.75:
            return f"{title}: the break comes when it does in most histories."
        share, word = (later, "earlier") if later > earlier else (earlier, "later")
        return f"{title}: the break comes {word} than in {share:.0%} of histories."


def years_from_record(
    breaks: Mapping[str, NDArray[np.integer]], documented: Sequence[DocumentedBreak]
) -> NDArray[np.float64]:
    """Summed years between the breaks of histories and the documented ones, shape (histories,).

    A pair that does not break counts as breaking after 1980.
    """
    recorded = {each.pair: quarter_of(each.date) for each in documented}
    apart = [
        np.abs(np.where(own == NEVER, QUARTERS, own) - recorded[pair_named(pair)]) / 4
        for pair, own in breaks.items()
        if pair_named(pair) in recorded
    ]
    return np.asarray(np.sum(apart, axis=0), dtype=np.float64)


def nearest_draw(
    draws: Draws, documented: Sequence[DocumentedBreak], seed: int
) -> tuple[int, dict[str, int]]:
    """The draw, among the first few hundred, whose history lies nearest to the record.

    With it comes the quarter in which each pair breaks there.
    """
    count = min(OPENING, len(draws))
    trajectory = simulate(parameters_for(draws, 0, count), seed=seed, keep=("status",))
    split, _, _ = first_breaks(trajectory)
    breaks = dict(zip(PAIR_NAMES, split, strict=True))
    draw = int(np.argmin(years_from_record(breaks, documented)))
    return draw, {pair: int(own[draw]) for pair, own in breaks.items()}


def crowd_of(table: pd.DataFrame, documented: Sequence[DocumentedBreak]) -> Crowd:
    """The crowd of a table of histories in the columns of a batch."""
    breaks = {
        pair: table[f"{stem_of(pair)}_quarter"].to_numpy(dtype=np.int64) for pair in PAIR_NAMES
    }
    fans = {
        pair: {_CHARTS[series]: _bands(table, pair, series) for series in SERIES}
        for pair in PAIR_NAMES
    }
    return Crowd(breaks, years_from_record(breaks, documented), fans)


def _bands(table: pd.DataFrame, pair: str, series: str) -> list[dict[str, Any]]:
    low, lower, _, upper, high = fan_of(table, pair, series).quantiles
    ends = ((f"5–95 % of {len(table):,} histories", low, high), ("", lower, upper))
    bands = (
        Band(words, rounded(one), rounded(other), FIRST_YEAR + 0.5, colour="soft", opacity=0.16)
        for words, one, other in ends
    )
    return [*map(record_of, bands)]
