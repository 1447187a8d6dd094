"""What the commands that read a batch have in common: their options, and reading them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from scenarios.comparison.batch import readings_of
from scenarios.console import whole_number
from scenarios.errors import read_or_problems
from scenarios.files import LONGEST_HORIZON
from scenarios.outcomes import PAIR_NAMES
from simulation.errors import Problem

BATCH = Path("results/batch")
BatchFolder = Annotated[Path, typer.Argument(metavar="[DIR]", help="The folder of a batch.")]
FactualName = Annotated[
    str, typer.Option(metavar="NAME", help="The scenario that the others are set beside.")
]
EventPairs = Annotated[
    list[str] | None,
    typer.Option(
        "--event", metavar="PAIR", help="The pair whose break is asked about; may be repeated."
    ),
]
OnlyNames = Annotated[
    list[str] | None,
    typer.Option(
        "--only", metavar="NAME", help="One counterfactual of the batch; may be repeated."
    ),
]
HorizonYears = Annotated[
    str | None,
    typer.Option(
        metavar="YEARS",
        help="Years after the first intervention.",
        show_default="each scenario's own",
    ),
]
GivenUntil = Annotated[
    str | None,
    typer.Option(
        "--given-record-until",
        metavar="YYYY-MM",
        help="Start both branches from the record up to the end of that quarter, and simulate anew.",
    ),
]


class BatchQuestion(NamedTuple):
    """What is asked of a batch: the factual scenario, counterfactuals (none: all), pairs, and years of horizon."""

    factual: str
    only: tuple[str, ...]
    pairs: tuple[str, ...]
    years: int | None


def read_question(
    command: str,
    folder: Path,
    factual: str,
    only: Sequence[str] | None,
    events: Sequence[str] | None,
    horizon: str | None,
) -> tuple[BatchQuestion, list[Problem]]:
    """What is asked of a batch, as typed, and everything that is wrong with it."""
    years: int | None = None
    problems: list[Problem] = []
    if horizon is not None:
        years, problems = whole_number("--horizon", horizon, 1, LONGEST_HORIZON, command=command)
    pairs = tuple(dict.fromkeys(events or ())) or PAIR_NAMES
    asked = BatchQuestion(factual, tuple(only or ()), pairs, years)
    _, wrong = read_or_problems(lambda: readings_of(folder, factual, pairs, years, asked.only))
    return asked, problems + wrong
