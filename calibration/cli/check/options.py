"""What the commands of all checks share: their options, and what becomes of a report."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationInfo, field_validator
from pydantic_core import PydanticCustomError
from typer.models import OptionInfo

from calibration.cli.requests import MOST_WORKERS, Reader, Request, whole
from calibration.reports.report import Pictures, Report, folder_problems, write_report
from scenarios.run import MOST_SEED
from simulation.errors import listed, nearest
from simulation.schema import refuse

#: Where fits that checks make are kept, so that they are made once.
REFITS = Path("results/refits")


def one_of(names: Callable[[], tuple[str, ...]]) -> Reader:
    """Reads one of some names."""

    def read(typed: str) -> str:
        if typed not in names():
            near = nearest(typed, names())
            context = {"allowed": listed(names()), "near": near}
            raise PydanticCustomError("name", "no such name", context)
        return typed

    return Reader(read)


def option(text: str, metavar: str = "N") -> OptionInfo:
    """An option of typer's, a number unless another letter stands for its value."""
    info: OptionInfo = typer.Option(metavar=metavar, help=text)
    return info


SEED = whole(0, MOST_SEED)
ShocksSeed = Annotated[int, SEED, option("The seed of the shocks.", "S")]
FitsSeed = Annotated[int, SEED, option("The seed of the fits.", "S")]
AnySeed = Annotated[int, SEED, option("Number that fixes all chance.", "S")]
DrawsUsed = Annotated[
    int, whole(2, 1_000_000), option("So many of the draws, or all if there are fewer.")
]
Copies = Annotated[
    int,
    whole(1, 1000),
    option("Replicates of each draw over which the likelihood is averaged.", "K"),
]
FitWorkers = Annotated[
    int, whole(1, MOST_WORKERS), option("Worker processes of a fit; results do not depend on it.")
]
RefitFolder = Annotated[
    Path, option("Where fits are kept; what is there is not made again.", "DIR")
]
ReportFolder = Annotated[Path, option("The folder of the report.", "DIR")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the report as one JSON object.")]


class CheckRequest(Request):
    """A check that can be carried out, and where its report goes."""

    title = "this check cannot be made"

    @field_validator("out", "fits", check_fields=False)
    @classmethod
    def _fit_to_be_written(cls, folder: Path, field: ValidationInfo) -> Path:
        refuse(folder_problems(folder, cls.command, f"--{field.field_name}"))
        return folder


def publish(report: Report, pictures: Pictures, folder: Path, as_json: bool) -> None:
    """Write a report, and print its finding or the whole of it."""
    path = write_report(report, pictures, folder)
    if as_json:
        typer.echo(report.model_dump_json(indent=2))
    else:
        typer.echo(f"{report.finding}\nWritten to {path}")
