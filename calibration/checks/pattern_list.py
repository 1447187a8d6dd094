"""The list of patterns that must come out of the rules, with their numbers, functions, and documented values."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from calibration.checks import patterns
from calibration.checks.implied import NEAR_YEARS, Flags
from calibration.evidence.problems import COMPARED
from calibration.evidence.record import headline_breaks
from calibration.evidence.rows import Evidence
from calibration.likelihood.kinds import InterestAgreed, PeriodAid, ShareGranted
from calibration.likelihood.observations import Record
from scenarios.charts.run import pair_title
from scenarios.documented import PLAN_PERIODS, Pair
from scenarios.files import scenario_named
from simulation.arrays import PerReplicate
from simulation.dates import QUARTERS, quarter_of, year_of
from simulation.scenario import HISTORICAL, Scenario
from simulation.trajectory import Trajectory

#: A counterfactual is judged so many years after the documented date of the break.
HORIZON_YEARS = 5
#: The changes whose absence must make a break unlikely, as scenarios of the catalogue, and the pair that broke.
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
    """A documented quantity of a history: its unit, its value on record, and the function that takes it (R,)."""

    unit: str
    documented: float
    taken: Callable[[Trajectory], PerReplicate]


@dataclass(frozen=True)
class Pattern:
    """A pattern: its number, what it says, the function that looks for it, and in which scenario.

    Where a value is documented, ``measure`` takes it in simulated histories. ``by_majority`` is whether most
    histories must show the pattern; where not, the documented value need only lie in the simulated range.
    """

    number: str
    says: str
    shown: Callable[[Trajectory], Flags]
    measure: Measure | None = None
    scenario: Scenario = HISTORICAL
    note: str = ""
    by_majority: bool = True


def merged_scenario(names: Sequence[str]) -> Scenario:
    """The changes of several scenarios of the catalogue made together."""
    parts = [scenario_named(name) for name in names]
    changes = tuple(change for part in parts for change in part.interventions)
    return replace(parts[0], name="+".join(names), interventions=changes)


def all_patterns(evidence: Evidence, record: Record) -> tuple[Pattern, ...]:
    """Every pattern, in the order of their numbers."""
    return (
        *_dates(evidence),
        *_aid(record),
        *_shares(record),
        *_chinese_aid(),
        *_endings(evidence),
        *_exchange(),
        *_counterfactuals(evidence),
        *_interest(evidence),
    )


def _dates(evidence: Evidence) -> list[Pattern]:
    known = {
        found.pair: quarter_of(found.documented) for found in headline_breaks(evidence).values()
    }
    order = sorted(known, key=lambda pair: known[pair])
    told = ", ".join(pair_title(pair) for pair in order)
    found = [
        Pattern(
            "1a",
            f"the five breaks in order: {told}",
            partial(patterns.broken_in_order, pairs=order),
        )
    ]
    for letter, pair in zip("bcdef", order, strict=True):
        says = f"{pair_title(pair)} breaks within {NEAR_YEARS} years of the record"
        shown = partial(patterns.broken_near, pair=pair, quarter=known[pair], years=NEAR_YEARS)
        taken = partial(patterns.break_quarter, pair=pair)
        found.append(
            Pattern(
                f"1{letter}", says, shown, Measure("quarter", known[pair], taken), by_majority=False
            )
        )
    return found


def _aid(record: Record) -> list[Pattern]:
    names = {window.first_quarter: window.name for window in PLAN_PERIODS}
    found = []
    for number, aid in enumerate(record.of_kind(PeriodAid.kind)):
        window = names.get(aid.first_quarter, str(aid.first_quarter))
        says = f"pledges of {aid.patron.title} to {aid.client.title}, {window}, in the documented range"
        measure = Measure("million USD", aid.value, partial(patterns.figure_of, observed=aid))
        shown = partial(patterns.figure_in_range, observed=aid)
        found.append(Pattern(f"2{chr(ord('a') + number)}", says, shown, measure, by_majority=False))
    return found


def _shares(record: Record) -> list[Pattern]:
    found = []
    for number, share in enumerate(record.of_kind(ShareGranted.kind)):
        year = 1945 + share.last_quarter // 4
        says = f"share granted by {share.patron.title} to {share.client.title}, {year}, in the documented range"
        measure = Measure("share", share.value, partial(patterns.figure_of, observed=share))
        shown = partial(patterns.figure_in_range, observed=share)
        found.append(Pattern(f"3{chr(ord('a') + number)}", says, shown, measure, by_majority=False))
    return found


def _chinese_aid() -> list[Pattern]:
    return [
        Pattern("4a", "Chinese aid peaks in 1966 or later", patterns.chinese_aid_peaks_after_1966),
        Pattern(
            "4b",
            "Chinese aid falls from 1975, before any break",
            patterns.chinese_aid_falls_from_1975,
        ),
        Pattern(
            "4c", "Chinese aid does not fall in 1971", patterns.chinese_aid_does_not_fall_in_1971
        ),
    ]


def _endings(evidence: Evidence) -> list[Pattern]:
    rows = {row.id: quarter_of(row.documented) for row in evidence.record}
    gap = rows["ussr-albania-1961-12-break"] - rows["ussr-albania-1961-02-aid-stop"]
    return [
        Pattern(
            "5a",
            "Soviet aid ends before relations do",
            partial(patterns.aid_ends_before_break, pair=patterns.USSR_ALBANIA),
            Measure(
                "quarters",
                gap,
                partial(patterns.quarters_without_grants, pair=patterns.USSR_ALBANIA),
            ),
        ),
        Pattern(
            "5b",
            "Chinese pledges more than halve in the two years before the break",
            partial(patterns.aid_dwindles_before_break, pair=patterns.CHINA_ALBANIA),
            note="In place of the pattern itself, Chinese arms that end about two years before the break: "
            "the rules do not tell arms from other aid, so it cannot be tested.",
        ),
    ]


def _exchange() -> list[Pattern]:
    return [
        Pattern(
            "6",
            "Albania's support of China is highest in 1963-71",
            patterns.support_highest_1963_71,
        ),
        Pattern("7a", "requests to China exceed grants", patterns.requests_exceed_grants),
        Pattern(
            "7b",
            "the ratio of requests to grants grows, 1966-70 to 1976-80",
            patterns.ratio_of_requests_grows,
        ),
        Pattern("8", "the alliance with distant China lasts longest", patterns.china_lasts_longest),
    ]


def _counterfactuals(evidence: Evidence) -> list[Pattern]:
    known = {
        found.pair: quarter_of(found.documented) for found in headline_breaks(evidence).values()
    }
    found = []
    for number, told, names, pair in COUNTERFACTUALS:
        horizon = min(known[pair] + 4 * HORIZON_YEARS, QUARTERS - 1)
        says = f"{told}, {pair_title(pair)} has not broken {HORIZON_YEARS} years after the documented date (or by 1980)"
        shown = partial(patterns.still_unbroken, pair=pair, quarter=horizon)
        found.append(Pattern(number, says, shown, scenario=merged_scenario(names)))
    return found


def _interest(evidence: Evidence) -> list[Pattern]:
    """The documented rates of interest one by one, and that China's credit is the softer.

    No rule reaches a rate of nought, so one that is documented goes by majority: it must be what is left by rounding.
    """
    rates = [rate for rate, _ in InterestAgreed.documented(evidence, COMPARED)]
    fitted = {rate for rate, _ in InterestAgreed.documented(evidence)}
    soviet, chinese = (
        [rate for rate in rates if rate.pair == pair]
        for pair in (patterns.USSR_ALBANIA, patterns.CHINA_ALBANIA)
    )
    found = [
        Pattern(
            "10a",
            "Soviet credit bears higher interest than Chinese",
            partial(patterns.interest_softer, softer=chinese, harder=soviet),
            note="The rates themselves are fitted." if fitted else "",
        )
    ]
    for letter, rate in zip("bcdefghijklmnopqrstuvwxyz", rates, strict=False):
        years = f"{year_of(rate.first_quarter)}-{year_of(rate.last_quarter) % 100:02d}"
        free = "free of interest" if rate.value == 0 else f"at {100 * rate.value:g} per cent"
        says = f"credit of {rate.patron.title} to {rate.client.title}, {years}, {free} when rounded"
        measure = Measure("share a year", rate.value, partial(patterns.figure_of, observed=rate))
        shown = partial(patterns.figure_in_range, observed=rate)
        note = "Fitted." if rate in fitted else "Held out of the fit."
        if rate.value == 0:
            found.append(Pattern(f"10{letter}", says, shown, note=note))
        else:
            found.append(Pattern(f"10{letter}", says, shown, measure, note=note, by_majority=False))
    return found
