"""The prior check: what histories the priors alone imply; none may be centred on the record."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from calibration.checks.histories.implied import (
    NEAR_YEARS,
    ImpliedBreak,
    Share,
    aid_report_table,
    all_near,
    break_values,
    breaks_report_table,
    implied_breaks,
)
from calibration.evidence.reading import read_evidence
from calibration.evidence.record import documented_record
from calibration.guards.check import check_disjoint
from calibration.prior import draw_coordinates, parameters_at
from calibration.reports.report import Goal, Picture, Pictures, Report
from scenarios.charts.run import aid_figure, breaks_figure
from scenarios.documented import windows_of
from scenarios.draws import Draws, columns_of, table_hash
from scenarios.run import Progress, RunResult, no_progress, run_scenario
from simulation.errors import Problem
from simulation.interventions import HISTORICAL


@dataclass(frozen=True)
class PriorCheck:
    """Histories that the priors alone imply, and the priors centred on what they must not know."""

    result: RunResult
    breaks: tuple[ImpliedBreak, ...]
    together: Share
    problems: list[Problem]


def prior_draws(draws: int, seed: int) -> Draws:
    """Draws of the parameters from their priors, nothing of the record being used."""
    parameters = parameters_at(draw_coordinates(draws, seed))
    return Draws(columns_of(parameters), f"prior-{seed}", "prior", table=table_hash())


def checked_prior(replicates: int, seed: int, progress: Progress = no_progress) -> PriorCheck:
    """Simulate histories with parameters from the priors, a draw a history, and look for leaks."""
    documented = documented_record()
    draws, windows = prior_draws(replicates, seed), windows_of(documented.aid)
    result = run_scenario(HISTORICAL, draws, replicates, seed, progress, windows=windows)
    return PriorCheck(
        result,
        implied_breaks(result.outcomes, documented),
        all_near(result.outcomes, documented),
        check_disjoint(read_evidence()),
    )


def prior_report(check: PriorCheck, origin: Mapping[str, Any]) -> tuple[Report, Pictures]:
    """The report of a prior check."""
    documented = documented_record()
    leaks = " ".join(f"{problem}." for problem in check.problems) or "None is found."
    report = Report(
        check="prior",
        title="What the priors alone imply",
        finding=_finding(check),
        reached=not check.problems,
        origin=dict(origin),
        parts=(
            "Each history has parameters drawn from the priors of `simulation/parameters.toml`; "
            "the record plays no part. A prior that already told the dates or amounts would leave "
            "the fit nothing to earn.",
            breaks_report_table(check.breaks),
            Picture(
                name="breaks",
                caption="Dates of the breaks under the priors alone, with the documented ones",
            ),
            aid_report_table(check.result.outcomes, documented),
            Picture(
                name="aid",
                caption="Aid pledged by plan period under the priors alone, with the documented "
                "sums",
            ),
            "Not centred on the record: the drivers and the parameter table are searched for "
            "documented dates, amounts (in their unit, in dollars, in dollars a quarter) and ids "
            f"of evidence, as `lilliput evidence check` does. {leaks}",
        ),
        goals=(
            Goal(
                name="Priors centred on a documented date or total",
                goal="none",
                measured=f"{len(check.problems)} priors centred on a date or a total",
                reached=not check.problems,
            ),
        ),
        values={
            "breaks": break_values(check.breaks),
            "all_five_near": check.together.share,
            "leaks": [str(problem) for problem in check.problems],
        },
    )
    return report, {
        "breaks": breaks_figure(check.result, documented),
        "aid": aid_figure(check.result, documented),
    }


def _finding(check: PriorCheck) -> str:
    near = [row.near.share for row in check.breaks]
    text = "No prior is centred on a documented date or amount."
    if check.problems:
        text = f"{len(check.problems)} priors or drivers meet a documented date or amount."
    text += (
        f" Under the priors alone a break falls within {NEAR_YEARS} years of its documented date "
        f"in {min(near):.0%} to {max(near):.0%} of histories, and all five together do in "
        f"{check.together}."
    )
    outside = ", ".join(row.summary.name for row in check.breaks if not row.inside)
    if outside:
        text += (
            " Outside the 5–95 % range that the priors allow lies the documented date of: "
            f"{outside}."
        )
    else:
        text += (
            " The priors leave room for every documented date (all lie inside the 5–95 % range)."
        )
    centred = ", ".join(row.summary.name for row in check.breaks if row.median_near)
    if centred:
        text += (
            f" The middle of the implied dates already lies within {NEAR_YEARS} years of the "
            f"record for {centred}: there the rules and drivers say much of it before any fit, and "
            "agreement after the fit proves little."
        )
    return text
