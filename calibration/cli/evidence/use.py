"""``lilliput evidence check`` and ``used``: whether all is in order, and what each row is for."""

from pathlib import Path
from typing import Annotated

import typer

from calibration.cli.evidence.options import FolderOption, JsonOption
from calibration.errors import CalibrationError
from calibration.evidence.columns import ROLES
from calibration.evidence.rows import ROW_CLASSES, Evidence
from scenarios.console import plain_table, print_json, reporting_errors, show_table, wide_console
from simulation.errors import Problem, listed, raise_if_any


def check_evidence(
    as_json: JsonOption = False,
    folder: FolderOption = None,
    overlay: Annotated[
        Path | None,
        typer.Option(
            "--evidence",
            metavar="OVERLAY",
            help="Check rows of your own over the shipped evidence, as a fit would.",
        ),
    ] = None,
) -> None:
    """Check the evidence, and that nothing the model is judged by is fed into it."""
    from calibration.evidence.record import recorded_moves
    from calibration.evidence.tables import WIDE

    with reporting_errors():
        evidence = _checked(folder) if overlay is None else _overlaid(overlay, folder)
    numbers = {kind: _rows_by_role(evidence, kind) for kind in ROW_CLASSES}
    moves = len(recorded_moves(evidence))
    if as_json:
        print_json({"rows": numbers, "changes_of_status": moves})
        return
    console = wide_console(WIDE)
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
    if overlay is not None:
        console.print(
            f"A fit takes it: lilliput calibrate fit --evidence {overlay}", soft_wrap=True
        )
        return
    console.print("Every other row has its reason in unused.csv.")
    console.print(
        "No documented number, month or line of a target is fed in through drivers or parameters."
    )


def _checked(folder: Path | None) -> Evidence:
    """The evidence as it ships, or that of a folder, if nothing is amiss."""
    from calibration.evidence.reading import read_evidence
    from calibration.evidence.record import rate_problems, record_problems
    from calibration.guards.check import check_disjoint
    from calibration.likelihood.observations import target_problems
    from calibration.likelihood.use import use_problems

    evidence = read_evidence(folder)
    problems = record_problems(evidence) + rate_problems(evidence) + check_disjoint(evidence)
    problems += target_problems(evidence) + use_problems(evidence)
    raise_if_any("the evidence is not in order", problems, CalibrationError)
    return evidence


def _overlaid(overlay: Path, folder: Path | None) -> Evidence:
    """The shipped evidence with an overlay over it, if a fit takes it."""
    from calibration.likelihood.observations import fit_evidence

    if folder is not None:
        allowed = "either --folder or --evidence: an overlay lies over what ships"
        problem = Problem("evidence check", "--folder", str(folder), allowed)
        raise_if_any("these options cannot be used together", [problem], CalibrationError)
    return fit_evidence(overlay)


def _rows_by_role(evidence: Evidence, kind: str) -> dict[str, int]:
    """How many rows a file has, and how many of each role; rates have none."""
    roles = [getattr(row, "role", "") for k, row in evidence.rows() if k == kind]
    counts = {role: roles.count(role) for role in ROLES} if kind != "currency" else {}
    return {"rows": len(roles)} | counts


def show_used(as_json: JsonOption = False, folder: FolderOption = None) -> None:
    """Show what enters the likelihood and how, and why the rest does not."""
    from rich.markup import escape

    from calibration.evidence.reading import read_evidence
    from calibration.evidence.tables import WIDE
    from calibration.likelihood.use import use_counts, uses_of

    with reporting_errors():
        evidence = read_evidence(folder)
        counts, uses = use_counts(evidence), uses_of(evidence)
    if as_json:
        entries = {"list": [vars(use) for use in uses], "reasons": reasons(evidence)}
        print_json({**counts, **entries})
        return
    console = wide_console(WIDE)
    by_kind = listed(f"{number} {kind}" for kind, number in counts["by_kind"].items())
    console.print(f"{counts['observations']} observations: {by_kind}.")
    console.print("An event is named by the last quarter of its window.")
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


def reasons(evidence: Evidence) -> dict[str, str]:
    """Why each unused row is not used, by its id."""
    return {row.id: f"{row.group}: {row.reason}" for row in evidence.unused}
