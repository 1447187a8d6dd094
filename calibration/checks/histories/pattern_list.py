"""The patterns that must come out of the rules: numbers, functions, and documented values."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from string import ascii_lowercase

from calibration.checks.histories import patterns
from calibration.checks.histories.implied import NEAR_YEARS, Flags
from calibration.evidence.record import headline_breaks
from calibration.evidence.rows import Evidence
from calibration.likelihood.observations import Record
from scenarios.documented import Pair
from scenarios.explain.words import pair_title
from scenarios.files import scenario_named
from simulation.arrays import PerReplicate
from simulation.dates import QUARTERS, quarter_of
from simulation.interventions import HISTORICAL, Scenario
from simulation.trajectory import Trajectory

#: A counterfactual is judged so many years after the documented date of the break.
HORIZON_YEARS = 5
#: The changes whose absence must make a break unlikely, as scenarios of the catalogue, and the pair
#: that broke.
COUNTERFACTUALS: tuple[tuple[str, str, tuple[str, ...], Pair], ...] = (
    (
        "9a",
        "without peace between Moscow and Belgrade and without the new Soviet line",
        ("no-belgrade-1955", "no-new-line-1956"),
        patterns.USSR_ALBANIA,
    ),
    (
        "9b",
        "without the Chinese opening and change of line",
        ("no-opening-1971",),
        patterns.CHINA_ALBANIA,
    ),
)


@dataclass(frozen=True)
class Measure:
    """A documented quantity: its unit, its value on record, and the function that takes it (R,)."""

    unit: str
    documented: float
    taken: Callable[[Trajectory], PerReplicate]


@dataclass(frozen=True)
class Pattern:
    """A pattern: its number, what it says, the function that looks for it, and in which scenario.

    Where a value is documented, ``measure`` takes it in simulated histories. ``by_majority`` is
    whether most histories must show the pattern; where not, the documented value need only lie in
    the simulated range.
    """

    number: str
    says: str
    test: Callable[[Trajectory], Flags]
    measure: Measure | None = None
    scenario: Scenario = HISTORICAL
    note: str = ""
    by_majority: bool = True


def merged_scenario(names: Sequence[str]) -> Scenario:
    """The changes of several scenarios of the catalogue made together."""
    parts = [scenario_named(name) for name in names]
    changes = tuple(change for part in parts for change in part.interventions)
    return parts[0].model_copy(update={"name": "+".join(names), "interventions": changes})


_CHINESE_AID = (
    Pattern("4a", "Chinese aid peaks in 1966 or later", patterns.chinese_aid_peaks_after_1966),
    Pattern(
        "4b", "Chinese aid falls from 1975, before any break", patterns.chinese_aid_falls_from_1975
    ),
    Pattern("4c", "Chinese aid does not fall in 1971", patterns.chinese_aid_does_not_fall_in_1971),
)
_EXCHANGE = (
    Pattern(
        "6", "Albania's support of China is highest in 1963-71", patterns.support_highest_1963_71
    ),
    Pattern("7a", "requests to China exceed grants", patterns.requests_exceed_grants),
    Pattern(
        "7b",
        "the ratio of requests to grants grows, 1966-70 to 1976-80",
        patterns.ratio_of_requests_grows,
    ),
    Pattern("8", "the alliance with distant China lasts longest", patterns.china_lasts_longest),
)


def all_patterns(evidence: Evidence, record: Record) -> tuple[Pattern, ...]:
    """Every pattern, in the order of their numbers."""
    dates = {each.pair: quarter_of(each.documented) for each in headline_breaks(evidence).values()}
    return (
        *_dates(dates),
        *_CHINESE_AID,
        *_endings(evidence),
        *_EXCHANGE,
        *_counterfactuals(dates),
        _softer(record),
        *_figures(record),
    )


def _dates(dates: Mapping[Pair, int]) -> list[Pattern]:
    order = sorted(dates, key=lambda pair: dates[pair])
    says = f"the five breaks in order: {', '.join(pair_title(pair) for pair in order)}"
    rows = [Pattern("1a", says, partial(patterns.broken_in_order, pairs=order))]
    for letter, pair in zip("bcdef", order, strict=True):
        says = f"{pair_title(pair)} breaks within {NEAR_YEARS} years of the record"
        test = partial(patterns.broken_near, pair=pair, quarter=dates[pair], years=NEAR_YEARS)
        taken = partial(patterns.break_quarter, pair=pair)
        measure = Measure("quarter", dates[pair], taken)
        rows.append(Pattern(f"1{letter}", says, test, measure, by_majority=False))
    return rows


#: The numbers of the patterns about single figures, by the kind of figure.
_FIGURES = {
    "aid": "2",
    "answer": "3",
    "terms": "10",
    "request": "11",
    "delivery": "12",
    "cut": "13",
    "arms": "14",
}


def _figures(record: Record) -> list[Pattern]:
    """One pattern a figure: a value must lie in the simulated range, most histories in an interval.

    10a compares rates with one another (``_softer``), so the letters of terms begin with b.
    """
    rows = []
    for kind, number in _FIGURES.items():
        skipped = int(kind == "terms")
        for place, figure in enumerate(record.of_kind(kind), skipped):
            letter = "z" * (place // 26) + ascii_lowercase[place % 26]
            pair = f"{figure.patron.title} to {figure.client.title}"
            shown = partial(patterns.figure_in_range, observed=figure)
            measure, by_majority = None, figure.observed is None
            if figure.observed is not None:
                measure = Measure(figure.unit, figure.value, figure.simulated_in)
            says = f"{pair}: {figure.words}"
            rows.append(Pattern(f"{number}{letter}", says, shown, measure, by_majority=by_majority))
    return rows


def _endings(evidence: Evidence) -> list[Pattern]:
    rows = {row.id: quarter_of(row.documented) for row in evidence.record}
    gap = rows["ussr-albania-1961-12-break"] - rows["ussr-albania-1961-02-aid-stop"]
    pair = patterns.USSR_ALBANIA
    return [
        Pattern(
            "5a",
            "Soviet aid ends before relations do",
            partial(patterns.aid_ends_before_break, pair=pair),
            Measure("quarters", gap, partial(patterns.quarters_without_grants, pair=pair)),
        ),
        Pattern(
            "5b",
            "Chinese pledges more than halve in the two years before the break",
            partial(patterns.aid_dwindles_before_break, pair=patterns.CHINA_ALBANIA),
            note="In place of the pattern itself, Chinese arms that end about two years before the "
            "break: the rules do not tell arms from other aid, so it cannot be tested.",
        ),
    ]


def _counterfactuals(dates: Mapping[Pair, int]) -> list[Pattern]:
    rows = []
    for number, change, names, pair in COUNTERFACTUALS:
        horizon = min(dates[pair] + 4 * HORIZON_YEARS, QUARTERS - 1)
        says = (
            f"{change}, {pair_title(pair)} has not broken {HORIZON_YEARS} years after the "
            "documented date (or by 1980)"
        )
        test = partial(patterns.still_unbroken, pair=pair, quarter=horizon)
        rows.append(Pattern(number, says, test, scenario=merged_scenario(names)))
    return rows


def _softer(record: Record) -> Pattern:
    """Pattern 10a: China's credit is the softer."""
    rates = [f for f in record.of_kind("terms") if f.parts[0].quantity == "interest agreed"]
    soviet, chinese = (
        [rate for rate in rates if rate.pair == pair]
        for pair in (patterns.USSR_ALBANIA, patterns.CHINA_ALBANIA)
    )
    return Pattern(
        "10a",
        "Soviet credit bears higher interest than Chinese",
        partial(patterns.interest_softer, softer=chinese, harder=soviet),
        note="The rates themselves are fitted.",
    )
