"""The folder of simulated records that were fitted: what decides the results, one file a record.

Work that is cut short goes on with what is missing.
"""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, FiniteFloat

from calibration.checks.recovery.simulated import DRIVERS
from calibration.errors import CalibrationError
from calibration.fit.population import STEPS, Chains, Effort
from calibration.fit.reference import Reference
from calibration.likelihood.observations import Record
from calibration.origin import rules_hash
from scenarios.draws import table_hash
from scenarios.outcomes import PAIR_NAMES
from scenarios.reader import read_json
from simulation.errors import MISSING, Problem, raise_if_any
from simulation.parameters import parameter_table
from simulation.schema import validated

#: Free histories over which the date of a break is averaged, for each vector.
HISTORIES = 8
#: How records and walks begin; results that were made otherwise are not gone on with.
METHOD = "errors of rates, then what is on record; walks begin with a witness"
MANIFEST = "records.json"
#: A fit takes copies enough for the estimate of its record's log-likelihood to vary no more than
#: this, about as much as that of the real record where it fits best.
MOST_VARIANCE = 3.0


class _Settings(BaseModel):
    """What lies beside the results at least."""

    seed: int


class Result(BaseModel):
    """What is kept of a record that was fitted, at least."""

    number: int
    places: dict[str, FiniteFloat]
    truth: list[float]
    mean: list[float]
    spread: list[float]
    moves: int
    figures: int
    degenerate: bool


@dataclass(frozen=True)
class RecordFits:
    """What records are simulated and fitted, and where the results are kept.

    Parameters come from the prior, or from the normal distribution ``around`` some draws, which is
    then the prior of the fits too.
    """

    folder: Path
    like: Record
    effort: Effort | Chains
    seed: int
    around: Reference | None = None

    def path_of(self, number: int) -> Path:
        """Where the result of a record is kept."""
        return self.folder / f"record-{number:05d}.json"

    def settings(self) -> dict[str, Any]:
        """Everything that decides the results."""
        return {
            "seed": self.seed,
            "effort": asdict(self.effort),
            "steps": list(STEPS),
            "histories": HISTORIES,
            "made": METHOD,
            "around": self.around.name if self.around else None,
            "record_like": repr(self.like),
            "drivers": DRIVERS,
            "most_variance": MOST_VARIANCE if isinstance(self.effort, Effort) else None,
            "rules": rules_hash(),
            "parameter_table": table_hash(),
        }

    def missing(self, records: int) -> list[int]:
        """The first so many records that have not been fitted yet."""
        return [number for number in range(records) if not self.path_of(number).is_file()]

    def results(self, records: int) -> list[dict[str, Any]]:
        """The results of the first so many records, as far as they are there."""
        paths = [self.path_of(number) for number in range(records)]
        read = [read_record_file(path, Result) for path in paths if path.is_file()]
        problems = [problem for _, wrong in read for problem in wrong]
        raise_if_any(f"{self.folder}: the records cannot be used", problems, CalibrationError)
        return [entry for entry, _ in read]


def quantity_names() -> tuple[str, ...]:
    """The quantities whose places are kept: parameters, log-likelihood, mean date of each break."""
    return (*parameter_table(), "log-likelihood", *(f"break of {name}" for name in PAIR_NAMES))


def setting_problems(fits: RecordFits, resume: bool) -> list[Problem]:
    """What keeps results out of their folder: others are there, or the same without ``resume``."""
    path = fits.folder / MANIFEST
    if not path.is_file():
        return []
    kept, problems = read_record_file(path, _Settings)
    problems = problems or [
        Problem(
            str(path),
            name,
            value,
            f"{kept.get(name, MISSING)!r}, as the records there; or another folder",
        )
        for name, value in fits.settings().items()
        if value != kept.get(name)
    ]
    if not problems and not resume:
        problems.append(
            Problem("--fits", "folder", str(fits.folder), "one that is empty, or --resume")
        )
    return problems


def read_record_file(path: Path, model: type[BaseModel]) -> tuple[dict[str, Any], list[Problem]]:
    """What a file of the folder says, and what is wrong with it."""
    try:
        entry = read_json(path)
    except (OSError, ValueError) as error:
        allowed = f"as it was written ({error}); remove it, and --resume makes it anew"
        return {}, [Problem(str(path), "file", "damaged", allowed)]
    return entry, validated(model, entry, str(path))[1]
