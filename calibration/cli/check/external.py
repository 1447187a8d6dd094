"""The check of series that nobody fitted."""

from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationInfo, field_validator

from calibration.cli.check.options import DrawsRequest, ShocksSeed, options_in_order
from calibration.cli.requests import command, flag, option, read_or_refuse, whole
from scenarios.console import progress_of
from scenarios.disk import unwritable, write_whole
from scenarios.run import progress_after
from simulation.errors import Problem
from simulation.schema import refuse


class ExternalRequest(DrawsRequest):
    """Series to be set beside histories, or a template for them to be written."""

    command = "calibrate check external"

    template: Annotated[
        bool, flag("--template", "Write the head of such a file, with two rows, to FILE.")
    ] = False
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE...",
            help="CSV files with columns client, patron, quantity, year, value, unit, source.",
        ),
    ]
    replicates: Annotated[
        int, whole(20, 100_000), option("Histories, free and as many conditioned.")
    ] = 1000
    seed: ShocksSeed = 1
    #: Such series are the user's: their report is not among those that ship.
    out: Annotated[Path, option("The folder of the report.", "DIR")] = Path("results/external")
    #: The series in the files, each a ``Series``.
    series: tuple[Any, ...] = ()

    @field_validator("files")
    @classmethod
    def _new_template(cls, files: list[Path], others: ValidationInfo) -> list[Path]:
        if others.data.get("template"):
            refuse(template_problems(files, cls.command))
        return files

    @field_validator("series")
    @classmethod
    def _readable(cls, _series: tuple[Any, ...], others: ValidationInfo) -> tuple[Any, ...]:
        from calibration.checks.external.series import read_series
        from calibration.evidence.reading import read_evidence

        if others.data.get("template") or "files" not in others.data:
            return ()
        rates = read_evidence().currency
        return read_or_refuse(lambda: read_series(others.data["files"], rates))


def template_problems(files: list[Path], where: str) -> list[Problem]:
    """What stands in the way of writing a template."""
    problems = [Problem(where, "--template", len(files), "one FILE to be written")] * (
        len(files) != 1
    )
    for file in files:
        problems += unwritable(file, where, "FILE")
        if file.exists():
            problems.append(Problem(where, "FILE", str(file), "a new file for the template"))
    return problems


@command
def _check_external(request: ExternalRequest) -> None:
    """Set yearly series that no fit has seen beside free and conditioned histories.

    A series is what a patron gave a client, or the client's support, year by year. Order of the
    years, level and peak are compared, within alliances and over all years, and beside regressions
    of the series on alliance, product, trend, danger and line. See docs/fitting.md.
    """
    from calibration.checks.external.beside import CONDITIONED, FREE, set_beside, simulated
    from calibration.checks.external.report import external_report
    from calibration.checks.external.series import TEMPLATE
    from calibration.evidence.reading import read_evidence
    from calibration.likelihood.observations import fitted_record

    if request.template:
        write_whole(request.files[0], TEMPLATE)
        typer.echo(f"Written to {request.files[0]}")
        return
    series, record = request.series, fitted_record(read_evidence())
    kinds = {FREE: None, CONDITIONED: record}
    with progress_of("simulating histories", len(kinds) * request.replicates) as progress:
        by_kind = {}
        for place, (kind, imposed) in enumerate(kinds.items()):
            so_far = progress_after(progress, place * request.replicates)
            by_kind[kind] = simulated(
                series, request.draws, request.replicates, request.seed, imposed, so_far
            )
    histories = [
        {kind: each[place] for kind, each in by_kind.items()} for place in range(len(series))
    ]
    rows = [
        row
        for each, own in zip(series, histories, strict=True)
        for row in set_beside(each, own, record)
    ]
    origin = request.origin(
        files=", ".join(file.name for file in request.files), histories=request.replicates
    )
    request.publish(*external_report(rows, histories, origin))


check_external = options_in_order(_check_external)
