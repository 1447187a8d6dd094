"""``lilliput compare``: every counterfactual of a batch beside its factual twins."""

import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from calibration.evidence.reading import read_evidence
from calibration.evidence.record import documented_record, recorded_moves
from scenarios.comparison.batch import (
    BatchComparison,
    BatchRequest,
    compare_batch,
    compare_given,
    question_of,
)
from scenarios.comparison.output import (
    as_object,
    by_reading,
    heading,
    scenario_heading,
    tables_of,
    yearly_table,
)
from scenarios.console import reporting_errors, waiting, wide_console
from scenarios.draws import read_draws

_NARROWEST = 150
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
_OWN = "each scenario's own"
HorizonYears = Annotated[
    str | None,
    typer.Option(metavar="YEARS", help="Years after the first intervention.", show_default=_OWN),
]
GivenUntil = Annotated[
    str | None,
    typer.Option(
        "--given-record-until",
        metavar="YYYY-MM",
        help="Start both branches from the record up to the end of that quarter, simulated anew.",
    ),
]


def compare(
    folder: BatchFolder = Path("results/batch"),
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

    Tells for every pair whether its break is avoided, brought forward or delayed within the
    horizon, by how much, and how far the documented course was necessary and sufficient for it;
    with --event or --json also what becomes of support, strain and aid, year by year.
    docs/comparing.md explains every number.
    """
    with reporting_errors():
        entry = typed(factual, events, only, horizon, given)
        request = question_of(folder, entry, "lilliput compare").request
        compared = _compared(folder, request, draws)
    if as_json:
        typer.echo(json.dumps(as_object(compared), indent=2, ensure_ascii=False))
    else:
        _print(compared, yearly=bool(events))


def typed(
    factual: str,
    events: Sequence[str] | None,
    only: Sequence[str] | None,
    horizon: str | None,
    given: str | None,
) -> dict[str, object]:
    """What is asked of a batch, as typed: an entry for a ``BatchRequest``."""
    entry = {
        "factual": factual,
        "--event": tuple(dict.fromkeys(events or ())),
        "only": tuple(only or ()),
        "--horizon": horizon,
        "until": given,
    }
    return {key: value for key, value in entry.items() if value}


def _compared(folder: Path, request: BatchRequest, draws: Path | None) -> BatchComparison:
    named = request.model_dump(exclude={"until"}) | {"breaks": documented_record().breaks}
    with waiting() as bar:
        if request.until is None:
            return compare_batch(folder, **named, progress=partial(bar, "comparing"))
        moves, own = recorded_moves(read_evidence()), read_draws(draws)
        progress = partial(bar, "simulating")
        return compare_given(folder, request.until, moves, own, **named, progress=progress)


def _print(compared: BatchComparison, *, yearly: bool) -> None:
    console = wide_console(_NARROWEST)
    for line in heading(compared):
        console.print(line)
    for reading, comparisons in by_reading(compared.comparisons):
        console.print()
        for part in (*scenario_heading(reading), *tables_of(comparisons)):
            console.print(part)
        for comparison in comparisons if yearly else ():
            console.print(yearly_table(comparison))
