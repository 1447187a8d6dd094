"""What the commands of all checks share: their options, and what becomes of a report."""

import inspect
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer
from pydantic import ValidationInfo, field_validator

from calibration.cli.requests import (
    MOST_WORKERS,
    DrawsFile,
    Request,
    as_typed,
    command,
    flag,
    option,
    whole,
)
from calibration.fit.population import ABLATION_EFFORTS
from scenarios.console import tell
from scenarios.reader import MOST_SEED
from simulation.schema import one_of, refuse

if TYPE_CHECKING:
    from calibration.reports.report import Pictures, Report


#: Where reports are rendered unless another folder is named.
REPORTS = Path("docs/calibration")
#: Where fits that checks make are kept, so that they are made once.
REFITS = Path("results/refits")
#: The options that stand last in the help of every check.
_LAST = ("seed", "out", "as_json")


SEED = whole(0, MOST_SEED)
ShocksSeed = Annotated[int, SEED, option("The seed of the shocks.", "S")]
FitsSeed = Annotated[int, SEED, option("The seed of the fits.", "S")]
DrawsUsed = Annotated[
    int, whole(2, 1_000_000), option("So many of the draws, or all if there are fewer.")
]
Copies = Annotated[
    int,
    whole(1, 1000),
    option("Replicates of each draw over which the likelihood is averaged.", "K"),
]
FitEffort = Annotated[
    str,
    one_of(tuple(ABLATION_EFFORTS)),
    option(f"How hard to fit: {', '.join(ABLATION_EFFORTS)}.", metavar=None),
]
FitWorkers = Annotated[
    int, whole(1, MOST_WORKERS), option("Worker processes of a fit; results do not depend on it.")
]
RefitFolder = Annotated[
    Path, option("Where fits are kept; what is there is not made again.", "DIR")
]


class ReportRequest(Request):
    """What leaves a report, and where that goes."""

    out: Annotated[Path, option("The folder of the report.", "DIR")] = REPORTS
    as_json: Annotated[bool, flag("--json", "Print the report as one JSON object.")] = False

    @field_validator("out", "fits", check_fields=False)
    @classmethod
    def _fit_to_be_written(cls, folder: Path, field: ValidationInfo) -> Path:
        from calibration.reports.report import folder_problems

        refuse(folder_problems(folder, cls.command, f"--{field.field_name}"))
        return folder

    def kept(self) -> str:
        """Where fits that checks make are kept, if there are any."""
        folder: Path | None = getattr(self, "fits", getattr(self, "cache", None))
        if folder is None or not (folder.is_dir() and any(folder.iterdir())):
            return ""
        same = "the same command" + " with --resume" * hasattr(self, "resume")
        return f"what was finished is kept in {folder}; {same} goes on from there"

    def publish(self, report: "Report", pictures: "Pictures") -> None:
        """Write the report, and print its finding or the whole of it."""
        from calibration.reports.report import write_report

        path = write_report(report, pictures, self.out)
        if self.as_json:
            typer.echo(report.model_dump_json(indent=2))
        else:
            tell(f"{report.finding}\nWritten to {path}")


class CheckRequest(ReportRequest):
    """A check that can be carried out."""

    title = "this check cannot be made"

    seed: Annotated[int, SEED, option("Number that fixes all chance.", "S")] = 1

    def origin(self, **settings: Any) -> dict[str, Any]:
        """Where the report comes from: seed, draws if there are any, and what else decides it."""
        from calibration.origin import origin_of

        return origin_of(seed=self.seed, draws=getattr(self, "draws", None), **settings)


class DrawsRequest(CheckRequest):
    """A check of parameter draws."""

    draws: DrawsFile = as_typed(None)


CheckModel = TypeVar("CheckModel", bound=CheckRequest)


def check_command(
    carry_out: "Callable[[CheckModel], tuple[Report, Pictures]]",
) -> Callable[..., None]:
    """The command that makes the report of a check and publishes it."""

    @wraps(carry_out)
    def published(request: CheckModel) -> None:
        request.publish(*carry_out(request))

    return options_in_order(command(published))


def options_in_order(called: Callable[..., None]) -> Callable[..., None]:
    """A command of a check with its options in the order of all checks."""
    parameters = inspect.signature(called).parameters.values()
    ordered = sorted(
        parameters, key=lambda each: _LAST.index(each.name) if each.name in _LAST else -1
    )
    called.__signature__ = inspect.Signature(ordered)  # type: ignore[attr-defined]
    return called
