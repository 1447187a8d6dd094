"""The tab Story: how one break came about, card by card; a bet on what undoes it, and the answer.

The words stand in ``story.toml``; what the cards show of the record are rows of the evidence.
"""

import json
import tomllib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import reacton.ipyvuetify as v
import solara
from pydantic import BaseModel, BeforeValidator, ConfigDict

from scenarios.comparison.answer import answer_of, sentence_of
from scenarios.page.compare.answering import Standing, use_answering
from scenarios.page.compare.question import Question
from scenarios.page.explore.view import HistoryView
from scenarios.page.material import Material, use_material
from scenarios.page.parts.refusal import Trouble, use_guard
from scenarios.page.parts.terms import Terms
from scenarios.page.parts.view import CopyLink, View, use_view
from scenarios.page.record.rows import source_title, when
from simulation.schema import whole, whole_number

#: A bet is on so many histories.
OF = 100


class Card(BaseModel):
    """A card: its heading, its words, and the ids of the rows of the evidence that it shows."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    heading: str
    words: str
    rows: tuple[str, ...]


class Story(BaseModel):
    """The cards, the scenario that is bet on, and the pair whose break it may undo."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    question: str
    pair: str
    cards: tuple[Card, ...]


@cache
def story() -> Story:
    """The story as its file has it."""
    text = (Path(__file__).parent / "story.toml").read_text(encoding="utf-8")
    return Story.model_validate(tomllib.loads(text))


def _read_bet(value: object) -> int | None:
    return None if value is None else whole_number(value, 0, OF)


class StoryView(View):
    """The card that is read, the last being the bet, and what was bet on."""

    card: Annotated[int, whole(1, len(story().cards) + 1)] = 1
    bet: Annotated[int | None, BeforeValidator(_read_bet)] = None


@solara.component_vue("story.vue")
def _Story(
    told_cards: str,
    question: str,
    card: int,
    bet: int | None,
    answer: str,
    links: list[tuple[str, str]],
    busy: str,
    event_turned: Callable[[int], None],
    event_betted: Callable[[int], None],
) -> None: ...


@solara.component
def StoryTab() -> None:
    """The cards, one at a time, the bet, and what the rules say."""
    material, guard = use_material(), use_guard()
    state = use_view("/story", StoryView)
    standing, answering = use_answering()
    view, asked = state.value, Question(scenarios=(story().question,), pair=story().pair)
    cards = solara.use_memo(lambda: json.dumps(cards_of(material)), [])

    def bet(number: int) -> None:
        state.set(state.value.model_copy(update={"bet": number}))
        answering.ask(asked)

    solara.use_effect(lambda: answering.ask(asked) if view.bet is not None else None, [])
    (file,) = list(asked.files.values())[1:]
    with solara.Div(classes=["lp-story"]):
        v.Html(tag="h1", children=["How an alliance ends: Tirana and Moscow, 1961"])
        Terms("patron, client", "political support", "line, line gap")
        _Story(
            told_cards=cards,
            question=file.change,
            card=view.card,
            bet=view.bet,
            answer=_answer(standing, view.bet),
            links=_links(standing, asked, material),
            busy=_busy(standing),
            event_turned=guard(
                lambda card: state.set(StoryView(card=int(card), bet=state.value.bet))
            ),
            event_betted=guard(lambda number: bet(whole_number(number, 0, OF))),
        )
        Trouble(standing.trouble)
        CopyLink(query=view.query(material))


def cards_of(material: Material) -> list[dict[str, Any]]:
    """The cards for the browser, each with rows of the record: date, words, and where it stands."""
    entries = {entry.id: entry for entry in material.evidence}
    return [
        {
            "heading": card.heading,
            "words": card.words,
            "rows": [_row(name, entries[name], material) for name in card.rows if name in entries],
        }
        for card in story().cards
    ]


def _row(name: str, entry: Any, material: Material) -> dict[str, str]:
    record = entry.record
    places = [("lines", record.get("lines")), ("page", record.get("page"))]
    place = ", ".join(f"{word} {each}" for word, each in places if each)
    cited = ", ".join(filter(None, (source_title(entry, material.sources), place)))
    words = f"{when(record)}: {record['description']}"
    return {"id": name, "words": words, "cited": cited, "link": f"/record?row={name}"}


def _answer(standing: Standing, bet: int | None) -> str:
    """What the rules say, beside what was bet."""
    if standing.answer is None or bet is None:
        return ""
    (part,) = standing.answer.parts
    answer = answer_of(part.comparison)
    if not answer.breaking:
        return sentence_of(part.comparison)
    share = round(OF * answer.avoided / answer.breaking)
    apart = abs(bet - share)
    near = "Close." if apart <= 5 else f"{apart} too {'many' if bet > share else 'few'}."
    said = f"You said {bet} of {OF}; under the rules it is {share}. {near}"
    return f"{said} {sentence_of(part.comparison)}"


def _busy(standing: Standing) -> str:
    if standing.running is None:
        return ""
    return f"{standing.done:,} of {standing.running.histories:,} histories, twice each"


def _links(standing: Standing, asked: Question, material: Material) -> list[tuple[str, str]]:
    """Where one goes on from the answer: the comparison, and a history without the break."""
    if standing.answer is None:
        return []
    links = [("All of the comparison", f"/compare?{asked.query(material)}")]
    (part,) = standing.answer.parts
    for replicate in [each for each in part.avoided if each < len(material.draws)][:1]:
        view = HistoryView(
            scenario=story().question,
            draw=replicate,
            seed=asked.seed,
            quarter=part.comparison.reading.last_quarter,
            pair=story().pair,
        )
        links.append(("A history in which they do not break", f"/?{view.query(material)}"))
    return links
