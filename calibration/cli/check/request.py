"""What a check of the calibration is asked to do, read in full before anything is computed; progress of long work."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from calibration.cli.run_request import MOST_SEED
from calibration.errors import CalibrationError
from calibration.reports.form import folder_problems
from scenarios.arguments import read_or_problems, whole_number
from scenarios.draws import Draws, read_draws
from simulation.errors import Problem

#: Options that checks share.
DrawsFile = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Parameter draws (Parquet).", show_default="those that ship"),
]
DrawsUsed = Annotated[
    str, typer.Option(metavar="N", help="So many of the draws, or all if there are fewer.")
]
Copies = Annotated[
    str,
    typer.Option(
        metavar="K", help="Replicates of each draw over which the likelihood is averaged."
    ),
]
FitWorkers = Annotated[
    str, typer.Option(metavar="N", help="Worker processes of a fit; results do not depend on it.")
]
RefitFolder = Annotated[
    Path, typer.Option(metavar="DIR", help="Where fits are kept; what is there is not made again.")
]
ShocksSeed = Annotated[str, typer.Option(metavar="S", help="The seed of the shocks.")]
ReportFolder = Annotated[Path, typer.Option(metavar="DIR", help="The folder of the report.")]


@dataclass(frozen=True)
class CheckRequest:
    """A check that can be carried out: draws, seed, whole numbers by option, and the folder of the report."""

    read: Draws | None
    seed: int
    counts: Mapping[str, int]
    out: Path

    @property
    def draws(self) -> Draws:
        """The draws that are checked; ``ValueError`` for a check that needs none."""
        if self.read is None:
            raise ValueError("this check reads no draws")
        return self.read


def read_check_request(
    name: str,
    draws: Path | None,
    seed: str,
    out: Path,
    counts: Mapping[str, tuple[str, int, int]] | None = None,
    problems: list[Problem] | None = None,
    *,
    drawn: bool = True,
) -> CheckRequest:
    """A check as typed on the command line.

    ``counts`` are further whole numbers by option: the text typed, the least and the most allowed; ``problems``
    what else is already known to be wrong; ``drawn`` whether the check reads draws at all. Raises
    ``CalibrationError`` that lists everything wrong together.
    """
    command = f"calibrate check {name}"
    held, wrong = read_or_problems(lambda: read_draws(draws)) if drawn else (None, [])
    wrong = [*wrong, *(problems or ())]
    start, wrong_seed = whole_number("--seed", seed, 0, MOST_SEED, command=command)
    numbers = {}
    for option, (text, least, most) in (counts or {}).items():
        numbers[option], bad = whole_number(f"--{option}", text, least, most, command=command)
        wrong += bad
    wrong += wrong_seed + folder_problems(out, command)
    if wrong:
        raise CalibrationError("this check cannot be made", wrong)
    return CheckRequest(held, start, numbers, out)
