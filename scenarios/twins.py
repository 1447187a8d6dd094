"""Twin histories: scenarios that share their past are simulated once up to the intervention in which they part.

Before its first intervention a counterfactual is its factual twin, bit for bit; so the factual histories are carried
out once, and each counterfactual takes over their state in the quarter of its first intervention.
"""

from collections.abc import Iterator, Sequence

from scenarios.outcomes import KEPT
from simulation.dates import QUARTERS, quarter_of
from simulation.ensemble import Course, continued, opened
from simulation.parameters import Parameters
from simulation.scenario import HISTORICAL, Scenario
from simulation.trajectory import Trajectory


def parting(scenario: Scenario) -> int:
    """The quarter in which a scenario parts from history: that of its first intervention, or the end."""
    return min((quarter_of(change.start) for change in scenario.interventions), default=QUARTERS)


def twin_trajectories(
    parameters: Parameters,
    scenarios: Sequence[Scenario],
    *,
    seed: int,
    first_replicate: int,
    past: Course | None = None,
    until: int = QUARTERS,
) -> Iterator[Trajectory]:
    """The histories of each scenario in turn, the same as ``simulate`` gives for it alone, keeping ``KEPT``.

    ``past`` is what all of them have in common already (none: they begin in 1945); no scenario may part from history
    before it ends. ``until`` is the quarter at whose beginning they end. Raises ``NonFiniteError`` if a quantity stops
    being finite.
    """

    def onward(course: Course, scenario: Scenario, end: int) -> Course:
        return continued(course, parameters, scenario, seed=seed, first_replicate=first_replicate, until=end)

    shared = opened(parameters, HISTORICAL, KEPT) if past is None else past
    reached: dict[int, Course] = {}
    starts = [min(parting(scenario), until) for scenario in scenarios]
    for start in sorted(set(starts)):
        if start or past is not None:
            shared = onward(shared, HISTORICAL, start)
            reached[start] = shared
    for scenario, start in zip(scenarios, starts, strict=True):
        course = reached.get(start) or opened(parameters, scenario, KEPT)
        if course.quarter < until:
            course = onward(course, scenario, until)
        yield course.trajectory(first_replicate)
