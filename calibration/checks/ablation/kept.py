"""What a report of mechanisms stores, and what of an earlier one is taken up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from calibration.checks.ablation.added import Added, Scored
from calibration.checks.ablation.mechanisms import Group, Mechanism
from calibration.fit.evidence import Evidence
from calibration.likelihood.scores import Difference
from calibration.reports.report import Report

#: What must be the same, beside draws and runs, for rows of two reports to stand in one table.
_DECIDING = ("seed", "rules", "parameter_table")


@dataclass(frozen=True)
class Kept:
    """What an earlier report tells that was not fitted anew: its rows, and the whole beside them.

    ``wholes`` are the values of the whole rules, an entry each number of vectors.
    """

    rows: Sequence[Added] = ()
    wholes: Sequence[Mapping[str, Any]] = ()


def kept_of(
    earlier: Report | None,
    origin: Mapping[str, Any],
    observations: Sequence[str],
    others: Sequence[Mechanism | Group],
) -> Kept:
    """What an earlier report tells of ``others``; nothing if it is about something else.

    It is about the same if draws, rules, parameter table, seed, runs, the beginning of fixed
    parameters (decision 87) and observations are.
    """
    if earlier is None or _about(earlier.origin) != _about(origin):
        return Kept()
    values = {**earlier.values["mechanisms"], **earlier.values["groups"]}
    rows = [
        _row_of(other, values[other.name], observations)
        for other in others
        if other.name in values
        and values[other.name]["off"] == other.off
        and list(values[other.name]["single"]) == list(observations)
    ]
    used = {row.vectors for row in rows}
    return Kept(rows, [each for each in earlier.values["whole"] if each["vectors"] in used])


def _about(origin: Mapping[str, Any]) -> tuple[Any, ...]:
    # Older reports do not tell all settings.
    settings = (origin["settings"].get(name) for name in ("runs", "fixed_parameters"))
    return origin["draws"]["id"], *settings, *(origin[key] for key in _DECIDING)


def whole_values(evidence: Evidence, scored: Scored, vectors: int) -> dict[str, Any]:
    """What a report stores of the whole rules, fitted with so many vectors."""
    return {
        "vectors": vectors,
        "evidence": evidence.value,
        "error": evidence.error,
        "families": evidence.families,
        "failing": scored.failing,
    }


def values_of(row: Added, observations: Sequence[str]) -> dict[str, Any]:
    """What a report stores of a row; each of the ``observations`` by its name."""
    evidence = row.evidence
    return {
        "vectors": row.vectors,
        "evidence": evidence.value,
        "error": evidence.error,
        "family_error": evidence.family_error,
        "spread": evidence.spread,
        "families": evidence.families,
        "runs": evidence.runs,
        "verdict": evidence.verdict,
        "fit": row.fit.mean,
        "fit_error": row.fit.error,
        "draws": row.fit.number,
        "left_out": row.left_out.mean,
        "left_out_error": row.left_out.error,
        "failing": row.failing,
        "single": dict(zip(observations, row.single, strict=True)),
        "off": row.mechanism.off,
    }


def _row_of(
    mechanism: Mechanism | Group, values: Mapping[str, Any], observations: Sequence[str]
) -> Added:
    """The row of which these are the values."""
    evidence = ("evidence", "family_error", "spread", "families", "runs")
    return Added(
        mechanism,
        Evidence(*(values[name] for name in evidence)),
        Difference(values["fit"], values["fit_error"], values["draws"]),
        Difference(values["left_out"], values["left_out_error"], len(observations)),
        np.array(list(values["single"].values())),
        values["failing"],
        values["vectors"],
    )
