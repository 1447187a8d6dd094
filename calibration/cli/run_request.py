"""What a run is asked to do, checked in full before anything is computed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from calibration.evidence.reading import read_evidence
from calibration.evidence.record import aid_observations, headline_breaks
from scenarios.arguments import read_or_problems, whole_number
from scenarios.documented import Documented, DocumentedBreak
from scenarios.draws import Draws, read_draws
from scenarios.errors import ScenarioError
from scenarios.files import scenario_named
from scenarios.results import folder_problems
from simulation.errors import Problem
from simulation.interventions import Scenario
from simulation.parameters import parameter_problems

MOST_REPLICATES = 1_000_000
MOST_SEED = 2**63 - 1


@dataclass(frozen=True)
class RunRequest:
    """A run that can be carried out: everything in it has been checked."""

    scenario: Scenario
    draws: Draws
    changes: dict[str, float]
    replicates: int
    seed: int
    folder: Path | None
    documented: Documented


def documented_record() -> Documented:
    """The documented breaks and amounts of aid, as plain figures for runs and charts."""
    evidence = read_evidence()
    breaks = (
        DocumentedBreak(known.pair, known.documented, known.earliest, known.latest)
        for known in headline_breaks(evidence).values()
    )
    return Documented(tuple(breaks), aid_observations(evidence))


def parameter_changes(settings: Iterable[str]) -> tuple[dict[str, float], list[Problem]]:
    """Parameters set by hand as ``name=value``, and what is wrong with them."""
    changes: dict[str, float] = {}
    problems = []
    for setting in settings:
        name, _, text = (part.strip() for part in setting.partition("="))
        try:
            value = float(text)
        except ValueError:
            problems.append(Problem("--set", "name=value", setting, "a parameter, = and a number"))
            continue
        if name in changes:
            problems.append(Problem("--set", name, setting, "each parameter once"))
        changes[name] = value
    return changes, problems + parameter_problems("--set", changes)


def read_request(
    scenario: str,
    replicates: str,
    seed: str,
    settings: Sequence[str] = (),
    draws: Path | None = None,
    out: Path | None = None,
    *,
    written: bool = True,
) -> RunRequest:
    """A run as typed on the command line; without ``out`` it is written to ``results/`` if it is ``written`` at all.

    Raises ``ScenarioError`` that lists everything wrong with scenario, draws, settings, numbers and folder together.
    """
    chosen, wrong_scenario = read_or_problems(lambda: scenario_named(scenario))
    held, wrong_draws = read_or_problems(lambda: read_draws(draws))
    count, wrong_count = whole_number("--replicates", replicates, 1, MOST_REPLICATES)
    start, wrong_seed = whole_number("--seed", seed, 0, MOST_SEED)
    changes, wrong_changes = parameter_changes(settings)
    problems = wrong_scenario + wrong_draws + wrong_count + wrong_seed + wrong_changes
    if out is None and written and chosen is not None:
        out = Path("results") / chosen.name
    if out is not None:
        problems += folder_problems(out)
    if problems or chosen is None or held is None:
        raise ScenarioError("this run cannot be made", problems)
    return RunRequest(
        chosen, held.changed(changes), changes, count, start, out, documented_record()
    )
