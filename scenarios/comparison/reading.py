"""How a counterfactual is read against a factual scenario, and what a comparison of them says."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scenarios.columns import stem_of
from scenarios.comparison.estimates import Estimate, SurvivalCurve
from scenarios.errors import ScenarioError
from scenarios.files import antecedents
from scenarios.outcomes import PAIR_NAMES, SERIES
from simulation.dates import QUARTERS, date_of, year_of
from simulation.errors import Problem, raise_if_any
from simulation.interventions import Scenario

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Reading:
    """How a counterfactual is read: against what, over which quarters, and under what flags.

    ``years`` is the horizon asked for, counted from ``first_quarter``, that of the first
    intervention; ``last_quarter`` is the last one within it, or the last of 1980.
    """

    scenario: Scenario
    factual: Scenario
    first_quarter: int
    last_quarter: int
    years: int
    flags: tuple[str, ...]

    @property
    def length(self) -> float:
        """The years that are read: the horizon, or what is left of it by the end of 1980."""
        return (self.last_quarter - self.first_quarter + 1) / 4

    @property
    def antecedents(self) -> tuple[str, ...]:
        """What would have had to be different."""
        return antecedents(self.scenario)

    @property
    def first_month(self) -> str:
        """The month in which the quarter of the first intervention begins."""
        return date_of(self.first_quarter - 1 / 3)

    @property
    def last_month(self) -> str:
        """The last month that is read."""
        return date_of(self.last_quarter + 1 / 3)


@dataclass(frozen=True)
class Fates:
    """What becomes of a break that is still to come at the intervention; four shares sum to one.

    Avoided: the twin breaks within the horizon, the counterfactual does not. Brought forward: the
    counterfactual breaks within the horizon and before its twin (``brought_about`` is the part
    whose twin does not break within it). Delayed: both break within the horizon, the counterfactual
    later. Unchanged: the same quarter, or neither.
    """

    avoided: Estimate
    brought_forward: Estimate
    delayed: Estimate
    unchanged: Estimate
    brought_about: Estimate


@dataclass(frozen=True)
class Shift:
    """By how many years the break moves among twins of which one or both break; later is plus.

    ``low`` and ``high`` hold nine histories in ten. Plus infinity stands for a break that does not
    come within the horizon any more, minus infinity for one that comes although the twin has none
    within the horizon.
    """

    median: Estimate
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Causation:
    """A probability of causation under common shocks, and its bounds under any coupling.

    The lower bound is also the value if no history breaks because of the change (monotone
    coupling).
    """

    value: Estimate
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Redirecting:
    """How far history returns to its path although the antecedent was changed.

    ``to_twin``: of the histories whose twin breaks within the horizon, the share that break within
    it too, no more than a year from the twin's date. ``to_record``: the share that break within the
    horizon no more than a year outside the documented window, and ``factual_to_record`` the same of
    the twins; none where no documented break is given or it does not fall within the horizon.
    """

    to_twin: Estimate
    to_record: Estimate | None = None
    factual_to_record: Estimate | None = None


@dataclass(frozen=True)
class YearlyDifference:
    """A quantity of a pair in one year: the mean of both branches, and the difference of twins.

    ``low`` and ``high`` hold the differences of nine histories in ten; ``correlation`` is that of
    the twins' values (none where one of them does not vary). ``series`` is support, strain, or
    delivered (million US dollars a year).
    """

    series: str
    year: int
    factual: float
    counterfactual: float
    difference: Estimate
    low: float
    high: float
    correlation: float | None


@dataclass(frozen=True)
class Reasons:
    """Who breaks within the horizon, and over what, in one branch.

    ``breaks`` is how many there are. ``initiators`` are the shares of those that one country makes,
    the most frequent first; ``causes`` are for each of these countries the shares of its breaks by
    its largest grievance at that moment.
    """

    breaks: int
    initiators: dict[str, float]
    causes: dict[str, dict[str, float]]


@dataclass(frozen=True)
class RestrictedMean:
    """The mean years unbroken within the horizon in both branches, and the difference of twins."""

    factual: Estimate
    counterfactual: Estimate
    difference: Estimate


@dataclass(frozen=True)
class Comparison:
    """One pair of countries in one counterfactual, set beside the factual twins.

    ``at_risk`` is the share of histories in which the pair has not broken when the intervention
    begins, the same in both branches; all that follows but ``yearly`` is told of these.
    ``factual_broken`` and ``counterfactual_broken`` are the shares that break within the horizon,
    ``factual_median`` and ``counterfactual_median`` the months by which half have broken (none if
    fewer do within the horizon). Reasons are none where the tables do not hold them.
    """

    reading: Reading
    pair: str
    histories: int
    draws: int
    at_risk: Estimate
    factual_broken: Estimate
    counterfactual_broken: Estimate
    factual_median: str | None
    counterfactual_median: str | None
    factual_reasons: Reasons
    counterfactual_reasons: Reasons
    fates: Fates
    shift: Shift
    factual_curve: SurvivalCurve
    counterfactual_curve: SurvivalCurve
    restricted_mean: RestrictedMean
    necessity: Causation
    sufficiency: Causation
    redirecting: Redirecting
    yearly: tuple[YearlyDifference, ...]

    def __repr__(self) -> str:
        return (
            f"Comparison({self.reading.scenario.name}, {self.pair}, {self.histories:,} histories)"
        )

    def to_frame(self) -> "pd.DataFrame":
        """Every number of the comparison with its error, one row a quantity and year."""
        from scenarios.comparison.table import table_of

        return table_of([self])

    def _repr_html_(self) -> str:
        """The comparison as a notebook shows it: what it says in a sentence, then its numbers."""
        from scenarios.comparison.output import short_html

        return short_html([self])


def reading_of(scenario: Scenario, factual: Scenario, years: int | None = None) -> Reading:
    """How a counterfactual is read, over its own horizon unless ``years`` are given.

    Raises ``ScenarioError`` if neither of the two changes anything, or the horizon is not at least
    one year.
    """
    first = min(scenario.first_quarter_touched, factual.first_quarter_touched)
    problems = []
    if first >= QUARTERS:
        allowed = f"one that differs from {factual.name}"
        problems.append(Problem("comparison", "scenario", scenario.name, allowed))
    if years is not None and years < 1:
        problems.append(Problem("comparison", "horizon", years, "at least one year"))
    raise_if_any("these scenarios cannot be compared", problems, ScenarioError)
    own = min(each.horizon for each in (scenario, factual) if each.interventions)
    horizon = own if years is None else years
    end = first + 4 * horizon
    flags = []
    count = len(antecedents(scenario))
    if scenario.interventions and count > 1:
        flags.append(f"{count} antecedents: no single one can be credited with the outcome")
    if horizon > own and first + 4 * own < QUARTERS:
        last = date_of(first + 4 * own - 1 + 1 / 3)
        beyond = f"answers after {last} lie beyond the horizon of {own} years"
        flags.append(f"read over {horizon} years: {beyond}")
    if end > QUARTERS:
        read = f"{(QUARTERS - first) / 4:g} of the {horizon} years are read"
        flags.append(f"histories end in 1980: {read}")
    if factual.interventions:
        flags.append(f"the factual side is not history but the scenario {factual.name}")
    return Reading(scenario, factual, first, min(end, QUARTERS) - 1, horizon, tuple(flags))


def columns_of(reading: Reading, pairs: Sequence[str] = PAIR_NAMES) -> list[str]:
    """The columns of a batch that a comparison reads: breaks, and the years of its horizon."""
    stems = [stem_of(pair) for pair in pairs]
    yearly = [
        f"{stem}_{series}_{year}"
        for stem in stems
        for series in SERIES
        for year in years_of(reading)
    ]
    breaks = [f"{stem}_{what}" for stem in stems for what in ("quarter", "initiator", "cause")]
    return ["replicate", "draw", *breaks, *yearly]


def years_of(reading: Reading) -> range:
    """The calendar years that the horizon touches."""
    return range(year_of(reading.first_quarter), year_of(reading.last_quarter) + 1)
