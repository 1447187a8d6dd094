"""A run as tables to be read on a screen: breaks and aid, simulated beside documented."""

from collections.abc import Sequence

from rich import box
from rich.markup import escape
from rich.table import Table

from scenarios.documented import PLAN_PERIODS, DocumentedBreak, DocumentedSum
from scenarios.draws import Draws
from scenarios.files import antecedents, flags
from scenarios.run import RunResult
from scenarios.summary import AidSummary, BreakSummary

NEVER_WORD = "never"
#: What each kind of draws is, in words.
KIND_WORDS = {
    "prior": "draws from the prior: fitted to nothing",
    "provisional": "provisional draws: fitted to the record, not yet a published calibration",
    "published": "the published calibration",
}


def heading(result: RunResult) -> list[str]:
    """What was run, on what draws, and the flags that every answer carries."""
    scenario = result.scenario
    lines = [f"[bold]{scenario.name}[/bold]: {escape(scenario.question)}"]
    if scenario.interventions:
        lines += [f"Antecedent: {escape(text)}" for text in antecedents(scenario)]
        lines.append(f"Horizon: {scenario.horizon} years")
    lines += [f"[bold]Note:[/bold] {escape(flag)}" for flag in flags(scenario)]
    lines.append(
        f"{result.replicates:,} histories, seed {result.seed}, {draws_in_words(result.draws)}"
    )
    if result.draws.outdated:
        lines.append(
            "[bold]Note:[/bold] the parameter table has changed since these draws were made; fit them anew"
        )
    return lines


def draws_in_words(draws: Draws) -> str:
    """Which draws a run uses and what they are."""
    return f"{len(draws):,} parameter draws {draws.id} ({KIND_WORDS[draws.kind]})"


def breaks_table(summaries: Sequence[BreakSummary]) -> Table:
    """When each pair breaks in the simulated histories, and when it did."""
    table = _table("Breaks: pairs are client-patron; never means not by 1980")
    for name in ("pair", "median", "5-95 %"):
        table.add_column(name, no_wrap=True)
    table.add_column("by 1980", justify="right", no_wrap=True)
    table.add_column("documented")
    for row in summaries:
        spread = f"{row.q05} to {row.q95 or NEVER_WORD}" if row.q05 else NEVER_WORD
        share = f"{row.share_by_1980:.0%}"
        table.add_row(row.name, row.median or NEVER_WORD, spread, share, _dated(row.documented))
    return table


def _dated(known: DocumentedBreak | None) -> str:
    if known is None:
        return ""
    window = f" ({known.earliest} to {known.latest})" if known.earliest != known.latest else ""
    return known.date + window


def movers_table(summaries: Sequence[BreakSummary]) -> Table:
    """Who breaks with whom in the simulated histories, and the grievance that weighs most."""
    table = _table("Who breaks, and the largest grievance at that moment (share of the breaks)")
    for name in ("pair", "moved by", "grievance"):
        table.add_column(name)
    for row in summaries:
        table.add_row(row.name, _commonest(row.initiators), _commonest(row.causes))
    return table


def _commonest(shares: dict[str, float]) -> str:
    """The two most frequent of some named shares."""
    return ", ".join(
        f"{name.replace('_', ' ')} {share:.0%}" for name, share in list(shares.items())[:2]
    )


def _table(title: str) -> Table:
    return Table(box=box.SIMPLE_HEAD, title=title, title_justify="left", title_style="bold")


def aid_table(summaries: Sequence[AidSummary]) -> Table:
    """Aid by patron and plan period in million US dollars, simulated and documented.

    Pledges are always shown; what was asked or delivered, where something is documented.
    """
    table = _table("Aid in million US dollars of the day")
    table.add_column("patron to client")
    table.add_column("period", no_wrap=True)
    table.add_column("basis", no_wrap=True)
    for name in ("median", "5-95 %", "documented", "low-high"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("forms")
    above = None
    for row in summaries:
        if row.documented is None and (row.basis != "pledged" or row.window not in PLAN_PERIODS):
            continue
        patron, client = row.pair
        if row.pair != above:
            table.add_section()
        table.add_row(
            f"{patron.title} to {client.title}" if row.pair != above else "",
            row.window.name,
            row.basis,
            _amount(row.median),
            f"{_amount(row.q05)}-{_amount(row.q95)}",
            *_documented(row.documented),
        )
        above = row.pair
    return table


def _amount(usd: float) -> str:
    return f"{usd:.1f}" if usd < 100 else f"{usd:.0f}"


def _documented(held: DocumentedSum | None) -> tuple[str, str, str]:
    if held is None:
        return "", "", ""
    return _amount(held.usd), f"{_amount(held.low)}-{_amount(held.high)}", ", ".join(held.forms)
