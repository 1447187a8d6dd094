"""The files that can be taken away of the tab Compare."""

import csv
import io
from collections.abc import Sequence

from scenarios.comparison.compare import Comparison
from scenarios.comparison.rows import comparison_rows
from scenarios.files import catalogue
from scenarios.page.compare.question import Answer, Question


def numbers_csv(comparison: Comparison) -> bytes:
    """Every number of a comparison as CSV: the probabilities and dates first, then the yearly differences."""
    rows: list[Sequence[object]] = [
        ("number", "year", "value", "error", "spread", "halving_histories", "meaning")
    ]
    for row in comparison_rows(comparison):
        held = row.estimate
        rows.append(
            (
                row.key,
                "",
                held.value,
                held.error,
                held.spread,
                held.halving,
                f"{row.name}: {row.meaning}",
            )
        )
    for yearly in comparison.yearly:
        held = yearly.difference
        meaning = f"counterfactual less factual; factual mean {yearly.factual:.6g}"
        rows.append(
            (
                f"{yearly.series}_difference",
                yearly.year,
                held.value,
                held.error,
                held.spread,
                held.halving,
                meaning,
            )
        )
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode("utf-8")


def breaks_csv(answer: Answer) -> bytes:
    """The month of the break of every history in both branches as CSV; empty where it does not break in time."""
    return answer.breaks.to_csv(index=False, lineterminator="\n").encode("utf-8")


def scenario_file(question: Question, draws_id: str) -> bytes:
    """The file of the counterfactual, with the commands that make the same comparison in its first lines."""
    horizon = f" --horizon {question.years}" if question.years else ""
    event = f"lilliput compare twins --factual {question.factual} --event {question.pair}{horizon}"
    head = [
        f"The page compared this scenario with {question.factual}, on the draws {draws_id}. The same numbers come from",
        f"  lilliput batch {question.factual} {question.scenario} --replicates {question.histories}"
        f" --seed {question.seed} --out twins",
        f"  {event}",
    ]
    text = catalogue()[question.scenario].path.read_text(encoding="utf-8")
    return ("".join(f"# {line}\n" for line in head) + "\n" + text).encode("utf-8")


def source_words(name: str, sources: dict[str, str]) -> str:
    """Where the alternative of a scenario is documented: source, page and lines; empty if it has none."""
    file = catalogue()[name]
    if not file.scenario.source:
        return ""
    parts = [sources.get(file.scenario.source, file.scenario.source)]
    parts += [f"page {file.page}".replace(";", ", ")] if file.page else []
    parts += [f"lines {file.scenario.lines}".replace(";", ", ")] if file.scenario.lines else []
    return ", ".join(parts)
