"""Comparisons as tables to be read on a screen, and as one object for other programs."""

import html
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import groupby
from typing import Any

import pandas as pd
from rich.markup import escape
from rich.table import Table

from scenarios.comparison.answer import FEW, pair_asked, sentence_of
from scenarios.comparison.batch import BatchComparison
from scenarios.comparison.reading import Comparison, Reading, Reasons
from scenarios.comparison.table import (
    QUANTITIES,
    SERIES_WORDS,
    UNITS,
    YEARLY_HEADS,
    Number,
    halving_of,
    numbers_of,
    plain,
    yearly_numbers,
)
from scenarios.comparison.text import paragraphs, templates
from scenarios.console import plain_table
from scenarios.explain.words import source_in_words
from scenarios.files import catalogue_file_of
from scenarios.summary import commonest
from simulation.countries import country_named, pair_named

#: The tables of one row a pair, by the words of ``quantities.csv``.
_TABLES = {"break": "The break within the horizon", "date": "Its date, and what it depends on"}
#: The columns of the table of one row a scenario, and the quantities that stand in them.
_SHORT = (
    ("still to\ncome %", "at_risk"),
    ("factual\n%", "factual_broken"),
    ("changed\n%", "counterfactual_broken"),
    ("taken\naway %", "necessity"),
    ("gained\nyears", "years_gained"),
)
#: Those of them that leave no room for an error.
_BARE = ("at_risk", "factual_broken", "counterfactual_broken")
#: Letters in a line of a table's head, at most.
_HEAD = 14


def as_object(compared: BatchComparison) -> dict[str, Any]:
    """All comparisons as one object of plain values: an entry a scenario, and in it one a pair.

    Each entry has the pair that its scenario asks about, and what becomes of it in one sentence.

    An infinite shift is the word avoided or new; what no history bears on is null.
    """
    manifest = compared.manifest
    return {
        "factual": compared.factual.name,
        "given_record": plain(compared.given_record),
        "batch": {key: manifest[key] for key in manifest if key != "scenarios"},
        "comparisons": [
            {
                **reading_entry(reading),
                **_answer_entry(group),
                "pairs": {each.pair: _pair_entry(each) for each in group},
            }
            for reading, group in by_reading(compared.comparisons)
        ],
    }


def by_reading(comparisons: Sequence[Comparison]) -> Iterator[tuple[Reading, list[Comparison]]]:
    """The comparisons of each counterfactual in turn."""
    for reading, group in groupby(comparisons, key=lambda each: each.reading):
        yield reading, list(group)


def reading_entry(reading: Reading) -> dict[str, Any]:
    """What a scenario asks, cites and leaves out, and how it is read."""
    scenario = reading.scenario
    return {
        "scenario": scenario.name,
        "question": scenario.question,
        "antecedents": list(reading.antecedents),
        "source": scenario.source,
        "lines": scenario.lines,
        "left_out": scenario.left_out,
        "from": reading.first_month,
        "to": reading.last_month,
        "horizon_years": reading.years,
        "years_read": reading.length,
        "flags": list(reading.flags),
    }


def _answer_entry(comparisons: Sequence[Comparison]) -> dict[str, Any]:
    asked = pair_asked(comparisons)
    return {"asks_about": asked.pair, "sentence": sentence_of(asked)}


def _pair_entry(comparison: Comparison) -> dict[str, Any]:
    named = ("reading", "pair")
    return {key: plain(value) for key, value in vars(comparison).items() if key not in named}


@cache
def _headings() -> Any:
    environment = templates("scenarios.comparison")
    environment.filters["escaped"] = escape
    return environment.get_template("heading.txt.j2").module


def heading(compared: BatchComparison, *, short: bool = False) -> list[str]:
    """What is compared: how many histories, on what draws, given what of the record.

    The ``short`` one lacks the signs that only the full tables have.
    """
    said = _headings().batch if short else _headings().comparison
    return paragraphs(said(compared, compared.manifest["draws"], compared.given_record))


def short_answer(comparison: Comparison) -> list[str]:
    """The sentence about a pair below the name of its scenario, and what to know of its horizon."""
    reading = comparison.reading
    file = catalogue_file_of(reading.scenario)
    notes = [*reading.flags, *([file.horizon_note] if file and file.horizon_note else [])]
    return paragraphs(_headings().answer(reading.scenario, sentence_of(comparison), notes))


def short_table(comparisons: Sequence[Comparison]) -> Table:
    """One row a comparison, narrow enough for eighty columns."""
    columns = ["scenario", *(head for head, _ in _SHORT)]
    rows = []
    for each in comparisons:
        numbers = numbers_of(each)
        named = f"{each.reading.scenario.name}\n  {each.pair}"
        texts = (
            number.unit.write(number.value) if key in _BARE else number.text
            for _, key in _SHORT
            for number in [numbers[key]]
        )
        rows.append([named, *texts])
    table = plain_table(columns, rows, right=columns[1:])
    table.columns[0].overflow = "fold"
    table.show_edge = False
    return table


def asked_about(comparisons: Sequence[Comparison]) -> list[Comparison]:
    """Of each counterfactual the comparison of the pair that it asks about."""
    return [pair_asked(group) for _, group in by_reading(comparisons)]


def short_html(comparisons: Sequence[Comparison]) -> str:
    """A sentence a comparison and the short table, as a notebook shows them."""
    said = "".join(
        f"<p><b>{html.escape(each.reading.scenario.name)}</b>: {html.escape(sentence_of(each))}</p>"
        for each in comparisons
    )
    rows = [
        {"scenario": each.reading.scenario.name, "pair": each.pair}
        | {QUANTITIES[key].head: numbers_of(each)[key].text for _, key in _SHORT}
        for each in comparisons
    ]
    return said + pd.DataFrame(rows).to_html(index=False, border=0)


def short_legend() -> list[str]:
    """What the columns of the short table are, and where everything else stands."""
    return paragraphs(_headings().legend())


def scenario_heading(reading: Reading) -> list[str]:
    """The antecedent of a counterfactual, where it is documented, its horizon and its flags."""
    cited = f"{reading.scenario.source} {reading.scenario.lines}".strip()
    return paragraphs(_headings().scenario(reading, cited))


def tables_of(comparisons: Sequence[Comparison]) -> list[Table | str]:
    """The tables of one counterfactual: fates and dates of the breaks; last, what is not shown."""
    broken = [each.pair for each in comparisons if not each.at_risk.value]
    same = [each.pair for each in comparisons if each.fates.unchanged.value == 1]
    affected = [each for each in comparisons if each.pair not in (*broken, *same)]
    numbers = [numbers_of(each) for each in affected]
    parts: list[Table | str] = []
    if affected:
        parts += [pairs_table(title, table, numbers) for table, title in _TABLES.items()]
        parts.append(reasons_table(affected))
    if broken:
        parts.append(f"Broken in every history before the intervention: {', '.join(broken)}")
    if same:
        parts.append(f"Break unchanged in every history within the horizon: {', '.join(same)}")
    if affected:
        parts.append(halving_in_words(numbers))
    return parts


def pairs_table(title: str, table: str, pairs: Sequence[Mapping[str, Number]]) -> Table:
    """The numbers of a table of several pairs, one row a pair, each with its error and range."""
    quantities = [each for each in QUANTITIES.values() if each.table == table]
    units = {UNITS[each.unit].name for each in quantities}
    heads = [each.head.replace(" [", "\n[") for each in quantities]
    if len(units) == 1:
        title = f"{title} ({units.pop()})"
        heads = [each.name.lower() for each in quantities]
    lines = [[textwrap.fill(line, _HEAD) for line in head.split("\n")] for head in heads]
    columns = [escape("\n".join(each)) for each in lines]
    rows = [[numbers[each.key] for each in quantities] for numbers in pairs]
    cells = [[own[0].pair, *(escape(each.text_and_range) for each in own)] for own in rows]
    return plain_table(["pair", *columns], cells, title=title, right=columns, whole=["pair"])


def reasons_table(comparisons: Sequence[Comparison]) -> Table:
    """Who breaks within the horizon and over what, in both branches, a row a country."""
    rows = [
        (comparison.pair, branch, *told)
        for comparison in comparisons
        for branch, reasons in (
            ("factual", comparison.factual_reasons),
            ("counterfactual", comparison.counterfactual_reasons),
        )
        for told in reasons_in_words(reasons, comparison.pair)
    ]
    return plain_table(
        ("pair", "branch", "moved by", "over what most of all (share of its breaks)"),
        rows,
        title="Who breaks within the horizon",
        whole=("pair", "branch", "moved by"),
    )


def reasons_in_words(reasons: Reasons, pair: str) -> list[tuple[str, str]]:
    """Each country that breaks with its share of the breaks, and over what most of all."""
    if reasons.breaks < FEW:
        return [(f"{reasons.breaks} breaks, too few", "")]
    pair_of = pair_named(pair)
    told = []
    for name, share in reasons.initiators.items():
        mover = country_named(name)
        (other,) = set(pair_of) - {mover}
        causes = {source_in_words(each, other): own for each, own in reasons.causes[name].items()}
        told.append((f"{mover.title} {share:.0%}", commonest(causes)))
    return told


def yearly_tables(comparison: Comparison) -> Iterator[Table]:
    """Support, strain and aid of one pair, a table each: year by year, the difference of twins."""
    for quantity, numbers in groupby(yearly_numbers(comparison), key=lambda each: each.quantity):
        words, unit = SERIES_WORDS[quantity.removesuffix("_difference")]
        yield plain_table(
            YEARLY_HEADS,
            (number.yearly_cells for number in numbers),
            title=f"{comparison.pair}: {words} ({unit}), counterfactual less factual",
            right=YEARLY_HEADS,
            whole=YEARLY_HEADS,
        )


def halving_in_words(pairs: Iterable[Mapping[str, Number]]) -> str:
    """How many replicates would halve the errors of the numbers, and where it takes more draws."""
    halving = halving_of(number for numbers in pairs for number in numbers.values())
    return " ".join(paragraphs(_headings().halving(halving)))
