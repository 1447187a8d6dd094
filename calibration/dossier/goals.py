"""The goals of the calibration, each with what was measured, as the reports of the checks tell it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from calibration.checks.implied import NEAR_YEARS
from calibration.checks.leave_one_out import MOST_K
from calibration.cli.check.noise import ACCEPTABLE
from calibration.dossier.reports import Fitted, Report
from calibration.errors import CalibrationError
from calibration.fit.agreement import LEAST_EFFECTIVE, MOST_DISTANCE, MOST_RHAT
from calibration.reports.leave_one_out import WANTED
from calibration.reports.ranks import RECOVERY_GOAL
from simulation.errors import Problem, raise_if_any

#: What is to be published, and from how many fits.
LEAST_DRAWS, LEAST_FITS = 2000, 3
REACHED, MISSED, UNCHECKED = "reached", "not reached", "not yet checked"
#: The verdicts of a check that has no goal, but tells.
TELLS, UNMADE = "no goal: it tells", "not yet made"
Measure = Callable[[Report], tuple[bool | None, str]]


@dataclass(frozen=True)
class Judged:
    """A goal with what came of it: the section that tells more, the verdict and what was measured.

    Where there is no report, ``measured`` is the command that makes it.

    ``stale`` says in what the report does not belong to the draws that ship (empty: in nothing).
    """

    says: str
    section: str
    verdict: str
    measured: str
    stale: tuple[str, ...] = ()


@dataclass(frozen=True)
class Goal:
    """A goal: what is wanted, the check that measures it, the section that tells more, and how it is read off.

    ``tells`` is whether the check has no goal, but is wanted for what it tells.
    """

    says: str
    check: str
    section: str
    measure: Measure
    tells: bool = False


def judged_goals(reports: Mapping[str, Report], fitted: Fitted) -> list[Judged]:
    """Every goal with its verdict, the draws themselves first.

    Raises ``CalibrationError`` that lists the reports whose numbers are not those that the checks write now.
    """
    found = [_published(fitted)]
    problems = []
    for goal in GOALS:
        report = reports.get(goal.check)
        if report is None:
            verdict = UNMADE if goal.tells else UNCHECKED
            found.append(Judged(goal.says, goal.section, verdict, how_to_make(goal.check)))
            continue
        try:
            reached, measured = goal.measure(report)
        except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
            allowed = "numbers as the check writes them now; make it again"
            problems.append(
                Problem(f"{goal.check}.json", "values", f"{type(error).__name__}: {error}", allowed)
            )
            continue
        verdict = {True: REACHED, False: MISSED, None: TELLS}[reached]
        found.append(
            Judged(goal.says, goal.section, verdict, measured, tuple(fitted.differences(report)))
        )
    raise_if_any("the reports cannot be used", problems, CalibrationError)
    return found


def how_to_make(check: str) -> str:
    """The command that makes the report of a check."""
    if check == "agreement":
        return "lilliput calibrate agree FILE FILE FILE"
    return f"lilliput calibrate check {check}"


def _published(fitted: Fitted) -> Judged:
    number, kind = len(fitted.draws), fitted.draws.kind
    verdict = REACHED if number >= LEAST_DRAWS and kind == "published" else MISSED
    return Judged(
        f"A published posterior of at least {LEAST_DRAWS:,} draws",
        "fitted",
        verdict,
        f"{number:,} {kind} draws",
    )


def _agreement(report: Report) -> tuple[bool | None, str]:
    values = report.values
    fits = len(values["log_evidence"])
    return bool(report.reached) and fits >= LEAST_FITS, (
        f"{fits} fits; R-hat at most {max(values['rhat'].values()):.3f}; least effective size "
        f"{min(values['effective'].values()):,.0f}; means at most {max(values['distance'].values()):.1f} errors apart"
    )


def _noise(report: Report) -> tuple[bool | None, str]:
    copies = report.values["copies"]
    return (
        report.reached,
        f"median variance {np.median(report.values['filtered'][str(copies)]):.2f}",
    )


def _ranks(report: Report) -> tuple[bool | None, str]:
    values = report.values
    outside, quantities = len(values["outside_band"]), len(values["uniformity"])
    return (
        report.reached,
        f"{values['fits']} records; {outside} of {quantities} quantities leave their band",
    )


def _recovery(report: Report) -> tuple[bool | None, str]:
    records = report.origin["settings"]["records"]
    return (
        report.reached,
        f"{records} records; 90 % intervals cover {report.values['covered']['0.9']:.1%}",
    )


def _inside(report: Report) -> tuple[bool | None, str]:
    return _all(report.values["breaks"], "inside_90")


def _near(report: Report) -> tuple[bool | None, str]:
    return _all(report.values["breaks"], "median_within_two_years")


def _patterns(report: Report) -> tuple[bool | None, str]:
    return _all(report.values["patterns"], "passed")


def _all(rows: Mapping[str, Mapping[str, Any]], key: str) -> tuple[bool, str]:
    missed = [name for name, row in rows.items() if not row[key]]
    told = f"{len(rows) - len(missed)} of {len(rows)}"
    return not missed, told + (f"; not {', '.join(missed)}" if missed else "")


def _prior(report: Report) -> tuple[bool | None, str]:
    leaks = report.values["leaks"]
    return not leaks, f"{len(leaks)} priors centred on a date or a total"


def _gain(report: Report) -> tuple[bool | None, str]:
    gain, rows = report.values["gain_per_event"], report.values["observations"].values()
    failing = sum(
        not row["refitted"] and (row["pareto_k"] is None or row["pareto_k"] > MOST_K)
        for row in rows
    )
    told = f"{gain['mean']:+.2f} ± {gain['error']:.2f} over {report.values['best_null']}, {gain['events']} events"
    return report.reached, told + (f"; weights fail for {failing}" if failing else "")


def _nulls(report: Report) -> tuple[bool | None, str]:
    held = {name: row for name, row in report.values.items() if name != "rules"}
    best = max(held, key=lambda name: float(held[name]["log_evidence"]))
    rules = report.values.get("rules")
    if rules is None:
        return None, "the draws do not tell their evidence"
    gap = rules["log_evidence"] - held[best]["log_evidence"]
    error = np.hypot(rules["error"] or 0.0, held[best]["error"] or 0.0)
    return report.reached, f"{gap:+.1f} ± {error:.1f} over {best}"


def _ablation(report: Report) -> tuple[bool | None, str]:
    rows = report.values["mechanisms"].values()
    needed = sum(row["evidence"] > 2 * row["error"] for row in rows)
    harmful = sum(row["evidence"] < -2 * row["error"] for row in rows)
    return None, f"of {len(rows)} mechanisms {needed} earn their place, {harmful} stand in the way"


def _identified(report: Report) -> tuple[bool | None, str]:
    counts = {name: len(held) for name, held in report.values["classes"].items()}
    return None, ", ".join(f"{count} {name}" for name, count in counts.items())


def _sensitivity(report: Report) -> tuple[bool | None, str]:
    return None, f"{len(report.values['no_effect'])} parameters move no break more than chance does"


def _influence(report: Report) -> tuple[bool | None, str]:
    rows = report.values["observations"].values()
    failing = sum(not row["reliable"] for row in rows)
    return None, f"{len(rows)} observations taken out in turn; weights fail for {failing}"


GOALS = (
    Goal(
        f"Fits with {LEAST_FITS} seeds agree: R-hat below {MOST_RHAT}, effective size at least {LEAST_EFFECTIVE:,}, "
        f"means and log evidence less than {MOST_DISTANCE:g} errors apart",
        "agreement",
        "trusted",
        _agreement,
    ),
    Goal(
        f"The estimate of the log-likelihood varies little enough (variance at most {ACCEPTABLE[1]:g})",
        "noise",
        "trusted",
        _noise,
    ),
    Goal(
        "True values stand evenly among the draws, for every quantity", "ranks", "trusted", _ranks
    ),
    Goal(
        f"In recovery 90 % intervals cover {100 * RECOVERY_GOAL[0]:.0f} to {100 * RECOVERY_GOAL[1]:.0f} % of "
        "true values",
        "recovery",
        "trusted",
        _recovery,
    ),
    Goal("No prior is centred on a documented date or total", "prior", "fit", _prior),
    Goal(
        "Every documented break lies inside the 90 % predictive interval",
        "predictive",
        "fit",
        _inside,
    ),
    Goal(
        f"Every median date lies within {NEAR_YEARS} years of the record",
        "predictive",
        "fit",
        _near,
    ),
    Goal("Every pattern of the model's description comes out", "predictive", "fit", _patterns),
    Goal(
        f"Left out, an event is foreseen better than by the best null by {WANTED:g} natural-log unit on average",
        "leave-one-out",
        "foresight",
        _gain,
    ),
    Goal(
        "The record is more probable under the rules than under any null", "nulls", "adds", _nulls
    ),
    Goal("What each mechanism adds", "ablation", "adds", _ablation, tells=True),
    Goal("Which parameters the record informs", "identified", "unknown", _identified, tells=True),
    Goal(
        "On which parameters and drivers the dates depend",
        "sensitivity",
        "sensitivity",
        _sensitivity,
        tells=True,
    ),
    Goal(
        "Which figure of the evidence moves the results most",
        "influence",
        "influence",
        _influence,
        tells=True,
    ),
)
