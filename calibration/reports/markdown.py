"""A report as Markdown: finding, goals, tables and pictures, and where it comes from."""

import re
from collections.abc import Mapping, Sequence
from textwrap import wrap
from typing import Any

from calibration.reports.report import (
    DOCUMENTED,
    FIGURES,
    Cell,
    Picture,
    Report,
    Table,
    differences,
    published_reports,
)
from scenarios.disk import write_whole
from scenarios.draws import read_draws
from simulation.errors import listed

#: The first words of a report, by whether its goal was reached; none where it only describes.
_VERDICTS = {True: "**Reached.** ", False: "**Not reached.** ", None: ""}


#: The longest line of a paragraph, and what makes of a line an entry of a list.
_WIDTH = 100
_LIST = re.compile(r"[-+*>#]\s")


def markdown_of(report: Report, differs: Sequence[str] = ()) -> str:
    """A report as a whole Markdown file, first of all in what it ``differs`` from what ships."""
    blocks = [f"# {report.title}"]
    if differs:
        blocks.append(_wrapped(f"**Not of the draws that ship:** {listed(differs)}."))
    blocks.append(_wrapped(f"{_VERDICTS[report.reached]}{report.finding}"))
    if report.goals:
        blocks.append(_titled(goal_table(report)))
    for part in report.parts:
        if isinstance(part, Table):
            blocks.append(_titled(part))
        elif isinstance(part, Picture):
            path = f"{FIGURES}/{report.check}-{part.name}.png"
            blocks += [_wrapped(f"![{part.caption}]({path})"), _wrapped(f"*{part.caption}*")]
        else:
            blocks.append(_wrapped(part))
    return "\n\n".join([*blocks, "---", _wrapped(origin_text(report.origin))]) + "\n"


def render_published() -> None:
    """Render the published reports anew into ``docs/calibration``: ``make reports``."""
    for check, text in published_texts().items():
        write_whole(DOCUMENTED / f"{check}.md", text)


def published_texts() -> dict[str, str]:
    """The published reports as Markdown, by their checks, beside the draws that ship."""
    draws = read_draws()
    return {
        check: markdown_of(report, differences(report, draws))
        for check, report in published_reports().items()
    }


def goal_table(report: Report) -> Table:
    """The goals of a report as a table."""
    rows = [(each.name, each.goal, each.measured, each.reached) for each in report.goals]
    return Table(title="Goals", columns=("about", "goal", "measured", "reached"), rows=rows)


def markdown_table(table: Table) -> str:
    """A table as Markdown; columns of numbers stand to the right."""
    rule = ["---:" if right else "---" for right in numeric_columns(table)]
    lines = [_cells(table.columns), rule, *map(_cells, table.rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def numeric_columns(table: Table) -> list[bool]:
    """For each column of a table, whether it holds nothing but numbers."""
    return [
        bool(table.rows) and all(_is_number(row[place]) for row in table.rows)
        for place in range(len(table.columns))
    ]


def shown(cell: Cell) -> str:
    """A cell as text: three figures for a number, yes or no, a dash where there is none."""
    if cell is None:
        return "–"
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        return f"{cell:.0f}" if 1000 <= abs(cell) < 1e7 else f"{cell:.3g}"
    return str(cell)


def origin_text(origin: Mapping[str, Any]) -> str:
    """In a line, where a report comes from: date, seed, draws, settings, rules and versions."""
    facts = [f"Made {origin['date']} with seed {origin['seed']}"]
    draws = origin.get("draws")
    if draws:
        outdated = ", outdated: the parameter table has changed since" if draws["outdated"] else ""
        facts.append(f"{draws['kind']} draws {draws['id']} ({draws['draws']} draws{outdated})")
    settings = origin["settings"].items()
    facts += [f"{key.replace('_', ' ')} {_escaped(shown(value))}" for key, value in settings]
    facts.append(f"rules {origin['rules'][:12]}, parameter table {origin['parameter_table'][:12]}")
    if origin.get("carried"):
        first = origin["carried"][0]["from"]["rules"]
        facts.append(f"made with rules {first[:12]}, of which these give the same histories")
    facts.append(f"commit {(origin.get('commit') or 'unknown')[:12]}")
    versions = ", ".join(f"{name} {number}" for name, number in origin["versions"].items())
    return f"{'; '.join(facts)}. Versions: {versions}."


def _titled(table: Table) -> str:
    return f"{_wrapped(f'**{table.title}**')}\n\n{markdown_table(table)}"


def _wrapped(text: str) -> str:
    """A paragraph in lines of at most 100 characters, none of which begins like a list."""
    lines = wrap(text, _WIDTH, break_long_words=False, break_on_hyphens=False)
    return "\n".join(f"\\{line}" if _LIST.match(line) else line for line in lines)


def _cells(row: Any) -> list[str]:
    return [_escaped(shown(cell)) for cell in row]


def _escaped(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _is_number(cell: Cell) -> bool:
    return cell is None or (isinstance(cell, int | float) and not isinstance(cell, bool))
