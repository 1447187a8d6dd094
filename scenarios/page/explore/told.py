"""A history carried out by Mesa's model from its first quarter to its last, at once."""

import numpy as np

from scenarios.draws import Draws
from scenarios.explain.history import History
from scenarios.page.explore.view import HistoryView, parameters_of
from simulation.arrays import Array
from simulation.dates import QUARTERS
from simulation.model import AllianceModel
from simulation.stages import array_fields
from simulation.trajectory import MoveTable, Trajectory, moves_of_quarter


def told_by_mesa(view: HistoryView, draws: Draws) -> History:
    """All quarters of a history, stepped by ``AllianceModel``, with every quantity of each.

    It is, to the last bit, replicate ``view.replicate`` of an ensemble.
    """
    parameters = parameters_of(view, draws)
    model = AllianceModel(
        scenario_choice=view.file.scenario,
        seed=view.seed,
        replicate=view.replicate,
        parameters=parameters,
    )
    opening = model.state
    arrays: dict[str, Array] = {}
    moves: list[MoveTable] = []
    while model.running and model.quarter < QUARTERS - 1:
        model.step()
        account, quarter = model.account, model.quarter
        assert account is not None, "the model has stepped"
        for name, values in (array_fields(model.state) | array_fields(account)).items():
            if name not in arrays:
                arrays[name] = np.empty((QUARTERS, *values.shape), dtype=values.dtype)
            arrays[name][quarter] = values
        if account.decision.move.any():
            moves.append(moves_of_quarter(quarter, account, view.replicate))
    trajectory = Trajectory(view.replicate, 1, arrays, MoveTable.joined(moves), model.state)
    return History(trajectory, model.scenario_choice, parameters, model.context, opening)
