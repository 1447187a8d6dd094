"""``lilliput evidence agreement``: how far two codings of the drivers agree."""

from typing import Annotated

import typer

from calibration.cli.evidence.options import JsonOption
from calibration.errors import require
from scenarios.console import plain_table, print_json, reporting_errors, show_table, wide_console


def show_agreement(
    as_json: JsonOption = False,
    settled: Annotated[
        bool, typer.Option("--settled", help="List every disagreement and how it is settled.")
    ] = False,
) -> None:
    """Show how far a second coder, blind to the first, agrees on the drivers that are judgement."""
    from calibration.evidence.agreement import RELIABLE, codings
    from calibration.evidence.settlement import markdown_rows, settled_spells
    from calibration.evidence.tables import WIDE

    if settled:
        spells = [spell.row for spell in settled_spells() if spell.disagree]
        if as_json:
            print_json(spells)
        else:
            typer.echo(markdown_rows(spells))
        return
    with reporting_errors():
        require("calibration", "krippendorff")
        found = codings()
    if as_json:
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
            for coding in found
        ]
        print_json(rows)
        return
    numbers = ("alpha", "mean distance", "in range", "cuts", "second", "shared")
    table = plain_table(("driver", *numbers), right=numbers)
    for coding in found:
        table.add_row(
            coding.driver,
            f"{coding.alpha:.2f}",
            f"{coding.distance:.2f}",
            f"{coding.inside:.0%}",
            *map(str, coding.cuts),
        )
    console = wide_console(WIDE)
    show_table(console, table)
    low = [coding.driver for coding in found if coding.alpha < RELIABLE]
    console.print(
        "alpha: 1 is perfect agreement, 0 what chance would give. "
        f"Below {RELIABLE}, and so not reliably coded: {', '.join(low) or 'none'}."
    )
    console.print(
        "in range: how much of the time the first value lies within what the second coder would"
        " defend. cuts: how often a series changes, in the first coding, in the second, and"
        " in both within three months."
    )
