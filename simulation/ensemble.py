"""Many histories at once: the same quarter, carried out for all replicates together."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from simulation.arrays import Array
from simulation.conditioning import Conditioning
from simulation.context import Context
from simulation.countries import Country, pair_name
from simulation.dates import QUARTERS, quarter_name
from simulation.drivers.spells import DriverChoice, SpellValues, spell_values
from simulation.errors import NonFiniteError, Problem, SimulationError
from simulation.fusion import fusing
from simulation.interventions import HISTORICAL, Scenario
from simulation.parameters import Parameters
from simulation.shocks import BLOCK, Shocks
from simulation.stages import READERS, array_fields
from simulation.state import AllianceState, opening_state
from simulation.trajectory import MoveTable, Trajectory, moves_of_quarter
from simulation.transition import transition

#: What an ensemble keeps of each quarter unless asked otherwise.
KEPT = ("status", "delivered", "newly_pledged", "requested", "support", "strain")
#: Replicates carried out together: enough to make NumPy's overhead small, few enough to stay in
#: the processor's cache.
CHUNK = 1024
#: What is allowed of every quantity.
FINITE = "finite numbers"


@dataclass(frozen=True)
class Course:
    """Histories on their way: their state at the beginning of a quarter, and what is kept.

    ``kept`` holds the arrays of each kept quantity, one a quarter; ``moves`` every change of
    status so far. ``spells`` are the values of the drivers, where they are not those that the
    numbers of the histories address.
    """

    quarter: int
    state: AllianceState
    kept: Mapping[str, Sequence[Array]]
    moves: Sequence[MoveTable] = ()
    spells: SpellValues | None = None

    def trajectory(self, first_replicate: int) -> Trajectory:
        """What the histories leave behind, the first of them being that replicate."""
        return Trajectory(
            first_replicate=first_replicate,
            replicates=self.state.strain.shape[-1],
            arrays={name: np.stack(quarterly) for name, quarterly in self.kept.items()},
            moves=MoveTable.joined(self.moves),
            last_state=self.state,
        )


class Branch:
    """A scenario that carries histories on, one for each replicate of the parameters.

    Branches of the same replicates, carried on in turns, a block of quarters each, can share their
    ``shocks`` (none: their own), so that each block is drawn once. ``drivers`` are drawn or as
    coded, or those of ``spells``.
    """

    def __init__(
        self,
        parameters: Parameters,
        scenario: Scenario,
        *,
        seed: int,
        first_replicate: int,
        shocks: Shocks | None = None,
        drivers: DriverChoice = "drawn",
        spells: SpellValues | None = None,
    ) -> None:
        self.parameters = scenario.parameters(parameters)
        self.scenario = scenario
        self.seed = seed
        self.first_replicate = first_replicate
        self.shocks = shocks or shocks_ahead(parameters, seed, first_replicate)
        self.drivers: DriverChoice = drivers
        if spells is None:
            spells = spell_values(drivers, seed, parameters.replicates, first_replicate)
        self.context = Context(scenario, self.parameters, spells)

    def opened(self, keep: Sequence[str]) -> Course:
        """Histories that are about to begin, in January 1945."""
        return Course(0, opening_state(self.parameters, self.context), dict.fromkeys(keep, ()))

    def continued(self, course: Course, until: int, record: Conditioning | None = None) -> Course:
        """The same histories at the beginning of a later quarter; the course is left as it is."""
        state = course.state
        kept = {name: list(quarterly) for name, quarterly in course.kept.items()}
        moves = list(course.moves)
        with fusing(self.parameters.replicates):
            for quarter in range(course.quarter, until):
                state, account = transition(
                    state,
                    self.parameters,
                    self.context.quarter(quarter),
                    self.shocks.quarter(quarter),
                    record,
                )
                for name, quarterly in kept.items():
                    quarterly.append(READERS[name](account))
                if account.decision.move.any():
                    moves.append(moves_of_quarter(quarter, account, self.first_replicate))
                # its memory serves the next quarter while it is still in the processor's cache
                del account
        return Course(max(until, course.quarter), state, kept, moves, course.spells)

    def check_finite(self, course: Course) -> None:
        """Raise ``NonFiniteError`` if a quantity of histories has stopped being finite."""
        check_finite(
            self.parameters,
            course.state,
            self.scenario,
            self.seed,
            self.first_replicate,
            self.drivers,
        )


def shocks_ahead(parameters: Parameters, seed: int, first_replicate: int) -> Shocks:
    """The shocks of as many replicates as the parameters hold, drawn a block of quarters ahead."""
    return Shocks(seed, parameters.replicates, first_replicate, ahead=BLOCK)


def opened(parameters: Parameters, scenario: Scenario, keep: Sequence[str]) -> Course:
    """Histories that are about to begin, in January 1945."""
    parameters = scenario.parameters(parameters)
    return Course(
        0, opening_state(parameters, Context(scenario, parameters)), dict.fromkeys(keep, ())
    )


def continued(
    course: Course,
    parameters: Parameters,
    scenario: Scenario,
    *,
    seed: int,
    first_replicate: int = 0,
    until: int = QUARTERS,
    record: Conditioning | None = None,
    drivers: DriverChoice = "drawn",
) -> Course:
    """The same histories carried on, under a scenario, up to the beginning of a later quarter.

    ``drivers`` of each history are drawn within their coded ranges, or as coded. The course itself
    is left as it is, so that it can be continued in several ways. Raises ``NonFiniteError`` if a
    quantity stops being finite.
    """
    branch = Branch(
        parameters,
        scenario,
        seed=seed,
        first_replicate=first_replicate,
        drivers=drivers,
        spells=course.spells,
    )
    later = branch.continued(course, until, record)
    branch.check_finite(later)
    return later


def simulate(
    parameters: Parameters,
    scenario: Scenario = HISTORICAL,
    *,
    seed: int,
    first_replicate: int = 0,
    quarters: int = QUARTERS,
    keep: Sequence[str] = KEPT,
    record: Conditioning | None = None,
    drivers: DriverChoice = "drawn",
    fork: Course | None = None,
) -> Trajectory:
    """Simulate one history for each replicate of the parameters, from 1945 Q1.

    ``keep`` names the quantities of state and account to keep (see ``array_fields``). ``drivers``
    of each history are drawn within their coded ranges, or as coded. Replicate numbers address
    shocks and draws, so any split into calls gives the same histories. ``fork`` is a
    course of the very replicates, in a quarter up to which the scenario has changed nothing (see
    ``Scenario.first_quarter_touched``): they go on from there, keeping what it keeps, and end as
    if they had been simulated from 1945. Raises ``NonFiniteError`` if a quantity stops being
    finite, and ``SimulationError`` if the scenario touches an earlier quarter than the fork's.
    """
    if fork is not None:
        check_fork(fork.quarter, scenario)
    course = continued(
        opened(parameters, scenario, keep) if fork is None else fork,
        parameters,
        scenario,
        seed=seed,
        first_replicate=first_replicate,
        until=quarters,
        record=record,
        drivers=drivers,
    )
    return course.trajectory(first_replicate)


def check_fork(quarter: int, scenario: Scenario) -> None:
    """Raise ``SimulationError`` if a scenario touches history before a quarter, or 1945 itself."""
    touched = scenario.first_quarter_touched
    if quarter > touched or not touched:
        allowed = f"{quarter_name(quarter)} or later" if touched else "later than 1945 Q1"
        problem = Problem(scenario.name, "first quarter", quarter_name(touched), allowed)
        raise SimulationError("the scenario does not share the past of these histories", [problem])


def simulate_in_chunks(
    parameters: Parameters,
    scenario: Scenario = HISTORICAL,
    *,
    seed: int,
    first_replicate: int = 0,
    keep: Sequence[str] = KEPT,
    chunk: int = CHUNK,
    drivers: DriverChoice = "drawn",
) -> Iterator[Trajectory]:
    """The same histories a chunk of replicates at a time, which bounds the memory they need."""
    for start in range(0, parameters.replicates, chunk):
        part = parameters.replicate(slice(start, start + chunk))
        first = first_replicate + start
        yield simulate(part, scenario, seed=seed, first_replicate=first, keep=keep, drivers=drivers)


def check_finite(
    parameters: Parameters,
    state: AllianceState,
    scenario: Scenario,
    seed: int,
    first_replicate: int,
    drivers: DriverChoice = "drawn",
) -> None:
    """Raise ``NonFiniteError`` if a parameter or a quantity of the last state is not finite.

    Every quantity of the state feeds on its own past, so one that fails stays so and is found at
    the end; the first such history is then carried out again to name what failed first, for which
    pair and when.
    """
    finite = np.ones(parameters.replicates, dtype=bool)
    for values in (*parameters.values(), *array_fields(state).values()):
        if not np.isfinite(values).all():
            finite &= np.isfinite(values).reshape(-1, parameters.replicates).all(axis=0)
    if not finite.all():
        failed = int(np.argmin(finite))
        alone = parameters.replicate(slice(failed, failed + 1))
        problems = _first_problems(alone, scenario, seed, first_replicate + failed, drivers)
        raise NonFiniteError("the simulation left the finite numbers", problems)


def _first_problems(
    alone: Parameters, scenario: Scenario, seed: int, replicate: int, drivers: DriverChoice
) -> list[Problem]:
    """What is not finite first in one history; its parameters where no quantity shows it."""
    context = Context(scenario, alone, spell_values(drivers, seed, 1, replicate))
    shocks = Shocks(seed, 1, replicate)
    state = opening_state(alone, context)
    for quarter in range(QUARTERS):
        state, account = transition(state, alone, context.quarter(quarter), shocks.quarter(quarter))
        arrays = array_fields(account) | array_fields(state)
        problems = _problems_of(arrays, quarter, replicate)
        if problems:
            return problems
    return [
        Problem(f"replicate {replicate}", name, float(values[0]), FINITE)
        for name, values in alone.items()
        if not np.isfinite(values[0])
    ]


def _problems_of(arrays: Mapping[str, Array], quarter: int, replicate: int) -> list[Problem]:
    """The first pair or country of each quantity that is not finite, self pairs left aside."""
    problems = []
    for name, values in arrays.items():
        for *place, _ in np.argwhere(~np.isfinite(values)).tolist():
            if len(place) != len(set(place)):
                continue
            who = pair_name(*map(Country, place)) if len(place) > 1 else Country(place[0]).key
            where = f"{who}, {quarter_name(quarter)}, replicate {replicate}"
            problems.append(Problem(where, name, "not finite", FINITE))
            break
    return problems
