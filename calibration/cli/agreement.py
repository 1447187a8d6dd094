"""``lilliput calibrate agree``: compares fits made with other seeds, and pools those that agree."""

from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationInfo, field_validator

from calibration.cli.check.options import ReportRequest
from calibration.cli.requests import command, flag, option
from calibration.errors import CalibrationError
from simulation.errors import Problem
from simulation.schema import refuse


class AgreementRequest(ReportRequest):
    """Fits that are compared, and what becomes of their draws."""

    command = "calibrate agree"
    needs = ("arviz",)
    title = "these fits cannot be compared"

    files: Annotated[list[Path], typer.Argument(help="Draws of the same fit with different seeds.")]
    overwrite: Annotated[bool, flag("--overwrite", "Replace what is at FILE.")] = False
    published: Annotated[
        Path | None,
        option("If they agree, write all their draws here, as published.", "FILE", "--publish"),
    ] = None
    pool: Annotated[
        Path | None,
        option("Whether they agree or not, write all their draws here, as provisional.", "FILE"),
    ] = None

    @field_validator("published", "pool")
    @classmethod
    def _new_parquet(cls, file: Path | None, field: ValidationInfo) -> Path | None:
        if file is not None:
            option = "--pool" if field.field_name == "pool" else "--publish"
            problems = []
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
    from calibration.checks.agreement import (
        agreement_of,
        agreement_report,
        pooled,
        pooled_manifest,
        read_fits,
    )
    from scenarios.draws import write_draws

    fits = read_fits(request.files)
    agreement = agreement_of(fits)
    request.publish(agreement_report(fits, agreement), {})
    if request.published is not None and not agreement.reached:
        raise CalibrationError("the fits do not agree; nothing was published")
    for file, kind in ((request.published, "published"), (request.pool, "provisional")):
        if file is not None:
            manifest = pooled_manifest(fits, agreement, kind)
            draws = write_draws(pooled(fits), manifest, file)
            typer.echo(f"{len(draws)} draws, {draws.id}, written to {file}", err=request.as_json)
