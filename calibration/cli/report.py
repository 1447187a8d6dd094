"""``lilliput report``: a batch as one page to read, with its tables and figures beside it."""

from pathlib import Path
from typing import Annotated

from pydantic import ValidationInfo, field_validator

from calibration.cli.compare import BatchReading
from calibration.cli.requests import Reader, as_typed, command, flag, option
from scenarios.console import tell, waiting
from scenarios.disk import absolute
from scenarios.draws import Draws, read_draws
from simulation.schema import refuse


class ReportPageRequest(BatchReading):
    """A batch to be reported on, and where the report goes."""

    command = "lilliput report"
    title = "this report cannot be made"

    out: Annotated[
        Path | None,
        option(
            "The page; a folder of the same name holds its tables and figures.",
            "FILE.html",
            default="DIR-report.html",
        ),
    ] = None
    draws: Annotated[
        Draws,
        Reader(read_draws, Path),
        option("The draws of the batch.", "FILE", default="those that ship"),
    ] = as_typed(None)
    overwrite: Annotated[bool, flag("--overwrite", "Replace the report that is there.")] = False
    #: Where the page is written: beside the batch by default, as its folder is one table.
    path: Path = Path()

    @field_validator("path")
    @classmethod
    def _free(cls, _path: Path, others: ValidationInfo) -> Path:
        from scenarios.report.write import report_problems

        folder: Path = absolute(others.data["folder"])
        path = others.data["out"] or folder.with_name(f"{folder.name}-report.html")
        refuse(report_problems(path, folder, others.data["overwrite"]))
        return Path(path)


@command
def report(request: ReportPageRequest) -> None:
    """Write a report on a batch: one HTML file that opens without a network.

    For every counterfactual it tells question, antecedent and source, shows both branches over the
    documented record, what becomes of the breaks, and what drives the difference; one table holds
    all scenarios. Tables (CSV) and figures (PNG, SVG) lie beside it.
    """
    from calibration.evidence.lines import sources
    from calibration.evidence.reading import read_evidence
    from calibration.evidence.record import documented_record, recorded_moves
    from scenarios.report.gather import ReportMaterial, report_on
    from scenarios.report.write import folder_of, write_report

    moves = recorded_moves(read_evidence()) if request.batch_request.until is not None else ()
    material = ReportMaterial(request.draws, documented_record(), sources(), moves)
    with waiting() as progress:
        gathered = report_on(request.folder, material, request.batch_request, progress)
        written = write_report(gathered, request.path, progress)
    tell(f"Written to {written}, with tables and figures in {folder_of(written)}")
