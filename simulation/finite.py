"""A number that is infinite or undefined stops the run, with the quantity, pair, quarter and replicate it began in."""

import numpy as np

from simulation.context import Context
from simulation.countries import Country, pair_name
from simulation.dates import QUARTERS, quarter_name
from simulation.errors import NonFiniteError, Problem
from simulation.interventions import Scenario
from simulation.opening import opening_state
from simulation.parameters import Parameters
from simulation.shocks import Shocks
from simulation.state import AllianceState, QuarterAccount, array_fields
from simulation.transition import transition

_ALLOWED = "finite numbers"


def check_finite(
    parameters: Parameters,
    state: AllianceState,
    scenario: Scenario,
    seed: int,
    first_replicate: int,
) -> None:
    """Raise ``NonFiniteError`` if a parameter or a quantity of the last state fails to be finite in any history.

    Every quantity of the state feeds on its own past, so one that fails stays so and is found at the end; the
    first such history is then carried out again to name what failed first, for which pair and when.
    """
    finite = np.ones(parameters.replicates, dtype=bool)
    for values in (*parameters.values(), *array_fields(state).values()):
        if not np.isfinite(values).all():
            finite &= np.isfinite(values).reshape(-1, parameters.replicates).all(axis=0)
    if not finite.all():
        failed = int(np.argmin(finite))
        alone = parameters.replicate(slice(failed, failed + 1))
        problems = _first_problems(alone, scenario, seed, first_replicate + failed)
        raise NonFiniteError("the simulation left the finite numbers", problems)


def _first_problems(
    alone: Parameters, scenario: Scenario, seed: int, replicate: int
) -> list[Problem]:
    """What fails first in one history, quarter by quarter; the parameters at fault where no quantity shows it."""
    context, shocks = Context(scenario, alone), Shocks(seed, 1, replicate)
    state = opening_state(alone, context)
    for quarter in range(QUARTERS):
        state, account = transition(state, alone, context.quarter(quarter), shocks.quarter(quarter))
        problems = _problems_of(account, quarter, replicate) + _problems_of(
            state, quarter, replicate
        )
        if problems:
            return problems
    return [
        Problem(f"replicate {replicate}", name, float(values[0]), _ALLOWED)
        for name, values in alone.items()
        if not np.isfinite(values[0])
    ]


def _problems_of(
    quantities: AllianceState | QuarterAccount, quarter: int, replicate: int
) -> list[Problem]:
    """The first pair or country of each quantity that is not finite, self pairs left aside."""
    problems = []
    for name, values in array_fields(quantities).items():
        for *place, _ in np.argwhere(~np.isfinite(values)).tolist():
            if len(place) != len(set(place)):
                continue
            who = pair_name(*map(Country, place)) if len(place) > 1 else Country(place[0]).key
            where = f"{who}, {quarter_name(quarter)}, replicate {replicate}"
            problems.append(Problem(where, name, "not finite", _ALLOWED))
            break
    return problems
