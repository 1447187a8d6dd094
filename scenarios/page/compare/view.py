"""An answer as the tab Compare shows it: numbers, pictures, and files to be taken away."""

from dataclasses import dataclass
from functools import partial

from scenarios.charts.compare import fan_figure, survival_figure
from scenarios.comparison.reading import Comparison
from scenarios.comparison.table import (
    QUANTITIES,
    SERIES_WORDS,
    Number,
    numbers_of,
    table_of,
)
from scenarios.disk import csv_text
from scenarios.documented import Documented
from scenarios.files import catalogue
from scenarios.page.compare.question import Answer, Question
from scenarios.page.history import SHOWN_PAIRS
from scenarios.page.parts.picture import Drawing


@dataclass(frozen=True)
class AnswerPicture:
    """A picture of an answer: the name of its files, what it shows in words, and what draws it."""

    name: str
    words: str
    drawing: Drawing


def pictures_of(answer: Answer, documented: Documented) -> list[AnswerPicture]:
    """The survival curves; then support, strain and aid in both branches, on one scale."""
    question, comparison = answer.question, answer.comparison
    names, words = (question.factual, question.scenario), SHOWN_PAIRS[question.pair]
    pictures = [
        AnswerPicture(
            f"{question.scenario}-{question.pair}-survival",
            f"Still unbroken after the intervention: {words}, {names[1]} beside {names[0]}; "
            "the table beneath has the numbers",
            partial(survival_figure, comparison, breaks=documented.breaks),
        )
    ]
    for series, fans in answer.fans.items():
        branch = partial(
            fan_figure,
            pair=question.pair,
            series=series,
            reading=comparison.reading,
            top=max(fan.top for fan in fans),
            documented=documented,
        )
        for name, fan, counterfactual in zip(names, fans, (False, True), strict=True):
            title = f"{SERIES_WORDS[series][0]} of {words}, {name}: median and ranges over "
            pictures.append(
                AnswerPicture(
                    f"{name}-{question.pair}-{series}",
                    f"{title}{fan.histories:,} histories",
                    partial(branch, fan, counterfactual=counterfactual),
                )
            )
    return pictures


def number_rows(comparison: Comparison) -> list[dict[str, str]]:
    """Every number of a comparison but the yearly ones: name, meaning, value, spread, halving."""
    return [_row(number) for number in numbers_of(comparison).values()]


def _row(number: Number) -> dict[str, str]:
    quantity, unit = QUANTITIES[number.quantity], number.unit
    ranges = f"; {quantity.range}: {number.range}" if number.range != "-" else ""
    return {
        "id": number.quantity,
        "name": quantity.name,
        "meaning": quantity.meaning + ranges,
        "value": "–" if number.value is None else f"{number.text} {unit.name}",
        "spread": "" if number.spread is None else unit.size(number.spread),
        "halving": number.halved_by if number.error else "",
    }


def numbers_csv(comparison: Comparison) -> bytes:
    """Every number of a comparison as CSV: the probabilities and dates, then the yearly ones."""
    table = table_of([comparison])
    meanings = {key: f"{each.name}: {each.meaning}" for key, each in QUANTITIES.items()}
    table["meaning"] = table["quantity"].map(meanings).fillna("counterfactual less factual")
    names = {"quantity": "number", "halving": "halving_histories"}
    return csv_text(table.rename(columns=names)).encode("utf-8")


def breaks_csv(answer: Answer) -> bytes:
    """The month of the break of every history in both branches; empty where it does not break."""
    return csv_text(answer.breaks).encode("utf-8")


def scenario_file(question: Question, draws_id: str) -> bytes:
    """The file of the counterfactual, headed by the commands that make the same comparison."""
    horizon = f" --horizon {question.years}" if question.years else ""
    head = f"""\
# The page compared this scenario with {question.factual}, on the draws {draws_id}. \
The same numbers come from
#   lilliput batch {question.factual} {question.scenario} --replicates {question.histories} \
--seed {question.seed} --out twins
#   lilliput compare twins --factual {question.factual} --event {question.pair}{horizon}

"""
    text = catalogue()[question.scenario].path.read_text(encoding="utf-8")
    return (head + text).encode("utf-8")
