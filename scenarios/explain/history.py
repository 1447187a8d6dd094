"""One history with all that is known of it: quantities of every quarter, drivers, and moves."""

from dataclasses import dataclass

import numpy as np

from simulation.arrays import Array
from simulation.context import Context
from simulation.countries import Country
from simulation.drivers.spells import DriverChoice, spell_values
from simulation.ensemble import simulate
from simulation.interventions import Scenario
from simulation.parameters import Parameters
from simulation.stages import QUANTITIES
from simulation.state import AllianceState, Status, opening_state
from simulation.trajectory import MoveTable, Trajectory

BEFORE_THE_FIRST = -1


@dataclass(frozen=True)
class History:
    """One history up to some quarter.

    ``trajectory`` keeps every quantity of state and account (``QUANTITIES``), ``parameters``
    hold one replicate, ``opening`` is the state of January 1945.
    """

    trajectory: Trajectory
    scenario: Scenario
    parameters: Parameters
    context: Context
    opening: AllianceState

    @property
    def reached(self) -> int:
        """The last quarter carried out, 1945 Q1 being 0; -1 before the first."""
        return len(self.trajectory.arrays["status"]) - 1

    def pair(self, name: str, quarter: int, patron: Country, client: Country) -> float:
        """A quantity of a pair in a quarter; before the first see ``all_pairs``."""
        return float(self.all_pairs(name, quarter)[patron, client, 0])

    def all_pairs(self, name: str, quarter: int) -> Array:
        """A quantity of all pairs in a quarter, shape (P, C, 1).

        Before the first it is that of the opening state, or zero if that has none.
        """
        if quarter > BEFORE_THE_FIRST:
            return np.asarray(self.trajectory.arrays[name][quarter])
        return np.asarray(getattr(self.opening, name, np.zeros_like(self.opening.strain)))

    def series(self, name: str, patron: Country, client: Country) -> Array:
        """A quantity of a pair quarter by quarter, as far as the history has come, shape (T,)."""
        if self.reached == BEFORE_THE_FIRST:
            return np.empty(0)
        return np.asarray(self.trajectory.arrays[name][:, patron, client, 0])

    def status(self, quarter: int, patron: Country, client: Country) -> Status:
        """Where a pair stood at the end of a quarter."""
        return Status(int(self.pair("status", quarter, patron, client)))

    def tied(self, quarter: int, patron: Country, client: Country) -> bool:
        """Whether a pair began a quarter allied or in open dispute; strain is of such a tie."""
        return self.status(quarter - 1, patron, client) in (Status.ALLIED, Status.ESTRANGED)

    def moves(self, quarter: int) -> MoveTable:
        """The changes of status of one quarter."""
        table = self.trajectory.moves
        rows = table.quarter == quarter
        return MoveTable(**{name: column[rows] for name, column in vars(table).items()})


def simulated_history(
    parameters: Parameters,
    scenario: Scenario,
    *,
    seed: int,
    replicate: int,
    quarters: int,
    drivers: DriverChoice = "drawn",
) -> History:
    """One history of an ensemble, with every quantity kept; ``parameters`` hold one replicate."""
    parameters = scenario.parameters(parameters)
    context = Context(scenario, parameters, spell_values(drivers, seed, 1, replicate))
    trajectory = simulate(
        parameters,
        scenario,
        seed=seed,
        first_replicate=replicate,
        quarters=quarters,
        keep=QUANTITIES,
        drivers=drivers,
    )
    return History(trajectory, scenario, parameters, context, opening_state(parameters, context))
