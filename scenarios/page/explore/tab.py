"""The tab Explore: one history, told from 1945 to 1980, before a thousand others."""

import json
from collections.abc import Callable
from typing import Any

import reacton.ipyvuetify as v
import solara

from scenarios.explain.history import History
from scenarios.page.explore.crowd import Crowd
from scenarios.page.explore.files import history_csv, provenance, scenario_toml
from scenarios.page.explore.numbers import frame_of, numbers_of, reasons_of
from scenarios.page.explore.settings import Settings
from scenarios.page.explore.told import told_by_mesa
from scenarios.page.explore.view import HistoryView, opening_view
from scenarios.page.material import Material, use_material
from scenarios.page.parts.background import use_background
from scenarios.page.parts.refusal import use_guard
from scenarios.page.parts.terms import Terms
from scenarios.page.parts.view import Download, TakeAway, use_view
from scenarios.page.question.builder import Builder
from scenarios.page.question.own import use_own
from simulation.countries import pair_named
from simulation.state import Move

#: What the first screen says of itself.
INTRODUCTION = (
    "One simulated history of four allies: who gives aid to whom, who stands up for whom, and who "
    "breaks with whom. The world around them is given as documented; aid, quarrels and breaks come "
    "from general rules and chance. Press Play, or move the slider; the record stands beside it."
)

TERMS = (
    "patron, client",
    "political support",
    "goodwill",
    "strain",
    "fatigue",
    "dispute (quarrel), break, mending, reconciliation, formation",
    "draw",
    "shock",
)


@solara.component_vue("history.vue")
def _History(
    told_frame: str,
    told_history: str,
    told_why: str,
    told_crowd: str,
    at: dict[str, Any],
    file: str,
    settings: dict[str, str],
    event_looked: Callable[[dict[str, Any]], None],
    event_reset: Callable[[Any], None],
) -> None: ...


@solara.component
def Explore() -> None:
    """One history: settings, and what the browser plays; all follows from the view."""
    material, guard = use_material(), use_guard()
    asked = bool(solara.use_router().search)
    built, _ = use_own()

    def adjusted(view: HistoryView) -> HistoryView:
        view = view if asked else opening_view(material)
        return view.model_copy(update={"own": view.own or built})

    state = use_view("/", HistoryView, adjusted)
    view = state.value
    turn, set_turn = solara.use_state(0)
    start = solara.use_ref(view)
    one = view.history
    history, numbers = solara.use_memo(lambda: told(one, material), [one])
    frame = solara.use_memo(lambda: json.dumps(frame_of(material.events)), [])
    why = use_background(lambda: told_reasons(one, history, view.pair, material), [one, view.pair])
    crowd = use_background(
        lambda: material.crowd(view.file.scenario, view.seed),
        [view.scenario, view.own_asked, view.seed],
    )
    seen = solara.use_memo(lambda: json.dumps(crowd_numbers(crowd, history)), [crowd, one])

    def change(**changes: Any) -> None:
        state.set(state.value.model_copy(update=changes))

    def jump(wanted: HistoryView) -> None:
        start.current = wanted
        state.set(wanted)
        set_turn(lambda before: before + 1)

    with solara.Div(classes=["lp-explore"]):
        with v.Html(tag="section", class_="lp-intro", attributes={"aria-label": "About"}):
            v.Html(tag="h1", children=["Four allies, 1945–1980"])
            with v.Html(tag="p", children=[INTRODUCTION]):
                with solara.Link("/story"):
                    v.Html(
                        tag="span", class_="lp-begin", children=["New here? Begin with a story."]
                    )
            Terms(*TERMS)
            Builder(
                view.own,
                view.scenario,
                "Show a history of it",
                lambda own, name: change(own=own, scenario=name),
            )
        Settings(view, change, crowd)
        _History(
            told_frame=frame,
            told_history=numbers,
            told_why=why or "null",
            told_crowd=seen,
            at={"quarter": start.current.quarter, "pair": start.current.pair, "turn": turn},
            file=view.name,
            settings=provenance(view, material),
            event_looked=guard(lambda at: change(quarter=int(at["quarter"]), pair=str(at["pair"]))),
            event_reset=guard(
                lambda _: jump(opening_view(material).model_copy(update={"own": state.value.own}))
            ),
        )
        hint = "all numbers of this history, with what decides them"
        scenario = "the scenario file, with the command that repeats this history"
        TakeAway(
            [
                Download(
                    "Data (CSV)",
                    f"lilliput-{view.name}.csv",
                    lambda: history_csv(history, view, material),
                    hint,
                ),
                Download(
                    "Scenario (TOML)",
                    f"lilliput-{view.name}.toml",
                    lambda: scenario_toml(view, material.draws),
                    scenario,
                ),
            ],
            view,
        )


def told(view: HistoryView, material: Material) -> tuple[History, str]:
    """A history, told once for all visitors, and what the browser draws of it."""

    def work() -> tuple[History, str]:
        history = told_by_mesa(view, material.draws)
        return history, json.dumps(numbers_of(history, material.documented, material.events))

    return material.told.of(view.query(), work)


def told_reasons(view: HistoryView, history: History, pair: str, material: Material) -> str:
    """Why a pair quarrelled, broke or stayed, quarter by quarter, for the browser."""
    return material.reasons.of(
        (view.query(), pair),
        lambda: json.dumps({"pair": pair, "quarters": reasons_of(history, pair)}),
    )


def tell_opening(material: Material) -> None:
    """Have the history with which the page opens ready, before anybody comes."""
    view = opening_view(material)
    history, _ = told(view.history, material)
    told_reasons(view.history, history, view.pair, material)


def crowd_numbers(crowd: Crowd | None, history: History) -> dict[str, Any] | None:
    """The crowd for the browser, with where this history stands in it, pair by pair."""
    if crowd is None:
        return None
    standings = {}
    for pair in crowd.breaks:
        first = history.trajectory.first_date(*pair_named(pair), Move.SPLIT)[0]
        standings[pair] = crowd.standing(pair, None if first != first else int(first))
    return crowd.numbers() | {"standings": standings}
