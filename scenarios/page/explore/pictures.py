"""The pictures and words of the tab Explore: map, chronicle, time lines, and why it broke."""

from collections.abc import Callable
from dataclasses import replace

import reacton.ipyvuetify as v
import solara

from scenarios.charts.explore import (
    Beside,
    aid_timeline,
    quarter_at,
    reasons_figure,
    regard_timeline,
    strain_timeline,
)
from scenarios.charts.network import network_figure
from scenarios.documented import DocumentedEvent
from scenarios.explain.chronicle import happenings, quarter_in_words, reasons_in_words
from scenarios.explain.history import History
from scenarios.page.explore.view import BEFORE_THE_FIRST, SHOWN_PAIRS, View, pair_words, words_of
from scenarios.page.material import use_material
from scenarios.page.parts.picture import Picture
from scenarios.page.parts.refusal import use_guard
from simulation.countries import pair_named
from simulation.dates import quarter_of

_TIMELINES = {"aid": aid_timeline, "support-goodwill": regard_timeline, "strain": strain_timeline}


@solara.component
def Pictures(view: View, history: History, show: Callable[[View], None], playing: bool) -> None:
    """The quarter looked at as a map and in words, the time lines of a pair, and why it quarrelled or broke."""
    with solara.Div(classes=["lp-pictures"]):
        with v.Html(
            tag="section", class_="lp-map", attributes={"aria-label": "The four countries"}
        ):
            Picture(
                f"map-{_file_word(view)}",
                f"The four countries in {words_of(view.shown)}: {told_or_nothing(history, view.shown)}",
                lambda look: network_figure(history, view.shown, look),
                [view.choice, view.shown],
            )
        Chronicle(view, history)
        Timelines(view, history, show)
        Why(view, history, playing)


def told_or_nothing(history: History, quarter: int) -> str:
    """A quarter as one line, or that nothing has happened yet."""
    return quarter_in_words(history, quarter) if quarter > BEFORE_THE_FIRST else "nothing has happened yet."


def _file_word(view: View) -> str:
    return words_of(view.shown).replace(" ", "-").lower()


@solara.component
def Chronicle(view: View, history: History) -> None:
    """What the quarter brought in this history, and what the record has in the same quarter."""
    events = use_material().events
    recorded = [event for event in events if quarter_of(event.date) == view.shown]
    with v.Html(
        tag="section",
        class_="lp-chronicle",
        attributes={"aria-label": "Chronicle", "aria-live": "polite"},
    ):
        v.Html(tag="h2", children=[f"{words_of(view.shown)} in this history"])
        if view.shown == BEFORE_THE_FIRST:
            solara.Text(
                "Press Step for the first quarter, or Play. The rules carry the four countries on from here."
            )
        else:
            lines = happenings(history, view.shown)
            with v.Html(tag="ul"):
                for happening in lines:
                    v.Html(tag="li", class_=f"lp-{happening.kind}", children=[happening.words])
            if not lines:
                solara.Text("Nothing of note.")
        if recorded:
            v.Html(tag="h2", children=["In the record"])
            with v.Html(tag="ul"):
                for event in recorded:
                    v.Html(tag="li", children=[_event_in_words(event)])


def _event_in_words(event: DocumentedEvent) -> str:
    patron, client = event.pair
    return f"{client.title} – {patron.title}, {event.date}: {event.words} ({event.cited})"


@solara.component
def Timelines(view: View, history: History, show: Callable[[View], None]) -> None:
    """Time lines of a pair from 1945 to 1980; a click looks at that quarter."""
    material = use_material()
    guard = use_guard()
    beside = Beside(material.documented, material.events)
    pair = pair_named(view.pair)
    names = {name: pair_words(name) for name in SHOWN_PAIRS}

    def look_at(fraction: float) -> None:
        quarter = quarter_at(fraction)
        if quarter is not None and quarter <= view.reached:
            show(replace(view, shown=quarter))

    def choose(words: str) -> None:
        show(replace(view, pair=next(name for name, title in names.items() if title == words)))

    with v.Html(tag="section", class_="lp-pair", attributes={"aria-label": "Pair"}):
        solara.Select(
            "Pair, client first",
            list(names.values()),
            value=names[view.pair],
            on_value=guard(choose),
        )
        solara.Text(
            "Black marks: the record. Orange marks: this history. ○ alliance or quarrel made up, ▲ open dispute, "
            "✖ break. Click a time line to look at a quarter already reached.",
            classes=["lp-note"],
        )
    for name, figure_of in _TIMELINES.items():
        with v.Html(tag="section", class_="lp-timeline"):
            Picture(
                f"{name}-{view.pair}",
                f"{name.replace('-', ' and ')} of {pair_words(view.pair)} up to {words_of(view.reached)}",
                lambda look, figure_of=figure_of: figure_of(
                    history, pair, view.shown, look, beside
                ),
                [view.choice, view.reached, view.shown, view.pair],
                on_click=look_at,
            )


@solara.component
def Why(view: View, history: History, playing: bool) -> None:
    """Why the pair quarrelled, broke or held in the quarter looked at, in words and, unless it is playing, in bars."""
    with v.Html(tag="section", class_="lp-why", attributes={"aria-label": "Why did it break?"}):
        v.Html(
            tag="h2",
            children=[f"Why did it break? {pair_words(view.pair)}, {words_of(view.shown)}"],
        )
        if view.shown == BEFORE_THE_FIRST:
            solara.Text("The first quarter has not been carried out yet.")
            return
        sentences = reasons_in_words(history, view.shown, *pair_named(view.pair))
        for sentence in sentences:
            v.Html(tag="p", children=[sentence])
        if not history.tied(view.shown, *pair_named(view.pair)):
            return
        if playing:
            solara.Text("Pause to see what pushed and what held back.", classes=["lp-note"])
            return
        Picture(
            f"why-{view.pair}-{_file_word(view)}",
            " ".join(sentences),
            lambda look: reasons_figure(history, pair_named(view.pair), view.shown, look),
            [view.choice, view.shown, view.pair],
        )
