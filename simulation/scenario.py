"""A scenario: a question put to the model, as one or more dated interventions."""

from dataclasses import dataclass

from simulation.interventions import Intervention


@dataclass(frozen=True)
class Scenario:
    """A question, the antecedent that would have had to be different, and the changes that make it so.

    ``horizon`` is in years from the first intervention; beyond it answers are flagged. The historical scenario has no
    interventions.
    """

    name: str
    question: str
    antecedent: str = ""
    source: str = ""
    lines: str = ""
    left_out: str = ""
    horizon: int = 5
    interventions: tuple[Intervention, ...] = ()


HISTORICAL = Scenario(
    name="historical",
    question="What do the rules make of the documented drivers, 1945-1980?",
    antecedent="none: drivers as documented",
    horizon=36,
)
