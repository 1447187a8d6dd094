"""``lilliput calibrate check recovery`` and ``check ranks``: fits of records that the rules made themselves."""

import os
from pathlib import Path
from typing import Annotated

import typer

from calibration.check_report import REPORTS, folder_problems, write_report
from calibration.diagnostics import arviz
from calibration.efforts import RECORD_EFFORTS
from calibration.errors import CalibrationError
from calibration.evidence_reading import read_evidence
from calibration.rank_report import rank_report, recovery_report
from calibration.record_fits import RecordFits, fit_records, setting_problems
from calibration.run_request import MOST_SEED
from calibration.targets import fitted_record
from scenarios.arguments import whole_number
from scenarios.batch_command import MOST_WORKERS
from scenarios.console import progress_of, reporting_errors
from simulation.errors import raise_if_any, unknown

MOST_RECORDS = 100_000
FITS = Path("results/simulated-records")
_REPORTS = {"recovery": recovery_report, "ranks": rank_report}

Effort = Annotated[str, typer.Option(help="How hard each record is fitted.")]
Seed = Annotated[str, typer.Option(metavar="S", help="Number that fixes all chance.")]
Workers = Annotated[
    str | None, typer.Option(metavar="W", help="Processes, one a record.", show_default="all cores")
]
Fits = Annotated[Path, typer.Option(metavar="DIR", help="Where the fits are kept; both checks share them.")]
Resume = Annotated[bool, typer.Option("--resume", help="Go on with the fits that are there.")]
Out = Annotated[Path, typer.Option(metavar="DIR", help="The folder of the report.")]


def check_recovery(
    records: Annotated[str, typer.Option(metavar="N", help="How many simulated records.")] = "50",
    effort: Effort = "usual",
    seed: Seed = "1",
    workers: Workers = None,
    fits: Fits = FITS,
    resume: Resume = False,
    out: Out = REPORTS,
) -> None:
    """Simulate records with known parameters, fit them, and see whether intervals cover the true values.

    Killed at any moment, the same command with --resume goes on; what is fitted for ranks serves here too.
    """
    _check("recovery", records, effort, seed, workers, fits, resume, out)


def check_ranks(
    records: Annotated[str, typer.Option(metavar="N", help="How many simulated records.")] = "500",
    effort: Effort = "usual",
    seed: Seed = "1",
    workers: Workers = None,
    fits: Fits = FITS,
    resume: Resume = False,
    out: Out = REPORTS,
) -> None:
    """Simulation-based calibration: whether true values stand evenly among the draws of fits, for every quantity.

    It may run for hours: killed at any moment, the same command with --resume goes on. The first records are those of
    the recovery check.
    """
    _check("ranks", records, effort, seed, workers, fits, resume, out)


def _check(
    name: str, records: str, effort: str, seed: str, workers: str | None, fits: Path, resume: bool, out: Path
) -> None:
    command = f"calibrate check {name}"
    with reporting_errors():
        count, problems = whole_number("--records", records, 2, MOST_RECORDS, command=command)
        start, wrong_seed = whole_number("--seed", seed, 0, MOST_SEED, command=command)
        cores = str(os.cpu_count() or 1)
        processes, wrong_workers = whole_number(
            "--workers", workers or cores, 1, MOST_WORKERS, command=command
        )
        problems += (
            wrong_seed + wrong_workers + folder_problems(out, command) + folder_problems(fits, command)
        )
        if effort not in RECORD_EFFORTS:
            problems.append(unknown(command, "--effort", effort, tuple(RECORD_EFFORTS)))
        raise_if_any("this check cannot be made", problems, CalibrationError)
        asked = RecordFits(fits, fitted_record(read_evidence()), RECORD_EFFORTS[effort], start)
        raise_if_any("this check cannot be made", setting_problems(asked, resume), CalibrationError)
        arviz()
        with progress_of("fitting simulated records", count) as told:
            fit_records(asked, count, workers=processes, told=told)
        report = _REPORTS[name](asked, asked.results(count), count)
        path = write_report(report, out)
        typer.echo(f"{report.finding}\nWritten to {path}")
