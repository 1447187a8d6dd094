"""The pictures of an answer: survival curves, and the fans of both branches."""

from dataclasses import dataclass
from functools import partial

from scenarios.charts.compare import SERIES_WORDS, fan_figure, survival_figure
from scenarios.documented import Documented
from scenarios.page.compare.question import Answer
from scenarios.page.history import SHOWN_PAIRS
from scenarios.page.parts.picture import Drawing


@dataclass(frozen=True)
class AnswerPicture:
    """A picture of an answer: the name of its files, what it shows in words, and what draws it."""

    name: str
    words: str
    drawing: Drawing


def pictures_of(answer: Answer, documented: Documented) -> list[AnswerPicture]:
    """The survival curves; then support, strain and aid in both branches, each twice on one scale, over the record."""
    question, comparison = answer.question, answer.comparison
    names, words = (question.factual, question.scenario), SHOWN_PAIRS[question.pair]
    pictures = [
        AnswerPicture(
            f"{question.scenario}-{question.pair}-survival",
            f"Still unbroken after the intervention: {words}, {question.scenario} beside {question.factual}; "
            "the table beneath has the numbers",
            partial(survival_figure, comparison, breaks=documented.breaks),
        )
    ]
    for series, fans in answer.fans.items():
        top = max(fan.top for fan in fans)
        for place, fan in enumerate(fans):
            drawing = partial(
                fan_figure,
                fan,
                question.pair,
                series,
                comparison.reading,
                counterfactual=bool(place),
                top=top,
                documented=documented,
            )
            told = f"{SERIES_WORDS[series][0]} of {words}, {names[place]}: median and ranges over "
            told += f"{fan.histories:,} histories"
            pictures.append(
                AnswerPicture(f"{names[place]}-{question.pair}-{series}", told, drawing)
            )
    return pictures
