"""``lilliput calibrate check recovery`` and ``check ranks``: posteriors of records that the rules made themselves."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from calibration.checks.recovery.exchangeable import RANK_EFFORTS, Chains
from calibration.checks.recovery.record_fits import RecordFits, fit_records, setting_problems
from calibration.cli.batch import MOST_WORKERS
from calibration.cli.run_request import MOST_SEED
from calibration.diagnostics import arviz
from calibration.errors import CalibrationError
from calibration.evidence.reading import read_evidence
from calibration.fit.population import RECORD_EFFORTS, Effort
from calibration.likelihood.observations import fitted_record
from calibration.reports.form import REPORTS, folder_problems, write_report
from calibration.reports.ranks import rank_report, recovery_report
from scenarios.arguments import whole_number
from scenarios.console import progress_of, reporting_errors
from simulation.errors import raise_if_any, unknown

MOST_RECORDS = 100_000
FITS, CHAINS = Path("results/simulated-records"), Path("results/simulated-chains")
_REPORTS = {"recovery": recovery_report, "ranks": rank_report}
_EFFORTS: dict[str, Mapping[str, Effort | Chains]] = {
    "recovery": RECORD_EFFORTS,
    "ranks": RANK_EFFORTS,
}
_DOING = {"recovery": "fitting simulated records", "ranks": "walking from simulated records"}

HowHard = Annotated[
    str, typer.Option(help=f"How hard for each record: {', '.join(RECORD_EFFORTS)}.")
]
Seed = Annotated[str, typer.Option(metavar="S", help="Number that fixes all chance.")]
Workers = Annotated[
    str | None, typer.Option(metavar="W", help="Processes, one a record.", show_default="all cores")
]
Fits = Annotated[
    Path, typer.Option(metavar="DIR", help="Where what is done is kept, one file a record.")
]
Resume = Annotated[bool, typer.Option("--resume", help="Go on with what is there.")]
Out = Annotated[Path, typer.Option(metavar="DIR", help="The folder of the report.")]


def check_recovery(
    records: Annotated[str, typer.Option(metavar="N", help="How many simulated records.")] = "50",
    effort: HowHard = "usual",
    seed: Seed = "1",
    workers: Workers = None,
    fits: Fits = FITS,
    resume: Resume = False,
    out: Out = REPORTS,
) -> None:
    """Simulate records with known parameters, fit them, and see whether intervals cover the true values.

    Killed at any moment, the same command with --resume goes on.
    """
    _check("recovery", records, effort, seed, workers, fits, resume, out)


def check_ranks(
    records: Annotated[str, typer.Option(metavar="N", help="How many simulated records.")] = "500",
    effort: HowHard = "usual",
    seed: Seed = "1",
    workers: Workers = None,
    fits: Fits = CHAINS,
    resume: Resume = False,
    out: Out = REPORTS,
) -> None:
    """Simulation-based calibration: whether the truth stands evenly among draws from its posterior, in every quantity.

    The draws are ends of chains that the sampler's steps make from the truth over a common origin. It may run for
    hours: killed at any moment, the same command with --resume goes on.
    """
    _check("ranks", records, effort, seed, workers, fits, resume, out)


def _check(
    name: str,
    records: str,
    effort: str,
    seed: str,
    workers: str | None,
    fits: Path,
    resume: bool,
    out: Path,
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
            wrong_seed
            + wrong_workers
            + folder_problems(out, command)
            + folder_problems(fits, command)
        )
        if effort not in _EFFORTS[name]:
            problems.append(unknown(command, "--effort", effort, tuple(_EFFORTS[name])))
        raise_if_any("this check cannot be made", problems, CalibrationError)
        asked = RecordFits(fits, fitted_record(read_evidence()), _EFFORTS[name][effort], start)
        raise_if_any("this check cannot be made", setting_problems(asked, resume), CalibrationError)
        arviz()
        with progress_of(_DOING[name], count) as told:
            fit_records(asked, count, workers=processes, told=told)
        report = _REPORTS[name](asked, asked.results(count), count)
        path = write_report(report, out)
        typer.echo(f"{report.finding}\nWritten to {path}")
