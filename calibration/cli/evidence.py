"""``lilliput evidence``: lists the documented figures and events, shows one, checks them all."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from calibration.errors import CalibrationError, require
from calibration.evidence.columns import FORMS, ROLES, first_day, last_day
from calibration.evidence.rows import ROW_CLASSES, AnyRow, Evidence, ExchangeRate
from scenarios.console import plain_table, reporting_errors, show_table
from simulation.countries import ORDERED_PAIRS, pair_name
from simulation.errors import Problem, listed, nearest, raise_if_any, unknown

evidence_app = typer.Typer(
    help="The documented evidence: aid, terms, cuts, events, support, rates.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
FolderOption = Annotated[
    Path | None, typer.Option("--folder", help="Read the CSV files of this folder instead.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]


@dataclass(frozen=True)
class Filters:
    """What a listing is narrowed to; an empty text means everything."""

    pair: str = ""
    kind: str = ""
    form: str = ""
    years: tuple[int, int] | None = None
    role: str = ""

    def keep(self, kind: str, row: AnyRow) -> bool:
        """Whether a row is listed."""
        from calibration.evidence.tables import pair_of, period_of

        if self.kind and kind != self.kind:
            return False
        if self.pair and pair_of(row) != self.pair:
            return False
        if self.form and getattr(row, "form", None) != self.form:
            return False
        if self.role and getattr(row, "role", None) != self.role:
            return False
        start, end = period_of(row)
        return self.years is None or (
            first_day(start).year <= self.years[1] and last_day(end).year >= self.years[0]
        )


def _read_years(text: str) -> tuple[int, int] | None:
    first, dash, last = text.partition("-")
    years = (first, last if dash else first)
    if not all(len(year) == 4 and year.isdigit() for year in years) or years[0] > years[1]:
        return None
    return int(years[0]), int(years[1])


def read_filters(
    evidence: Evidence, pair: str, kind: str, form: str, years: str, role: str
) -> Filters:
    """The filters as typed; raises ``CalibrationError`` that lists every one that is wrong."""
    from calibration.evidence.tables import pair_of

    pairs = sorted(
        {pair_name(*p) for p in ORDERED_PAIRS} | {pair_of(row) for _, row in evidence.rows()} - {""}
    )
    role = role.replace("-", " ")
    problems = [
        unknown("evidence list", option, value, allowed)
        for option, value, allowed in (
            ("--pair", pair, pairs),
            ("--kind", kind, tuple(ROW_CLASSES)),
            ("--form", form, FORMS),
            ("--role", role, ROLES),
        )
        if value and value not in allowed
    ]
    if form in FORMS and kind in ("terms", "record", "support", "currency"):
        problems.append(
            Problem("evidence list", "--kind", kind, "aid or cuts, as only these have a form")
        )
    span = _read_years(years) if years else None
    if years and span is None:
        problems.append(
            Problem("evidence list", "--years", years, "years such as 1960 or 1960-1965, in order")
        )
    raise_if_any("these filters cannot be used", problems, CalibrationError)
    return Filters(pair, kind, form, span, role)


@evidence_app.command("list")
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
    from calibration.evidence.tables import as_record, evidence_table, wide_console

    with reporting_errors():
        evidence = read_evidence(folder)
        filters = read_filters(evidence, pair, kind, form, years, role)
    kept = {
        kind: [row for k, row in evidence.rows() if k == kind and filters.keep(k, row)]
        for kind in ROW_CLASSES
    }
    if as_json:
        beside = _compared_with(evidence)
        entries = [
            as_record(k, row, evidence) | {"compared_with": beside.get(row.id, "")}
            for k, rows in kept.items()
            for row in rows
        ]
        typer.echo(json.dumps(entries, indent=2, ensure_ascii=False))
        return
    console = wide_console()
    for name, rows in kept.items():
        if rows:
            show_table(console, evidence_table(name, rows, evidence))
    if not any(kept.values()):
        console.print("No evidence matches these filters." + _other_way_round(evidence, filters))


def _compared_with(evidence: Evidence) -> dict[str, str]:
    """What each row is compared with, by its id, or why with nothing."""
    from calibration.likelihood.use import uses_of

    beside: dict[str, str] = _reasons(evidence)
    for use in uses_of(evidence):
        beside |= dict.fromkeys(use.rows, f"{use.observation}: {use.compared_with}")
    return beside


def _other_way_round(evidence: Evidence, filters: Filters) -> str:
    """A hint when a pair was given patron first."""
    from calibration.evidence.tables import pair_of

    reverse = {
        f"{r.patron}-{r.client}": pair_of(r)
        for _, r in evidence.rows()
        if not isinstance(r, ExchangeRate)
    }
    other = reverse.get(filters.pair)
    return f" Pairs are written client first: did you mean {other}?" if other else ""


@evidence_app.command("show")
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
        as_record,
        beside_row,
        card,
        evidence_table,
        wide_console,
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
        typer.echo(json.dumps(shown, indent=2, ensure_ascii=False))
        return
    console = wide_console()
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


@evidence_app.command("check")
def check_evidence(as_json: JsonOption = False, folder: FolderOption = None) -> None:
    """Check the evidence, and that nothing the model is judged by is fed into it."""
    from calibration.evidence.check import check_disjoint
    from calibration.evidence.reading import read_evidence
    from calibration.evidence.record import rate_problems, record_problems, recorded_moves
    from calibration.evidence.tables import wide_console
    from calibration.likelihood.observations import target_problems
    from calibration.likelihood.use import use_problems

    with reporting_errors():
        evidence = read_evidence(folder)
        problems = record_problems(evidence) + rate_problems(evidence) + check_disjoint(evidence)
        problems += target_problems(evidence) + use_problems(evidence)
        raise_if_any("the evidence is not in order", problems, CalibrationError)
    numbers = {kind: _rows_by_role(evidence, kind) for kind in ROW_CLASSES}
    moves = len(recorded_moves(evidence))
    if as_json:
        typer.echo(json.dumps({"rows": numbers, "changes_of_status": moves}, indent=2))
        return
    console = wide_console()
    columns = ("rows", *ROLES)
    rows = [
        (f"{kind}.csv", *(str(own.get(column, "")) for column in columns))
        for kind, own in numbers.items()
    ]
    show_table(console, plain_table(("file", *columns), rows, right=columns))
    console.print(f"{moves} changes of status follow from one another, pair by pair.")
    console.print(
        "Words, dates, ranges, ids, readings and parts, sources and cited lines: no problem."
    )
    console.print("Every amount of money compared with the model has an exchange rate.")
    console.print("Every target enters an observation that the rules are fitted to.")
    console.print("Every other row has its reason in unused.csv.")
    console.print(
        "No date of a break and no compared aid figure is fed in through drivers or parameters."
    )


def _rows_by_role(evidence: Evidence, kind: str) -> dict[str, int]:
    """How many rows a file has, and how many of each role; rates have none."""
    roles = [getattr(row, "role", "") for k, row in evidence.rows() if k == kind]
    counts = {role: roles.count(role) for role in ROLES} if kind != "currency" else {}
    return {"rows": len(roles)} | counts


@evidence_app.command("used")
def show_used(as_json: JsonOption = False, folder: FolderOption = None) -> None:
    """Show what enters the likelihood and how, and why the rest does not."""
    from rich.markup import escape

    from calibration.evidence.reading import read_evidence
    from calibration.evidence.tables import wide_console
    from calibration.likelihood.use import use_counts, uses_of

    with reporting_errors():
        evidence = read_evidence(folder)
        counts, uses = use_counts(evidence), uses_of(evidence)
    if as_json:
        entries = {"list": [vars(use) for use in uses], "reasons": _reasons(evidence)}
        typer.echo(json.dumps({**counts, **entries}, indent=2, ensure_ascii=False))
        return
    console = wide_console()
    by_kind = listed(f"{number} {kind}" for kind, number in counts["by_kind"].items())
    console.print(f"{counts['observations']} observations: {by_kind}.")
    for use in uses:
        console.print(f"[bold]{use.observation}[/bold] ({use.kind}): {escape(use.compared_with)}")
        console.print(f"    {', '.join(use.rows) or 'no row of its own'}", style="dim")
    words = {
        "part": "part of a row that is used, or the same fact",
        "reading": "a less good reading of one",
        "no quantity": "nothing simulated can meet it",
        "held out": "kept for tests",
    }
    unused = listed(f"{number} {words[name]}" for name, number in counts["unused"].items())
    console.print(f"Rows that enter no observation: {unused}. `--json` has the reason of each.")


def _reasons(evidence: Evidence) -> dict[str, str]:
    """Why each unused row is not used, by its id."""
    return {row.id: f"{row.group}: {row.reason}" for row in evidence.unused}


@evidence_app.command("agreement")
def show_agreement(
    as_json: JsonOption = False,
    settled: Annotated[
        bool, typer.Option("--settled", help="List every disagreement and how it is settled.")
    ] = False,
) -> None:
    """Show how far a second coder, blind to the first, agrees on the drivers that are judgement."""
    from calibration.evidence.agreement import RELIABLE, codings
    from calibration.evidence.settlement import markdown_rows, settled_spells
    from calibration.evidence.tables import wide_console

    if settled:
        spells = [spell.row for spell in settled_spells() if spell.disagree]
        typer.echo(json.dumps(spells, indent=2) if as_json else markdown_rows(spells))
        return
    with reporting_errors():
        require("calibration", "krippendorff")
        rows = [
            {
                "driver": coding.driver,
                "alpha": round(coding.alpha, 3),
                "distance": round(coding.distance, 3),
                "inside": round(coding.inside, 3),
                "cuts_first": coding.cuts[0],
                "cuts_second": coding.cuts[1],
                "cuts_shared": coding.cuts[2],
            }
            for coding in codings()
        ]
    if as_json:
        typer.echo(json.dumps(rows, indent=2))
        return
    numbers = ("alpha", "mean distance", "in range", "cuts", "second", "shared")
    table = plain_table(("driver", *numbers), right=numbers)
    for row in rows:
        table.add_row(
            str(row["driver"]),
            f"{row['alpha']:.2f}",
            f"{row['distance']:.2f}",
            f"{row['inside']:.0%}",
            *(str(row[f"cuts_{which}"]) for which in ("first", "second", "shared")),
        )
    console = wide_console()
    show_table(console, table)
    low = [coding.driver for coding in codings() if coding.alpha < RELIABLE]
    console.print(
        "alpha: 1 is perfect agreement, 0 what chance would give. "
        f"Below {RELIABLE}, and so not reliably coded: {', '.join(low) or 'none'}."
    )
    console.print(
        "in range: how much of the time the first value lies within what the second coder would"
        " defend. cuts: how often a series changes, in the first coding, in the second, and"
        " in both within three months."
    )
