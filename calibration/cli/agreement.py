"""``lilliput calibrate agree``: compares fits made with other seeds, and pools those that agree."""

from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationInfo, field_validator

from calibration.checks.agreement import (
    agreement_of,
    agreement_report,
    pooled,
    pooled_manifest,
    read_fits,
)
from calibration.cli.check.options import AsJson, ReportFolder, option, publish
from calibration.cli.requests import Request, command
from calibration.errors import CalibrationError
from calibration.reports.report import REPORTS, folder_problems
from scenarios.draws import write_draws
from simulation.errors import Problem
from simulation.schema import refuse


class AgreementRequest(Request):
    """Fits that are compared, and what becomes of their draws."""

    command = "calibrate agree"
    title = "these fits cannot be compared"

    files: Annotated[list[Path], typer.Argument(help="Draws of the same fit with different seeds.")]
    out: ReportFolder = REPORTS
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace what is at FILE.")] = False
    publish: Annotated[
        Path | None, option("If they agree, write all their draws here, as published.", "FILE")
    ] = None
    pool: Annotated[
        Path | None,
        option("Whether they agree or not, write all their draws here, as provisional.", "FILE"),
    ] = None
    as_json: AsJson = False

    @field_validator("out")
    @classmethod
    def _folder(cls, out: Path) -> Path:
        refuse(folder_problems(out, cls.command))
        return out

    @field_validator("publish", "pool")
    @classmethod
    def _new_parquet(cls, file: Path | None, field: ValidationInfo) -> Path | None:
        if file is not None:
            option, problems = f"--{field.field_name}", []
            if file.suffix != ".parquet":
                allowed = "a file name that ends in .parquet"
                problems.append(Problem(cls.command, option, str(file), allowed))
            if file.exists() and not field.data.get("overwrite"):
                allowed = "a new file, unless --overwrite"
                problems.append(Problem(cls.command, option, str(file), allowed))
            refuse(problems)
        return file


@command
def agree(request: AgreementRequest) -> None:
    """Compare fits made with different seeds: R-hat, effective sizes, means and log evidence."""
    fits = read_fits(request.files)
    agreement = agreement_of(fits)
    publish(agreement_report(fits, agreement), {}, request.out, request.as_json)
    if request.publish is not None and not agreement.reached:
        raise CalibrationError("the fits do not agree; nothing was published")
    for file, kind in ((request.publish, "published"), (request.pool, "provisional")):
        if file is not None:
            manifest = pooled_manifest(fits, agreement, kind)
            draws = write_draws(pooled(fits), manifest, file)
            typer.echo(f"{len(draws)} draws, {draws.id}, written to {file}", err=request.as_json)
