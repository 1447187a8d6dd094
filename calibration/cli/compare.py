"""``lilliput compare``: every counterfactual of a batch beside its factual twins."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic import ValidationInfo, ValidatorFunctionWrapHandler, field_validator

from calibration.cli.requests import Reader, Request, as_typed, command, flag, option
from scenarios.comparison.request import TITLE, BatchRequest
from scenarios.console import print_json, show_table, waiting, wide_console
from scenarios.draws import Draws, read_draws
from scenarios.errors import ScenarioError
from simulation.interventions import HISTORICAL
from simulation.schema import refuse

if TYPE_CHECKING:
    from scenarios.comparison.batch import BatchComparison


_NARROWEST = 150


class BatchReading(Request):
    """How a batch is read: what commands that compare and report have in common."""

    folder: Annotated[Path, typer.Argument(metavar="[DIR]", help="The folder of a batch.")] = Path(
        "results/batch"
    )
    factual: Annotated[str, option("The scenario that the others are set beside.", "NAME")] = (
        HISTORICAL.name
    )
    events: Annotated[
        list[str] | None,
        option("The pair whose break is asked about; may be repeated.", "PAIR", "--event"),
    ] = None
    only: Annotated[
        list[str] | None, option("One counterfactual of the batch; may be repeated.", "NAME")
    ] = None
    horizon: Annotated[
        str | None,
        option("Years after the first intervention.", "YEARS", default="each scenario's own"),
    ] = None
    until: Annotated[
        str | None,
        option(
            "Start both branches from the record up to the end of that quarter, and simulate anew.",
            "YYYY-MM",
            "--given-record-until",
        ),
    ] = None
    #: What all this asks of the batch.
    batch_request: BatchRequest = BatchRequest()

    @field_validator("batch_request", mode="before")
    @classmethod
    def _of_the_batch(cls, usual: BatchRequest, others: ValidationInfo) -> BatchRequest:
        from scenarios.comparison.batch import question_of

        typed = others.data
        entry = {
            "factual": typed["factual"],
            "--event": tuple(dict.fromkeys(typed["events"] or ())),
            "only": tuple(typed["only"] or ()),
            "--horizon": typed["horizon"],
            "until": typed["until"],
        }
        entry = {key: value for key, value in entry.items() if value not in (None, ())}
        try:
            return question_of(typed["folder"], entry, cls.command).request
        except ScenarioError as error:
            refuse(error.problems)
        return usual


class CompareRequest(BatchReading):
    """A batch to be compared, and how the comparison is shown."""

    command = "lilliput compare"
    title = TITLE

    draws: Annotated[
        Draws | None,
        Reader(read_draws, Path),
        option(
            "The draws of the batch, for --given-record-until.", "FILE", default="those that ship"
        ),
    ] = as_typed(None)
    full: Annotated[bool, flag("--full", "Show every pair, what is changed, and all numbers.")] = (
        False
    )
    as_json: Annotated[bool, flag("--json", "Print one JSON object.")] = False

    @field_validator("draws", mode="wrap")
    @classmethod
    def _if_needed(
        cls, typed: object, read: ValidatorFunctionWrapHandler, others: ValidationInfo
    ) -> Draws | None:
        """Only histories that start from the record are simulated; others are in the batch."""
        needed = typed is not None or others.data.get("until") is not None
        draws: Draws | None = read(typed) if needed else None
        return draws


@command
def compare(request: CompareRequest) -> None:
    """Set every counterfactual of a batch beside its factual twins.

    Says in one sentence a scenario what becomes of the break it asks about, then in a table how
    sure that is. With --full tells for every pair whether its break is avoided, brought forward
    or delayed within the horizon, by how much, and how far the documented course was necessary
    and sufficient for it; with --event as well, or --json, also what becomes of support, strain
    and aid, year by year. docs/comparing.md explains every number.
    """
    from calibration.evidence.reading import read_evidence
    from calibration.evidence.record import documented_record, recorded_moves
    from scenarios.comparison.batch import compare_request
    from scenarios.comparison.output import as_object

    with waiting() as progress:
        compared = compare_request(
            request.folder,
            request.batch_request,
            breaks=documented_record().breaks,
            moves=recorded_moves(read_evidence()) if request.until else (),
            draws=request.draws,
            progress=progress,
        )
    if request.as_json:
        print_json(as_object(compared))
    elif request.full:
        _print_all(compared, yearly=bool(request.events))
    else:
        _print(compared, asked=request.events)


def _print(compared: "BatchComparison", *, asked: Sequence[str] | None) -> None:
    """A sentence a scenario and one table: of the pairs asked for, or else of its question's."""
    from rich.console import Console

    from scenarios.comparison.output import (
        asked_about,
        heading,
        short_answer,
        short_legend,
        short_table,
    )

    console = Console(highlight=False)
    for line in heading(compared, short=True):
        console.print(line)
    comparisons = compared.comparisons if asked else asked_about(compared.comparisons)
    for each in comparisons:
        console.print()
        for line in short_answer(each):
            console.print(line)
    console.print()
    console.print(short_table(comparisons))
    for line in short_legend():
        console.print()
        console.print(line)


def _print_all(compared: "BatchComparison", *, yearly: bool) -> None:
    from scenarios.comparison.output import (
        by_reading,
        heading,
        scenario_heading,
        tables_of,
        yearly_tables,
    )

    console = wide_console(_NARROWEST)
    for line in heading(compared):
        console.print(line)
    for reading, comparisons in by_reading(compared.comparisons):
        console.print()
        for part in (*scenario_heading(reading), *tables_of(comparisons)):
            show_table(console, part) if not isinstance(part, str) else console.print(part)
        for comparison in comparisons if yearly else ():
            for table in yearly_tables(comparison):
                show_table(console, table)
