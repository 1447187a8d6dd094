"""The tab Explore: one history on Mesa's model, stepped quarter by quarter."""

from collections.abc import Callable
from dataclasses import replace
from threading import Event, Thread

import reacton.ipyvuetify as v
import solara

from scenarios.explain.history import History
from scenarios.page.explore.pictures import Pictures
from scenarios.page.explore.settings import Settings
from scenarios.page.explore.stepper import Stepper
from scenarios.page.explore.takeaway import history_csv, scenario_toml
from scenarios.page.explore.view import BEFORE_THE_FIRST, View, read_view, words_of
from scenarios.page.material import use_material
from scenarios.page.parts.downloads import Download, DownloadBar
from scenarios.page.parts.link import CopyLink, use_link
from scenarios.page.parts.refusal import Refusal, use_guard
from scenarios.page.parts.sliders import Slider, Sliders
from simulation.dates import QUARTERS, quarter_name

#: Quarters a second when playing.
SPEEDS = (1, 2, 4, 8)
_ALL_QUARTERS = ("before", *(quarter_name(quarter) for quarter in range(QUARTERS)))


@solara.component
def Explore() -> None:
    """One history, quarter by quarter: controls, settings and pictures; all that is shown follows from the view."""
    material = use_material()
    search = solara.use_router().search
    asked, problems = solara.use_memo(lambda: read_view(search, material.draws), [])
    held = solara.use_reactive(asked)
    refused, set_refused = solara.use_state(problems)
    view: View = held.value
    playing, set_playing = solara.use_state(False)
    stepper = solara.use_memo(lambda: Stepper(view.choice, material.draws), [view.choice])
    history = stepper.history(view.reached)
    use_link("/", view.query(material.draws))

    def show(changed: View) -> None:
        held.set(changed)

    if refused:
        title = "This link cannot be opened as it stands; what is wrong in it was left out"
        Refusal(title, [str(problem) for problem in refused], on_close=lambda: set_refused([]))
    with solara.Div(classes=["lp-explore"]):
        Controls(lambda: held.value, view, show, playing, set_playing)
        Settings(view, show)
        Pictures(view, history, show, playing)
        Takeaway(view, history)


@solara.component
def Controls(
    latest: Callable[[], View],
    view: View,
    show: Callable[[View], None],
    playing: bool,
    set_playing: Callable[[bool], None],
) -> None:
    """Step, play, pause, back to the start, reset, the speed, and the quarter looked at."""
    speed, set_speed = solara.use_state(2)
    guard = use_guard()

    def step() -> None:
        now = latest()
        if now.reached < QUARTERS - 1:
            show(replace(now, reached=now.reached + 1, shown=now.reached + 1))
        else:
            set_playing(False)

    def begin() -> None:
        set_playing(False)
        show(replace(latest(), reached=BEFORE_THE_FIRST, shown=BEFORE_THE_FIRST))

    def reset() -> None:
        set_playing(False)
        show(View())

    def play() -> Callable[[], None] | None:
        return played(guard(step), speed) if playing else None

    solara.use_effect(play, [playing, speed])
    ended = view.reached == QUARTERS - 1
    with v.Html(tag="section", class_="lp-controls", attributes={"aria-label": "Controls"}):
        v.Html(
            tag="h1",
            class_="lp-now",
            attributes={"aria-live": "polite"},
            children=[words_of(view.shown)],
        )
        with solara.Div(classes=["lp-buttons"]):
            solara.Button(
                "Step", on_click=guard(step), disabled=ended or playing, color="primary", small=True
            )
            if playing:
                solara.Button(
                    "Pause", on_click=lambda: set_playing(False), small=True, outlined=True
                )
            else:
                solara.Button(
                    "Play",
                    on_click=lambda: set_playing(True),
                    disabled=ended,
                    small=True,
                    outlined=True,
                )
            solara.Button("Back to start", on_click=guard(begin), small=True, outlined=True)
            solara.Button("Reset", on_click=guard(reset), small=True, outlined=True)
            solara.Select(
                "Quarters a second", list(SPEEDS), value=speed, on_value=set_speed, dense=True
            )
        Sliders(
            [
                Slider(
                    name="quarter",
                    label="Quarter looked at",
                    least=BEFORE_THE_FIRST,
                    most=view.reached,
                    step=1,
                    value=view.shown,
                    words=_ALL_QUARTERS[: view.reached + 2],
                )
            ],
            lambda _, quarter: show(replace(latest(), shown=int(quarter))),
        )


def played(step: Callable[[], None], speed: float) -> Callable[[], None]:
    """Step on and on in a thread of its own, so many times a second at most; returns what stops it."""
    stop = Event()

    def run() -> None:
        while not stop.wait(1 / speed):
            step()

    Thread(target=run, daemon=True).start()
    return stop.set


@solara.component
def Takeaway(view: View, history: History) -> None:
    """Everything shown, to take away."""
    material = use_material()
    name = view.choice.scenario
    with v.Html(tag="section", class_="lp-takeaway", attributes={"aria-label": "Take away"}):
        downloads = [
            Download(
                "Data (CSV)",
                f"{name}.csv",
                lambda: history_csv(history),
                "all numbers of this history",
            ),
            Download(
                "Scenario (TOML)",
                f"{name}.toml",
                lambda: scenario_toml(view, material.draws),
                "the scenario file, with the command that repeats this history",
            ),
        ]
        DownloadBar(downloads if view.reached > BEFORE_THE_FIRST else downloads[1:])
        CopyLink(query=view.query(material.draws))
