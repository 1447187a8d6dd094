"""The drivers as settled: one rule for every disagreement of the two codings, and nothing else.

- *Spells* are those of the second coding. It alone was made by the codebook, whose closed list of
  acts cuts the series of all four countries alike. A row of the leaderships whose line, or whose
  demand for hierarchy, is that of the row before goes on with it.
- *Value*: the mean of both codings over the months of the spell, rounded to the finest step that
  the codebook allows.
- *Range*: from the lower of the two lows to the higher of the two highs, each the mean over the
  months of the spell.
- *Emergency*: a spell whose value is 0 is an ordinary time and has no row.

No result of the model enters. The tables of ``simulation/drivers`` and the priors of lines and
demands for hierarchy in ``simulation/parameters.toml`` hold what comes out; tests compare them.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from calibration.evidence.agreement import (
    FIRST_CODING,
    NEAR_MONTHS,
    PROXIMITY,
    SECOND_CODING,
    TABLES,
    Row,
    coded_months,
    coded_pairs,
    coding_rows,
)
from calibration.evidence.columns import month_number
from simulation.countries import country_named
from simulation.dates import FIRST_YEAR

#: The finest step of a value: half an anchor, or what the mean of the items allows.
STEPS = dict.fromkeys((*TABLES, PROXIMITY), 1 / 8) | {"line": 1 / 20, "isolation": 1 / 16}
#: A range is told to so many decimals.
_DECIMALS = 2
#: Means are told to so many decimals before they are rounded, so that a half is a half.
_EXACT = 9
#: Values nearer than this are the same.
_SAME = 1e-9
#: How many standard deviations from the middle of a normal prior 90 % of it end.
_NINETY = 1.645


@dataclass(frozen=True)
class Graded:
    """A value and its range."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        value, low, high = (
            f"{number:.2f}".rstrip("0").rstrip(".") for number in vars(self).values()
        )
        return f"{value} ({low}-{high})"


@dataclass(frozen=True)
class Settled:
    """A spell of a driver as both coders have it, on the mean of its months, and as settled.

    ``subject`` is a country, or a pair for proximity; ``start`` and ``end`` are months YYYY-MM;
    ``fallen`` counts the cuts of the first coding within the spell that are near none of its ends.
    """

    driver: str
    subject: str
    start: str
    end: str
    first: Graded
    second: Graded
    fallen: int = 0

    @property
    def settled(self) -> Graded:
        """The value and range that the rule gives."""
        step = STEPS[self.driver]
        steps = round((self.first.value + self.second.value) / 2 / step, _EXACT)
        value = math.floor(steps + 0.5) * step  # a half goes up
        low = min(self.first.low, self.second.low, value)
        high = max(self.first.high, self.second.high, value)
        return Graded(round(value, 4), round(low, _DECIMALS), round(high, _DECIMALS))

    @property
    def disagree(self) -> bool:
        """Whether the two codings differ in the value or in where spells begin."""
        same = math.isclose(self.first.value, self.second.value, abs_tol=0.005)
        return self.fallen > 0 or not same

    @property
    def row(self) -> dict[str, str]:
        """The spell in a table of disagreements, with the rules that settle it."""
        cuts = f"; {self.fallen} cut{'s' * (self.fallen > 1)} out" * (self.fallen > 0)
        return {
            "driver": self.driver,
            "country": self.subject,
            "months": f"{self.start} to {self.end}",
            "first": str(self.first),
            "second": str(self.second),
            "settled": str(self.settled),
            "rule": f"mean{cuts}",
        }

    @property
    def spread(self) -> float:
        """The standard deviation of a normal prior of whose width 90 % is the range."""
        return round((self.settled.high - self.settled.low) / 2 / _NINETY, _DECIMALS)


def settled_spells() -> tuple[Settled, ...]:
    """Every spell of every driver, in the order of drivers, countries and months."""
    first, second = coding_rows(FIRST_CODING), coding_rows(SECOND_CODING)
    dated = (spell for driver in TABLES for spell in _dated(driver, first, second))
    kept = (each for each in dated if each.driver != "emergency" or each.settled.value > 0)
    pairs, others = coded_pairs(first), coded_pairs(second)
    near = (
        Settled(PROXIMITY, pair, f"{FIRST_YEAR}-01", "1980-12", Graded(*pairs[pair]), Graded(*has))
        for pair, has in others.items()
    )
    return (*kept, *near)


def markdown_rows(rows: Sequence[Mapping[str, str]]) -> str:
    """Rows as a table in Markdown, as it stands in ``docs/coding.md``."""
    lines = [list(rows[0]), ["--"] * len(rows[0]), *([*row.values()] for row in rows)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _dated(driver: str, first: Iterable[Row], second: Iterable[Row]) -> Iterator[Settled]:
    """The spells of one driver, from the rows of both codings."""
    months = [coded_months(rows, driver) for rows in (first, second)]
    for country, start, end in _spans(driver, second):
        place = (slice(month_number(start), month_number(end) + 1), country_named(country))
        one, other = (
            Graded(*(float(np.mean(of_coder[place])) for of_coder in three)) for three in months
        )
        cuts = np.flatnonzero(np.abs(np.diff(months[0][0][place])) > _SAME) + 1
        last = place[0].stop - place[0].start - NEAR_MONTHS
        fallen = int(np.count_nonzero((cuts > NEAR_MONTHS) & (cuts < last)))
        yield Settled(driver, country, start, end, one, other, fallen)


def _spans(driver: str, rows: Iterable[Row]) -> Iterator[tuple[str, str, str]]:
    """Country, first and last month of each spell; a row with the value before it goes on."""
    table, prefix = TABLES[driver]
    own = [row for row in rows if row["table"] == table]
    starts = [
        place
        for place, (before, row) in enumerate(pairwise([{}, *own]))
        if any(before.get(key) != row[key] for key in ("country", f"{prefix}value"))
    ]
    for start, after in pairwise([*starts, len(own)]):
        yield own[start]["country"], own[start]["from"], own[after - 1]["to"]
