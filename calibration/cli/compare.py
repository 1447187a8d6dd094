"""``lilliput compare``: every counterfactual of a batch beside its factual twins, and conditional counterfactuals."""

import json
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from calibration.cli.batch_question import (
    EventPairs,
    FactualName,
    GivenUntil,
    HorizonYears,
    OnlyNames,
    read_question,
)
from calibration.evidence.reading import read_evidence
from calibration.evidence.record import documented_record, recorded_moves
from scenarios.comparison.batch import TITLE, BatchComparison, compare_batch
from scenarios.comparison.conditional_compare import compare_given
from scenarios.comparison.tables import (
    as_object,
    by_reading,
    heading,
    scenario_heading,
    tables_of,
    yearly_table,
)
from scenarios.console import reporting_errors, waiting, wide_console
from scenarios.draws import read_draws
from scenarios.errors import ScenarioError
from simulation.errors import raise_if_any

_NARROWEST = 150


def compare(
    folder: Annotated[Path, typer.Argument(metavar="[DIR]", help="The folder of a batch.")] = Path(
        "results/batch"
    ),
    factual: FactualName = "historical",
    events: EventPairs = None,
    only: OnlyNames = None,
    horizon: HorizonYears = None,
    given: GivenUntil = None,
    draws: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="The draws of the batch, for --given-record-until.",
            show_default="those that ship",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Set every counterfactual of a batch beside its factual twins.

    Tells for every pair whether its break is avoided, brought forward or delayed within the horizon, by how much,
    and how far the documented course was necessary and sufficient for it; with --event or --json also what
    becomes of support, strain and aid, year by year. docs/comparing.md explains every number.
    """
    with reporting_errors():
        question, problems = read_question(
            "lilliput compare", folder, factual, only, events, horizon
        )
        raise_if_any(TITLE, problems, ScenarioError)
        asked = question._asdict()
        breaks = documented_record().breaks
        with waiting() as bar:
            told = partial(bar, "comparing" if given is None else "simulating")
            if given is None:
                compared = compare_batch(folder, **asked, breaks=breaks, progress=told)
            else:
                moves, held = recorded_moves(read_evidence()), read_draws(draws)
                compared = compare_given(
                    folder, given, moves, held, **asked, breaks=breaks, progress=told
                )
    if as_json:
        typer.echo(json.dumps(as_object(compared), indent=2, ensure_ascii=False))
    else:
        _print(compared, yearly=bool(events))


def _print(compared: BatchComparison, *, yearly: bool) -> None:
    console = wide_console(_NARROWEST)
    for line in heading(compared):
        console.print(line)
    for reading, comparisons in by_reading(compared.comparisons):
        console.print()
        for line in scenario_heading(reading):
            console.print(line)
        for part in tables_of(comparisons):
            console.print(part)
        for comparison in comparisons if yearly else ():
            console.print(yearly_table(comparison))
