"""``lilliput evidence list`` and ``show``: the rows, with what each is compared with."""

from dataclasses import replace
from typing import Annotated

import typer

from calibration.cli.evidence.options import Filters, FolderOption, JsonOption, read_filters
from calibration.cli.evidence.use import reasons
from calibration.errors import CalibrationError
from calibration.evidence.columns import FORMS, ROLES
from calibration.evidence.rows import ROW_CLASSES, AnyRow, Evidence
from scenarios.console import print_json, reporting_errors, show_table, wide_console
from simulation.dates import FIRST_YEAR, LAST_YEAR
from simulation.errors import Problem, nearest


def list_evidence(
    pair: Annotated[str, typer.Option(help="A pair, client first: albania-china.")] = "",
    kind: Annotated[str, typer.Option(help=f"One of {', '.join(ROW_CLASSES)}.")] = "",
    form: Annotated[str, typer.Option(help=f"A form of aid: {', '.join(FORMS)}.")] = "",
    years: Annotated[str, typer.Option(help="A year or years: 1960-1965.")] = "",
    role: Annotated[str, typer.Option(help=f"One of {', '.join(ROLES)}.")] = "",
    as_json: JsonOption = False,
    folder: FolderOption = None,
) -> None:
    """List the evidence, narrowed by pair, kind, form of aid, years and role."""
    from calibration.evidence.reading import read_evidence
    from calibration.evidence.tables import WIDE, as_record, evidence_table

    with reporting_errors():
        evidence = read_evidence(folder)
        filters = read_filters(evidence, pair, kind, form, years, role)
    kept = _kept(evidence, filters)
    note = ""
    if pair and not any(kept.values()):
        client, _, patron = pair.partition("-")
        kept = _kept(evidence, replace(filters, pair=f"{patron}-{client}"))
        note = f"Pairs are written client first: this is {patron}-{client}."
    if as_json:
        beside = _compared_with(evidence)
        entries = [
            as_record(k, row, evidence) | {"compared_with": beside.get(row.id, "")}
            for k, rows in kept.items()
            for row in rows
        ]
        print_json(entries)
        return
    console = wide_console(WIDE)
    for name, rows in kept.items():
        if rows:
            show_table(console, evidence_table(name, rows, evidence))
    if not any(kept.values()):
        span = f"{FIRST_YEAR}-{LAST_YEAR}"
        console.print(f"No evidence matches these filters; the record covers {span}.")
    elif note:
        console.print(note)


def _kept(evidence: Evidence, filters: Filters) -> dict[str, list[AnyRow]]:
    """The rows that filters let pass, by their files."""
    return {
        kind: [row for k, row in evidence.rows() if k == kind and filters.keep(k, row)]
        for kind in ROW_CLASSES
    }


def _compared_with(evidence: Evidence) -> dict[str, str]:
    """What each row is compared with, by its id, or why with nothing."""
    from calibration.likelihood.use import uses_of

    beside: dict[str, list[str]] = {}
    for use in uses_of(evidence):
        for row in use.rows:
            beside.setdefault(row, []).append(f"{use.observation}: {use.compared_with}")
    return reasons(evidence) | {row: "; ".join(uses) for row, uses in beside.items()}


def show_evidence(
    name: Annotated[
        str, typer.Argument(metavar="ID", help="The id of a row, as the list prints it.")
    ],
    as_json: JsonOption = False,
    folder: FolderOption = None,
) -> None:
    """Show one row in full: its source, its worth in dollars, conflicting readings and parts."""
    from rich.markup import escape

    from calibration.evidence.reading import read_evidence
    from calibration.evidence.tables import (
        WIDE,
        as_record,
        beside_row,
        card,
        evidence_table,
    )

    with reporting_errors():
        evidence = read_evidence(folder)
        kind, row = _named(evidence, name)
    beside = beside_row(evidence, kind, row)
    if as_json:
        shown = as_record(kind, row, evidence)
        shown["compared_with"] = _compared_with(evidence).get(row.id, "")
        shown["beside"] = {
            relation: [other.id for other in rows] for relation, rows in beside.items()
        }
        print_json(shown)
        return
    console = wide_console(WIDE)
    console.print(card(row, evidence))
    console.print(f"Compared with: {escape(_compared_with(evidence).get(row.id, 'nothing'))}")
    for relation, rows in beside.items():
        if rows:
            console.print(f"\n{relation}")
            show_table(console, evidence_table(kind, rows, evidence))


def _named(evidence: Evidence, name: str) -> tuple[str, AnyRow]:
    by_id = {row.id: (kind, row) for kind, row in evidence.rows()}
    if name not in by_id:
        allowed = "an id that `lilliput evidence list` prints"
        problem = Problem("evidence show", "ID", name, allowed, nearest(name, tuple(by_id)))
        raise CalibrationError("there is no such row of evidence", [problem])
    return by_id[name]
