"""A visitor's own history: Mesa's model, stepped, with every quantity of the quarters passed."""

from threading import Lock

import numpy as np

from scenarios.draws import Draws, parameters_for
from scenarios.explain.history import History
from scenarios.files import catalogue
from scenarios.page.explore.view import BEFORE_THE_FIRST, MEDIAN, Choice
from simulation.arrays import Array
from simulation.dates import QUARTERS
from simulation.errors import raise_if_any
from simulation.model import AllianceModel
from simulation.parameters import Parameters, parameter_problems, parameter_table
from simulation.stages import array_fields
from simulation.trajectory import MoveTable, Trajectory, moves_of_quarter


def parameters_of(choice: Choice, draws: Draws) -> Parameters:
    """The parameters of a choice: those of its draw, or the median of all draws, with the changes made by hand.

    Raises ``SimulationError`` if a changed parameter is unknown or out of bounds.
    """
    changes = dict(choice.changes)
    raise_if_any("these parameters cannot be used", parameter_problems("page", changes))
    drawn = drawn_values(choice.draw, draws) | changes
    return Parameters({name: np.array([value]) for name, value in drawn.items()})


def drawn_values(draw: int, draws: Draws) -> dict[str, float]:
    """The value of every parameter in a draw, or its median over all draws."""
    if draw == MEDIAN:
        medians = draws.frame.median()
        return {name: float(medians[name]) for name in parameter_table()}
    return {name: float(values[0]) for name, values in parameters_for(draws, draw, 1).items()}


class Stepper:
    """Mesa's model of one visitor, carried on as far as it is asked, and the history that it leaves.

    Every quarter takes about 8 kB; nothing is shared with other visitors.
    """

    def __init__(self, choice: Choice, draws: Draws) -> None:
        self._choice = choice
        self._parameters = parameters_of(choice, draws)
        self._lock = Lock()
        self._begin()

    def _begin(self) -> None:
        self.model = AllianceModel(
            scenario_choice=catalogue()[self._choice.scenario].scenario,
            seed=self._choice.seed,
            replicate=self._choice.replicate,
            parameters=self._parameters,
        )
        self._opening = self.model.state
        self._kept: dict[str, Array] = {}
        self._moves: list[MoveTable] = []

    def history(self, quarter: int) -> History:
        """The history up to a quarter; the model steps there, from January 1945 again if it has come further."""
        with self._lock:
            if quarter < self.model.quarter:
                self._begin()
            while self.model.quarter < quarter and self.model.running:
                self.model.step()
                self._keep()
            return self._history()

    def _keep(self) -> None:
        """Take down every quantity of the quarter that the model has just carried out."""
        account, quarter = self.model.account, self.model.quarter
        assert account is not None, "the model has stepped"
        for name, values in (array_fields(self.model.state) | array_fields(account)).items():
            if name not in self._kept:
                self._kept[name] = np.empty((QUARTERS, *values.shape), dtype=values.dtype)
            self._kept[name][quarter] = values
        if account.decision.move.any():
            self._moves.append(moves_of_quarter(quarter, account, self._choice.replicate))

    def _history(self) -> History:
        passed = self.model.quarter - BEFORE_THE_FIRST
        arrays = {name: values[:passed] for name, values in self._kept.items()}
        if not arrays:
            arrays = {"status": np.empty((0, *self._opening.status.shape))}
        trajectory = Trajectory(
            self._choice.replicate, 1, arrays, MoveTable.joined(self._moves), self.model.state
        )
        return History(
            trajectory,
            self.model.scenario_choice,
            self._parameters,
            self.model.context,
            self._opening,
        )
