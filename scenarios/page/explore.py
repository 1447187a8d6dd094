"""The tab Explore: one history on Mesa's model, stepped quarter by quarter."""

from collections.abc import Callable
from threading import Event, Thread
from typing import Any

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
from scenarios.explain.history import BEFORE_THE_FIRST, History
from scenarios.explain.words import pair_title
from scenarios.page.history import (
    SHOWN_PAIRS,
    HistoryView,
    Stepper,
    history_csv,
    scenario_toml,
    words_of,
)
from scenarios.page.material import Material, use_material
from scenarios.page.parts.fields import Slider, Sliders
from scenarios.page.parts.picture import Picture
from scenarios.page.parts.refusal import use_guard
from scenarios.page.parts.view import Download, TakeAway, use_view
from scenarios.page.settings import Change, Choice, Settings
from simulation.countries import pair_named
from simulation.dates import QUARTERS, quarter_name, quarter_of

#: Quarters a second when playing.
SPEEDS = (1, 2, 4, 8)
_ALL_QUARTERS = ("before", *(quarter_name(quarter) for quarter in range(QUARTERS)))
_TIMELINES = {"aid": aid_timeline, "support-goodwill": regard_timeline, "strain": strain_timeline}


@solara.component
def Explore() -> None:
    """One history: controls, settings and pictures; all that is shown follows from the view."""
    material = use_material()
    state = use_view("/", HistoryView)
    view = state.value
    playing, set_playing = solara.use_state(False)
    stepper = solara.use_memo(lambda: Stepper(view, material.draws), [view.beginning])
    history = stepper.history(view.reached)

    def change(**changes: Any) -> None:
        state.set(state.value.model_copy(update=changes))

    with solara.Div(classes=["lp-explore"]):
        Controls(state, playing, set_playing)
        Settings(view, change)
        Pictures(view, history, change, playing)
        name = view.scenario
        downloads = [
            Download(
                "Scenario (TOML)",
                f"{name}.toml",
                lambda: scenario_toml(view, material.draws),
                "the scenario file, with the command that repeats this history",
            )
        ]
        if view.reached > BEFORE_THE_FIRST:
            hint = "all numbers of this history"
            data = Download("Data (CSV)", f"{name}.csv", lambda: history_csv(history), hint)
            downloads.insert(0, data)
        TakeAway(downloads, view)


@solara.component
def Controls(
    state: solara.Reactive[HistoryView], playing: bool, set_playing: Callable[[bool], None]
) -> None:
    """Step, play, pause, back to the start, reset, the speed, and the quarter looked at."""
    speed, set_speed = solara.use_state(2)
    guard = use_guard()
    view = state.value

    def look_at(quarter: int, reached: int | None = None) -> None:
        now = state.value
        changes = {"reached": now.reached if reached is None else reached, "quarter": quarter}
        state.set(now.model_copy(update=changes))

    def step() -> None:
        following = state.value.reached + 1
        if following < QUARTERS:
            look_at(following, following)
        else:
            set_playing(False)

    def begin() -> None:
        set_playing(False)
        look_at(BEFORE_THE_FIRST, BEFORE_THE_FIRST)

    def reset() -> None:
        set_playing(False)
        state.set(HistoryView())

    def play() -> Callable[[], None] | None:
        return play_on(guard(step), speed) if playing else None

    solara.use_effect(play, [playing, speed])
    ended = view.reached == QUARTERS - 1
    quiet = {"small": True, "outlined": True}
    with v.Html(tag="section", class_="lp-controls", attributes={"aria-label": "Controls"}):
        v.Html(
            tag="h1",
            class_="lp-now",
            attributes={"aria-live": "polite"},
            children=[words_of(view.quarter)],
        )
        with solara.Div(classes=["lp-buttons"]):
            off = ended or playing
            solara.Button("Step", on_click=guard(step), disabled=off, color="primary", small=True)
            if playing:
                solara.Button("Pause", on_click=lambda: set_playing(False), **quiet)
            else:
                solara.Button("Play", on_click=lambda: set_playing(True), disabled=ended, **quiet)
            solara.Button("Back to start", on_click=guard(begin), **quiet)
            solara.Button("Reset", on_click=guard(reset), **quiet)
            solara.Select(
                "Quarters a second", list(SPEEDS), value=speed, on_value=set_speed, dense=True
            )
        quarter = Slider(
            name="quarter",
            label="Quarter looked at",
            least=BEFORE_THE_FIRST,
            most=view.reached,
            step=1,
            value=view.quarter,
            words=_ALL_QUARTERS[: view.reached + 2],
        )
        Sliders([quarter], lambda _, chosen: look_at(int(chosen)))


def play_on(step: Callable[[], None], speed: float) -> Callable[[], None]:
    """Step on in a thread of its own, so many times a second at most; returns what stops it."""
    stop = Event()

    def run() -> None:
        while not stop.wait(1 / speed):
            step()

    Thread(target=run, daemon=True).start()
    return stop.set


@solara.component
def Pictures(view: HistoryView, history: History, change: Change, playing: bool) -> None:
    """The quarter looked at as a map and in words, the time lines of a pair, and why it broke."""
    at = words_of(view.quarter)
    words = "nothing has happened yet."
    if view.quarter > BEFORE_THE_FIRST:
        words = quarter_in_words(history, view.quarter)
    with solara.Div(classes=["lp-pictures"]):
        label = {"aria-label": "The four countries"}
        with v.Html(tag="section", class_="lp-map", attributes=label):
            Picture(
                f"map-{_file_word(at)}",
                f"The four countries in {at}: {words}",
                lambda look: network_figure(history, view.quarter, look),
                [view.beginning, view.quarter],
                settings=_settings(view, use_material()),
            )
        Chronicle(view, history)
        Timelines(view, history, change)
        Why(view, history, playing)


@solara.component
def Chronicle(view: HistoryView, history: History) -> None:
    """What the quarter brought in this history, and what the record has in the same quarter."""
    recorded = [event for event in use_material().events if quarter_of(event.date) == view.quarter]
    with v.Html(
        tag="section",
        class_="lp-chronicle",
        attributes={"aria-label": "Chronicle", "aria-live": "polite"},
    ):
        v.Html(tag="h2", children=[f"{words_of(view.quarter)} in this history"])
        lines = happenings(history, view.quarter)
        with v.Html(tag="ul"):
            for line in lines:
                v.Html(tag="li", class_=f"lp-{line.kind}", children=[line.words])
        if view.quarter == BEFORE_THE_FIRST:
            solara.Text(
                "Press Step for the first quarter, or Play. "
                "The rules carry the four countries on from here."
            )
        elif not lines:
            solara.Text("Nothing of note.")
        if recorded:
            v.Html(tag="h2", children=["In the record"])
            with v.Html(tag="ul"):
                for event in recorded:
                    v.Html(tag="li", children=[_event_in_words(event)])


def _event_in_words(event: DocumentedEvent) -> str:
    return f"{pair_title(event.pair)}, {event.date}: {event.words} ({event.cited})"


@solara.component
def Timelines(view: HistoryView, history: History, change: Change) -> None:
    """Time lines of a pair from 1945 to 1980; a click looks at that quarter."""
    material = use_material()
    beside = Beside(material.documented, material.events)

    def look_at(fraction: float) -> None:
        quarter = quarter_at(fraction)
        if quarter is not None and quarter <= view.reached:
            change(quarter=quarter)

    with v.Html(tag="section", class_="lp-pair", attributes={"aria-label": "Pair"}):
        Choice("Pair, client first", SHOWN_PAIRS, view.pair, lambda name: change(pair=name))
        solara.Text(
            "Black marks: the record. Orange marks: this history. ○ alliance or quarrel made up, "
            "▲ open dispute, ✖ break. Click a time line to look at a quarter already reached.",
            classes=["lp-note"],
        )
    for name, timeline in _TIMELINES.items():
        what = f"{name.replace('-', ' and ')} of {SHOWN_PAIRS[view.pair]}"
        with v.Html(tag="section", class_="lp-timeline"):
            Picture(
                f"{name}-{view.pair}",
                f"{what} up to {words_of(view.reached)}",
                lambda look, timeline=timeline: timeline(
                    history, pair_named(view.pair), view.quarter, look, beside
                ),
                [view],
                on_click=look_at,
                settings=_settings(view, material),
            )


@solara.component
def Why(view: HistoryView, history: History, playing: bool) -> None:
    """Why the pair quarrelled, broke or stayed, in words and, unless it is playing, in bars."""
    at, pair = words_of(view.quarter), pair_named(view.pair)
    settings = _settings(view, use_material())
    with v.Html(tag="section", class_="lp-why", attributes={"aria-label": "Why did it break?"}):
        title = f"Why did it break? {SHOWN_PAIRS[view.pair]}, {at}"
        v.Html(tag="h2", children=[title])
        if view.quarter == BEFORE_THE_FIRST:
            solara.Text("The first quarter has not been carried out yet.")
            return
        sentences = reasons_in_words(history, view.quarter, *pair)
        for sentence in sentences:
            v.Html(tag="p", children=[sentence])
        if not history.tied(view.quarter, *pair):
            return
        if playing:
            solara.Text("Pause to see what pushed and what held back.", classes=["lp-note"])
            return
        Picture(
            f"why-{view.pair}-{_file_word(at)}",
            " ".join(sentences),
            lambda look: reasons_figure(history, pair, view.quarter, look),
            [view.beginning, view.quarter, view.pair],
            settings=settings,
        )


def _file_word(quarter: str) -> str:
    return quarter.replace(" ", "-").lower()


def _settings(view: HistoryView, material: Material) -> dict[str, object]:
    """What decides what a picture of a history shows, as it is written into its files."""
    link = f"/?{view.query(material)}"
    return {"draws": material.draws.id, "drivers": "drawn", "link": link}
