"""The factual branch of some replicates, and the counterfactual branches that fork from it."""

from collections.abc import Sequence
from dataclasses import dataclass

from scenarios.documented import PLAN_PERIODS, Window
from scenarios.outcomes import KEPT, SERIES, Codes, Compact, Outcomes, Quarters, first_breaks
from scenarios.twins.tally import Tally
from simulation.dates import QUARTERS, quarter_of
from simulation.drivers.spells import DriverChoice, SpellValues
from simulation.ensemble import Branch, Course, check_fork, shocks_ahead
from simulation.interventions import HISTORICAL, Scenario
from simulation.parameters import Parameters
from simulation.shocks import BLOCK, Shocks


def twin_outcomes(
    parameters: Parameters,
    scenarios: Sequence[Scenario],
    *,
    seed: int,
    first_replicate: int,
    past: Course | None = None,
    drivers: DriverChoice = "drawn",
) -> list[Outcomes]:
    """The outcomes of each scenario's histories, as ``outcomes_of`` gives them of ``simulate``.

    Yearly series are kept of every history. ``past`` is what all of them have in common already
    (none: they begin in 1945), keeping ``outcomes.KEPT``; ``drivers`` are drawn or as coded. Raises
    ``SimulationError`` if a scenario touches a quarter before it ends, and ``NonFiniteError`` if a
    quantity stops being finite.
    """
    factual = FactualBranch(parameters, seed=seed, first_replicate=first_replicate, drivers=drivers)
    start = factual.opened(PLAN_PERIODS) if past is None else Tally.of(past, PLAN_PERIODS)
    tallies = factual.forked(start, scenarios, QUARTERS)
    return [tally.outcomes(first_replicate) for tally in tallies]


@dataclass(frozen=True)
class YearlyTwins:
    """What a comparison needs of some histories, pairs in the order of ``outcomes.PAIRS``.

    ``split`` is the quarter of a pair's first break (-1: never before they end), ``initiator`` the
    country that made it and ``cause`` its largest grievance, as in ``Outcomes``, shape (pairs, R);
    ``series`` holds means of support and strain and sums of aid delivered of every year, (years,
    pairs, R).
    """

    split: Quarters
    initiator: Codes
    cause: Codes
    series: dict[str, Compact]


class FactualBranch:
    """The factual histories of some replicates, and whatever forks from them.

    With ``every`` it remembers its histories in the first of every so many quarters, as far as it
    has been carried on, so that the next question begins from the nearest of them: about 1.2 MB for
    each 1,024 histories and quarter remembered. Without, it remembers nothing. ``every`` is a
    number of whole years.
    """

    def __init__(
        self,
        parameters: Parameters,
        *,
        seed: int,
        first_replicate: int,
        every: int | None = None,
        drivers: DriverChoice = "drawn",
    ) -> None:
        if every is not None and (every < 1 or every % 4):
            raise ValueError(f"every = {every} is not a number of whole years, in quarters")
        self._parameters = parameters
        self._address = {"seed": seed, "first_replicate": first_replicate}
        self._drivers: DriverChoice = drivers
        self._every = every
        self._remembered: list[Tally] = []

    def yearly(self, scenarios: Sequence[Scenario], last_year: int) -> list[YearlyTwins]:
        """Each scenario's breaks and yearly values to the end of a year, beside factual twins.

        Raises ``NonFiniteError`` if a quantity stops being finite.
        """
        until = quarter_of(str(last_year), end=True) + 1
        fork = min((each.first_quarter_touched for each in scenarios), default=0)
        twins = []
        for tally in self.forked(self.at(min(fork, until)), scenarios, until):
            trajectory = tally.without_quarters(self._address["first_replicate"])
            twins.append(YearlyTwins(*first_breaks(trajectory), tally.whole_series()))
        return twins

    def at(self, quarter: int) -> Tally:
        """The factual histories at the last remembered quarter not after one; else in 1945."""
        if self._every is None:
            return self.opened()
        if not self._remembered:
            self._remembered.append(self.opened())
        branch = self._branch(HISTORICAL)
        while (last := self._remembered[-1]).quarter + self._every <= quarter:
            self._remembered.append(last.carried_on(branch, last.quarter + self._every))
        return self._remembered[quarter // self._every]

    def opened(self, windows: Sequence[Window] = (), branch: Branch | None = None) -> Tally:
        """Histories about to begin, in January 1945, under a branch (none: the factual one)."""
        keep = KEPT if windows else SERIES
        return Tally.of((branch or self._branch(HISTORICAL)).opened(keep), windows)

    def forked(self, start: Tally, scenarios: Sequence[Scenario], until: int) -> list[Tally]:
        """Each scenario's histories at the beginning of a quarter, forked from those at ``start``.

        All are carried on in turns, a block of quarters each, so that its shocks are drawn once.
        Raises ``SimulationError`` if a scenario touches a quarter before ``start``, and
        ``NonFiniteError`` if a quantity stops being finite.
        """
        for scenario in scenarios if start.quarter else ():
            check_fork(start.quarter, scenario)
        shocks = shocks_ahead(self._parameters, **self._address)
        spells = start.course.spells
        factual = self._branch(HISTORICAL, shocks, spells)
        branches = [self._branch(scenario, shocks, spells) for scenario in scenarios]
        forks = [min(scenario.first_quarter_touched, until) for scenario in scenarios]
        places = sorted(range(len(forks)), key=forks.__getitem__)
        shared, own = start, dict[int, Tally]()
        for end in (*range(start.quarter // BLOCK * BLOCK + BLOCK, until, BLOCK), until):
            for place in (place for place in places if place not in own and forks[place] < end):
                shared = shared.carried_on(factual, forks[place])
                own[place] = (
                    shared if shared.quarter else self.opened(start.windows, branches[place])
                )
            if len(own) < len(forks):
                shared = shared.carried_on(factual, end)
            own = {place: tally.carried_on(branches[place], end) for place, tally in own.items()}
        tallies = [own.get(place, shared) for place in range(len(forks))]
        for branch, tally in zip(branches, tallies, strict=True):
            branch.check_finite(tally.course)
        return tallies

    def _branch(
        self,
        scenario: Scenario,
        shocks: Shocks | None = None,
        spells: SpellValues | None = None,
    ) -> Branch:
        return Branch(
            self._parameters,
            scenario,
            **self._address,
            shocks=shocks,
            drivers=self._drivers,
            spells=spells,
        )
