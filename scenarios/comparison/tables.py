"""Comparisons as tables to be read on a screen, and as one object for other programs."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import fields, is_dataclass, replace
from itertools import groupby
from typing import Any

from rich import box
from rich.markup import escape
from rich.table import Table

from scenarios.comparison.batch import BatchComparison
from scenarios.comparison.compare import Causation, Comparison, Reading, Shift, YearlyDifference
from scenarios.comparison.estimates import Estimate
from simulation.dates import date_of

#: What an infinite shift means: no break within the horizon any more, or a break that the twin has not within it.
AVOIDED, BROUGHT_ABOUT = "avoided", "new"
_UNITS = {"support": "0 to 1", "strain": "0 to 1", "delivered": "million USD a year"}


def as_object(compared: BatchComparison) -> dict[str, Any]:
    """All comparisons as one object of plain values: an entry a scenario, and in it one a pair.

    An infinite shift is the word avoided or new; what no history bears on is null.
    """
    manifest = compared.manifest
    return {
        "factual": compared.factual.name,
        "given_record": plain(compared.given),
        "batch": {key: manifest[key] for key in manifest if key != "scenarios"},
        "comparisons": [
            {**_reading_entry(reading), "pairs": {each.pair: _pair_entry(each) for each in group}}
            for reading, group in by_reading(compared.comparisons)
        ],
    }


def by_reading(comparisons: Sequence[Comparison]) -> Iterator[tuple[Reading, list[Comparison]]]:
    """The comparisons of each counterfactual in turn."""
    for reading, group in groupby(comparisons, key=lambda each: each.reading):
        yield reading, list(group)


def _reading_entry(reading: Reading) -> dict[str, Any]:
    scenario = reading.scenario
    return {
        "scenario": scenario.name,
        "question": scenario.question,
        "antecedents": list(reading.antecedents),
        "source": scenario.source,
        "lines": scenario.lines,
        "left_out": scenario.left_out,
        "from": first_month(reading),
        "to": last_month(reading),
        "horizon_years": reading.years,
        "years_read": reading.length,
        "flags": list(reading.flags),
    }


def _pair_entry(comparison: Comparison) -> dict[str, Any]:
    entry: dict[str, Any] = plain(comparison)
    del entry["reading"], entry["pair"]
    return entry


def plain(value: Any) -> Any:
    """A value of the comparison as JSON can hold it."""
    if is_dataclass(value) and not isinstance(value, type):
        return {held.name: plain(getattr(value, held.name)) for held in fields(value)}
    if isinstance(value, tuple | list):
        return [plain(each) for each in value]
    if isinstance(value, float) and math.isinf(value):
        return AVOIDED if value > 0 else BROUGHT_ABOUT
    return value


def first_month(reading: Reading) -> str:
    """The first month that is read: that in which the quarter of the first intervention begins."""
    return date_of(reading.first_quarter - 1 / 3)


def last_month(reading: Reading) -> str:
    """The last month that is read."""
    return date_of(reading.last_quarter + 1 / 3)


def heading(compared: BatchComparison) -> list[str]:
    """What is compared: how many histories, on what draws, and what they were given of the record."""
    manifest, given = compared.manifest, compared.given
    draws = manifest["draws"]
    lines = [
        f"Each counterfactual beside [bold]{compared.factual.name}[/bold], twin by twin: "
        f"{manifest['replicates']:,} histories, seed {manifest['seed']}, "
        f"{draws['draws']:,} parameter draws {escape(draws['id'])} ({draws['kind']})"
    ]
    if given is not None:
        lines.append(
            f"Both branches are given the recorded moves up to {given.until}: {given.candidates} candidates "
            f"a history, effective share {given.effective_share:.0%}"
        )
    lines.append(
        "± is the Monte Carlo standard error; what the fit leaves open comes on top of it (spread, with --json)"
    )
    lines.append(
        "Shifts: avoided, no break within the horizon any more; new, a break that the twin does not have within it"
    )
    return lines


def scenario_heading(reading: Reading) -> list[str]:
    """The antecedent of a counterfactual, where its alternative is documented, its horizon and its flags."""
    scenario = reading.scenario
    cited = f"{scenario.source} {scenario.lines}".strip()
    lines = [f"[bold]{scenario.name}[/bold]: {escape(scenario.question)}"]
    lines += [
        f"Antecedent: {escape(text)}" + (f" ({cited})" if cited else "")
        for text in reading.antecedents
    ]
    lines.append(
        f"Read from {first_month(reading)} to {last_month(reading)}, horizon {reading.years} years"
    )
    return lines + [f"[bold]Note:[/bold] {escape(flag)}" for flag in reading.flags]


def tables_of(comparisons: Sequence[Comparison]) -> list[Table | str]:
    """The tables of one counterfactual: fates and times of the breaks, then causation; last, what is not shown."""
    shown = [each for each in comparisons if _affected(each)]
    parts: list[Table | str] = [fates_table(shown), causation_table(shown)] if shown else []
    broken = [each.pair for each in comparisons if not each.at_risk.value]
    same = [each.pair for each in comparisons if each.at_risk.value and each not in shown]
    if broken:
        parts.append(f"Broken in every history before the intervention: {', '.join(broken)}")
    if same:
        parts.append(f"Break unchanged in every history within the horizon: {', '.join(same)}")
    if shown:
        parts.append(halving_words(shown))
    return parts


def _affected(comparison: Comparison) -> bool:
    return bool(comparison.at_risk.value) and comparison.fates.unchanged.value != 1


def _table(title: str, columns: Sequence[str]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, title=title, title_justify="left", title_style="bold")
    table.add_column("pair", no_wrap=True)
    for name in columns:
        table.add_column(name, justify="right", overflow="fold")
    return table


def fates_table(comparisons: Sequence[Comparison]) -> Table:
    """What becomes of each break, in per cent of the histories in which it is still to come."""
    columns = (
        "still\nto come",
        "breaks,\nfactual",
        "breaks,\ncounterfactual",
        "avoided",
        "brought\nforward",
        "delayed",
        "unchanged",
    )
    table = _table("The break within the horizon (%)", columns)
    for each in comparisons:
        fates = each.fates
        shares = (
            each.at_risk,
            each.factual_broken,
            each.counterfactual_broken,
            fates.avoided,
            fates.brought_forward,
            fates.delayed,
            fates.unchanged,
        )
        table.add_row(each.pair, *map(per_cent, shares))
    return table


def causation_table(comparisons: Sequence[Comparison]) -> Table:
    """By how much each break moves, and how far the documented course was needed for it and enough for it."""
    columns = (
        "median shift\n(years)",
        "90 % of\nhistories",
        "unbroken,\nyears gained",
        "necessity (%)\n\\[bounds]",
        "sufficiency (%)\n\\[bounds]",
        "redirecting\n(%)",
    )
    table = _table("Its date, and what it depends on", columns)
    for each in comparisons:
        table.add_row(
            each.pair,
            in_years(each.shift.median),
            _range(each.shift),
            in_years(each.restricted_mean.difference),
            _causation(each.necessity),
            _causation(each.sufficiency),
            per_cent(each.redirecting.to_twin),
        )
    return table


def yearly_table(comparison: Comparison) -> Table:
    """Support, strain and aid delivered of one pair, year by year: the factual mean and the difference of twins."""
    title = f"{comparison.pair}: counterfactual less factual, over all histories"
    table = Table(box=box.SIMPLE_HEAD, title=title, title_justify="left", title_style="bold")
    for name in (
        "series",
        "year",
        "factual",
        "difference",
        "90 % of histories",
        "correlation of twins",
    ):
        table.add_column(name, justify="left" if name == "series" else "right", no_wrap=True)
    above = None
    for row in comparison.yearly:
        if row.series != above:
            table.add_section()
        named = f"{row.series} ({_UNITS[row.series]})" if row.series != above else ""
        table.add_row(named, *_yearly_cells(row))
        above = row.series
    return table


def _yearly_cells(row: YearlyDifference) -> tuple[str, ...]:
    places = 1 if row.series == "delivered" else 3
    error = f" ± {row.difference.error:.{places}f}" if row.difference.error is not None else ""
    return (
        str(row.year),
        f"{row.factual:.{places}f}",
        f"{row.difference.value:+.{places}f}{error}",
        f"{row.low:+.{places}f} to {row.high:+.{places}f}",
        "" if row.correlation is None else f"{row.correlation:.2f}",
    )


def per_cent(estimate: Estimate) -> str:
    """A share in per cent with its Monte Carlo error, or a dash where no history bears on it."""
    if estimate.value is None:
        return "-"
    error = f" ± {100 * estimate.error:.1f}" if estimate.error else ""
    return f"{100 * estimate.value:.1f}{error}"


def in_years(estimate: Estimate) -> str:
    """A shift in years with its Monte Carlo error, in words where it is infinite."""
    if estimate.value is None:
        return "-"
    error = f" ± {estimate.error:.2f}" if estimate.error else ""
    return _shifted(estimate.value) + error


def _shifted(years: float) -> str:
    return str(plain(years)) if math.isinf(years) else f"{years:+.2f}"


def _range(shift: Shift) -> str:
    if shift.low is None or shift.high is None:
        return "-"
    if shift.low == shift.high:
        return _shifted(shift.low)
    return f"{_shifted(shift.low)} to {_shifted(shift.high)}"


def _causation(causation: Causation) -> str:
    if causation.low is None or causation.high is None:
        return "-"
    bounds = f"{100 * causation.low:.1f}-{100 * causation.high:.1f}"
    return rf"{per_cent(causation.value)} \[{bounds}]"


def estimates_in(value: Any) -> Iterator[Estimate]:
    """Every estimate that a comparison holds."""
    if isinstance(value, Estimate):
        yield value
    elif isinstance(value, tuple):
        for each in value:
            yield from estimates_in(each)
    elif is_dataclass(value) and not isinstance(value, type | Reading):
        for held in fields(value):
            yield from estimates_in(getattr(value, held.name))


def halving_words(comparisons: Sequence[Comparison]) -> str:
    """How many replicates would halve the errors of the numbers on the break, and where it takes more draws."""
    shown = [
        each
        for each in estimates_in(tuple(replace(each, yearly=()) for each in comparisons))
        if each.error
    ]
    enough = [each.halving for each in shown if each.halving is not None]
    if not enough:
        return "only more parameter draws would halve the errors" if shown else ""
    halved = f"{max(enough):,} replicates would halve"
    if len(enough) == len(shown):
        return f"{halved} the errors"
    return f"{halved} {len(enough)} of {len(shown)} errors; only more parameter draws would halve the others"
