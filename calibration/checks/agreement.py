"""Whether fits of the same rules to the same record, made with other seeds, agree."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pandas as pd
from pydantic import BaseModel, Field, FiniteFloat, field_validator

from calibration.diagnostics import rank_rhats
from calibration.errors import CalibrationError
from calibration.fit.evidence import evidence_from
from calibration.origin import origin_of
from calibration.prior import coordinates_of_draws
from calibration.reports.report import Goal, Report, Table
from scenarios.draws import Draws, read_draws
from simulation.arrays import Array
from simulation.errors import Problem, raise_if_any
from simulation.parameters import parameter_table
from simulation.schema import refusal, validated

#: The goals: R-hat of every parameter, effective size of all draws together, and standard errors
#: between the fits' means (three fits of a hundred parameters exceed 4 about once in a hundred and
#: fifty times).
MOST_RHAT, LEAST_EFFECTIVE, MOST_DISTANCE = 1.01, 1000, 4.0
#: From how many fits a posterior is to be published.
LEAST_FITS = 3
#: How many of the parameters that agree least are shown.
_SHOWN = 12
#: What must be the same in the manifests of fits that are compared.
_SAME = ("settings", "rules", "record", "parameter_table", "evidence_overlay", "fitted_to")


class _Manifest(BaseModel):
    """What the manifest of a fit must say if it is to be compared with others."""

    method: str
    effort: str
    settings: dict[str, Any]
    rules: str
    fitted_to: str
    evidence_overlay: str | None
    seed: int
    log_evidence: FiniteFloat
    log_evidence_error: Annotated[FiniteFloat, Field(gt=0)]
    effective_size_of: dict[str, Annotated[FiniteFloat, Field(gt=0)]]
    near: str | None = None
    versions: dict[str, Any]

    @field_validator("effective_size_of")
    @classmethod
    def _of_all(cls, sizes: dict[str, float]) -> dict[str, float]:
        if missing := [name for name in parameter_table() if name not in sizes]:
            raise refusal(f"a size for every parameter, {missing[0]} too")
        return sizes


@dataclass(frozen=True)
class Agreement:
    """How far fits agree, one value a parameter in the order of the table.

    ``rhat`` compares the fits as chains; ``distance`` is the largest difference of two fits' means
    in its standard errors; ``effective`` the effective size of all fits' draws together;
    ``evidence`` and ``evidence_errors`` are the log evidence of each fit; ``evidence_distance`` the
    largest difference of two of them in standard errors.
    """

    rhat: Array
    distance: Array
    effective: Array
    evidence: Array
    evidence_errors: Array
    evidence_distance: float

    @property
    def alike(self) -> bool:
        """Whether R-hat, means and log evidence are within what chance allows."""
        return bool(
            self.rhat.max() < MOST_RHAT
            and self.distance.max() < MOST_DISTANCE
            and self.evidence_distance < MOST_DISTANCE
        )

    @property
    def reached(self) -> bool:
        """Whether every goal is reached: the fits are alike, and hold enough together."""
        return self.alike and bool(self.effective.min() >= LEAST_EFFECTIVE)


def read_fits(paths: Sequence[Path]) -> list[Draws]:
    """The fits in some files.

    Raises ``CalibrationError`` that lists everything that keeps them from being compared: fewer
    than two, a seed that two share, draws that two began with, other settings, rules, evidence or
    parameter table, or draws that no fit wrote.
    """
    problems = []
    if len(paths) < 2:
        problems.append(Problem("calibrate agree", "FILE", len(paths), "two files or more"))
    fits = [read_draws(path) for path in paths]
    for path, fit in zip(paths, fits, strict=True):
        if fit.manifest.get("made_by") != "lilliput calibrate fit":
            problems.append(
                Problem(str(path), "made_by", fit.manifest.get("made_by"), "lilliput calibrate fit")
            )
        else:
            problems += validated(_Manifest, fit.manifest, str(path))[1]
        problems += [
            Problem(str(path), name, fit.manifest.get(name), f"the same as in {paths[0]}")
            for name in _SAME
            if fit.manifest.get(name) != fits[0].manifest.get(name)
        ]
    seeds = [fit.manifest.get("seed") for fit in fits]
    if len(set(map(repr, seeds))) < len(seeds):
        problems.append(Problem("calibrate agree", "seeds", seeds, "each seed once"))
    nears = [fit.manifest["near"] for fit in fits if fit.manifest.get("near")]
    if len(set(nears)) < len(nears):
        problems.append(Problem("calibrate agree", "near", nears, "draws of another fit each"))
    raise_if_any("these fits cannot be compared", problems, CalibrationError)
    return fits


def agreement_of(fits: Sequence[Draws]) -> Agreement:
    """Compare fits as chains of one posterior.

    Formula: R-hat over the fits; for means, |m1 - m2| / sqrt(v1 / n1 + v2 / n2) with the effective
    sizes n of the fits, on the prior's normal scale; for the log evidence, the same with its own
    standard errors.
    """
    draws = min(len(fit) for fit in fits)
    chains = np.stack([coordinates_of_draws(fit.frame.iloc[:draws]) for fit in fits])
    sizes = np.array(
        [[fit.manifest["effective_size_of"][name] for name in parameter_table()] for fit in fits]
    )
    errors = np.sqrt(chains.var(axis=1, ddof=1) / sizes)
    evidence = np.array([fit.manifest["log_evidence"] for fit in fits])
    evidence_errors = np.array([fit.manifest["log_evidence_error"] for fit in fits])
    return Agreement(
        rank_rhats(chains),
        _largest(chains.mean(axis=1), errors),
        sizes.sum(axis=0),
        evidence,
        evidence_errors,
        float(_largest(evidence[:, np.newaxis], evidence_errors[:, np.newaxis])[0]),
    )


def pooled(fits: Sequence[Draws]) -> pd.DataFrame:
    """The draws of all fits, taken in turn, so that any number from the top are a fair sample."""
    least = min(len(fit) for fit in fits)
    frames = [fit.frame.iloc[:least] for fit in fits]
    values = np.stack([frame.to_numpy() for frame in frames], axis=1)
    return pd.DataFrame(values.reshape(-1, values.shape[-1]), columns=frames[0].columns)


def pooled_manifest(fits: Sequence[Draws], agreement: Agreement, kind: str) -> dict[str, Any]:
    """The manifest of pooled draws.

    They are of the kind ``published`` if the fits agree, or ``provisional`` if they need not. The
    error of the log evidence is that of one fit, as their families or their spread tell it.
    """
    first = fits[0].manifest
    most = agreement.evidence.max()
    families = min(fit.manifest["families"] for fit in fits)
    evidence = evidence_from(agreement.evidence, agreement.evidence_errors, families)
    alike = ("method", "effort", "settings", "rules", "record", "fitted_to", "evidence_overlay")
    return {
        "kind": kind,
        "made_by": f"lilliput calibrate agree {'--publish' if kind == 'published' else '--pool'}",
        **{name: first[name] for name in alike},
        "seeds": [fit.manifest["seed"] for fit in fits],
        "references": [fit.manifest.get("reference") for fit in fits],
        "nears": [fit.manifest.get("near") for fit in fits],
        "families": families,
        "pooled": [fit.id for fit in fits],
        "log_evidence": round(float(most + np.log(np.exp(agreement.evidence - most).mean())), 3),
        "log_evidences": agreement.evidence.tolist(),
        "log_evidence_error": round(evidence.error, 3),
        "rhat_most": round(float(agreement.rhat.max()), 4),
        "effective_size_least": round(float(agreement.effective.min())),
        "versions": first["versions"],
    }


def _largest(means: Array, errors: Array) -> Array:
    """The largest difference of any two of some means (fits, quantities), in standard errors."""
    differences = [
        np.abs(means[one] - means[other]) / np.hypot(errors[one], errors[other])
        for one, other in combinations(range(len(means)), 2)
    ]
    return np.asarray(np.max(differences, axis=0))


def agreement_report(fits: Sequence[Draws], agreement: Agreement) -> Report:
    """The report of a comparison of fits."""
    names = list(parameter_table())
    verdict = "agree" if agreement.alike else "do not agree"
    too_few = "; their draws together are worth fewer independent ones than is asked for"
    rhat, distance = agreement.rhat.max(), agreement.distance.max()
    size = agreement.effective.min()
    finding = (
        f"{len(fits)} fits with different seeds {verdict} within Monte Carlo error"
        f"{too_few if agreement.alike and not agreement.reached else ''}: R-hat at most "
        f"{rhat:.4f} (goal: below {MOST_RHAT}), effective size over all draws at least {size:.0f} "
        f"(goal: {LEAST_EFFECTIVE}), means at most {distance:.1f} standard errors apart and log "
        f"evidence {agreement.evidence_distance:.1f} (goal: below {MOST_DISTANCE:.0f})."
    )
    fits_table = Table.of(
        "The fits",
        fits,
        {
            "draws": lambda fit: fit.id,
            "seed": lambda fit: fit.manifest["seed"],
            "number": lambda fit: len(fit),
            "log evidence": lambda fit: f"{fit.manifest['log_evidence']:.2f}",
            "its error": lambda fit: f"{fit.manifest['log_evidence_error']:.2f}",
            "families": lambda fit: fit.manifest["families"],
            "least bulk size": lambda fit: fit.manifest["effective_size"]["bulk_least"],
            "least tail size": lambda fit: fit.manifest["effective_size"]["tail_least"],
        },
    )
    worst_table = Table.of(
        "The parameters that agree least",
        np.argsort(-agreement.rhat)[:_SHOWN],
        {
            "parameter": lambda place: names[place],
            "R-hat": lambda place: f"{agreement.rhat[place]:.4f}",
            "difference of means in standard errors": lambda place: (
                f"{agreement.distance[place]:.1f}"
            ),
            "effective size": lambda place: agreement.effective[place],
        },
    )
    goal = Goal(
        name=f"Fits with {LEAST_FITS} seeds agree",
        goal=f"R-hat below {MOST_RHAT}, effective size at least {LEAST_EFFECTIVE:,}, means and log "
        f"evidence less than {MOST_DISTANCE:g} errors apart",
        measured=f"{len(fits)} fits; R-hat at most {rhat:.3f}; least effective size {size:,.0f}; "
        f"means at most {distance:.1f} errors apart",
        reached=agreement.reached and len(fits) >= LEAST_FITS,
    )
    return Report(
        check="agreement",
        title="Agreement of fits made with different seeds",
        finding=finding,
        reached=agreement.reached,
        origin=origin_of(seed=fits[0].manifest["seed"], effort=fits[0].manifest["effort"]),
        parts=(fits_table, worst_table),
        goals=(goal,),
        values={
            name: dict(zip(names, getattr(agreement, name), strict=True))
            for name in ("rhat", "distance", "effective")
        }
        | {
            "log_evidence": agreement.evidence,
            "log_evidence_errors": agreement.evidence_errors,
        },
    )
