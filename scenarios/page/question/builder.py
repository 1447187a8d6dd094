"""The builder: a visitor puts a question together card by card, in words and in a file."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import solara

from scenarios.errors import ScenarioError
from scenarios.files import ScenarioFile, flags, unread
from scenarios.outcomes import PAIR_NAMES
from scenarios.page.explore.view import SHOWN_PAIRS
from scenarios.page.material import Material, use_material
from scenarios.page.parts.refusal import use_guard
from scenarios.page.parts.view import Download, DownloadBar
from scenarios.page.question.cards import cards, documented
from scenarios.page.question.own import (
    LONGEST_TEXT,
    NAME,
    entry_of,
    files_of,
    own_entries,
    own_files,
    read_own,
    toml_of,
    use_own,
    with_own,
)
from scenarios.reader import toml_in
from scenarios.report.words import change_in_words
from simulation.errors import MISSING, LilliputError, Problem, raise_if_any
from simulation.parameters import source_keys

#: Takes a visitor's questions, and the name of the one that is asked.
Ask = Callable[[str, str], None]
_NEW = ""


@solara.component_vue("builder.vue")
def _Builder(
    told_cards: str,
    begins: list[tuple[str, str]],
    pairs: list[tuple[str, str]],
    sources: list[str],
    longest: int,
    given: dict[str, Any],
    judged: dict[str, Any],
    verb: str,
    event_begun: Callable[[str], None],
    event_opened: Callable[[str], None],
    event_edited: Callable[[dict[str, Any]], None],
    event_asked: Callable[[dict[str, Any]], None],
) -> None: ...


@solara.component
def Builder(own: str, chosen: str, verb: str, on_ask: Ask) -> None:
    """Builds a question; the one that is chosen stands there at first, if it is the visitor's own.

    ``verb`` is what the button says that asks it.
    """
    material, guard = use_material(), use_guard()
    _, share = use_own()
    first = chosen if chosen in own_files(own) else _NEW
    given, set_given = solara.use_state({"entry": _begun(first, own), "turn": 0, "open": False})
    judged, set_judged = solara.use_state({"turn": -1})
    sound, set_sound = solara.use_state(None)

    def give(entry: Mapping[str, Any]) -> None:
        set_given(lambda before: {"entry": dict(entry), "turn": before["turn"] + 1, "open": True})

    def judge(message: dict[str, Any]) -> None:
        told, file = judgement(message["entry"], material)
        set_judged(told | {"turn": int(message["turn"])})
        set_sound(file)

    def ask(message: dict[str, Any]) -> None:
        file = read_own(message["entry"])
        questions = with_own(own, message["entry"])
        own_files(questions)
        share(questions)
        on_ask(questions, file.scenario.name)

    names = [_NEW, *files_of(own)]
    with solara.Div(classes=["lp-building"]):
        _Builder(
            told_cards=json.dumps(cards()),
            begins=[(name, name or "nothing") for name in names],
            pairs=[(name, SHOWN_PAIRS[name]) for name in PAIR_NAMES],
            sources=list(source_keys()),
            longest=LONGEST_TEXT,
            given=given,
            judged=judged,
            verb=verb,
            event_begun=guard(lambda name: give(_begun(str(name), own))),
            event_opened=guard(lambda text: give(_opened(str(text)))),
            event_edited=guard(judge),
            event_asked=guard(ask),
        )
        if sound is not None:
            name = f"{sound.scenario.name}.toml"
            hint = "a scenario file, which lilliput run, batch and compare take"
            DownloadBar([Download("Question (TOML)", name, lambda: toml_of(sound).encode(), hint)])


def _begun(name: str, own: str) -> dict[str, Any]:
    """What the builder begins with: nothing, a question of one's own, or one of the catalogue."""
    if name in own_files(own):
        return dict(own_entries(own)[[*own_files(own)].index(name)])
    file = files_of(own).get(name)
    return {"name": NAME, "interventions": []} if file is None else _as_own(file)


def _as_own(file: ScenarioFile) -> dict[str, Any]:
    scenario = file.scenario
    return {
        "name": f"my-{scenario.name}",
        "question": scenario.question,
        "antecedent": scenario.antecedent.splitlines() if scenario.interventions else [],
        "horizon_years": scenario.horizon,
        "source": scenario.source,
        "lines": scenario.lines,
        "page": file.page,
        "left_out": scenario.left_out,
        "asks_about": file.asks_about,
        "change": file.change,
        "interventions": [*map(entry_of, scenario.interventions)],
    }


def _opened(text: str) -> dict[str, Any]:
    """A scenario file that a visitor brought along; what is wrong in it is told beside its fields.

    Raises ``ScenarioError`` if it is no TOML.
    """
    try:
        entry: dict[str, Any] = json.loads(json.dumps(toml_in(text), default=str))
    except ValueError as error:
        wrong = [unread("the file", error)]
        raise_if_any("this file cannot be opened", wrong, ScenarioError)
    return entry


def judgement(entry: object, material: Material) -> tuple[dict[str, Any], ScenarioFile | None]:
    """What is said of a question as it stands, and its scenario if it can be asked.

    That is: every problem with the key that it belongs to, the changes in words, what is documented
    of each, and what a reader must know.
    """
    changes = entry.get("interventions", []) if isinstance(entry, dict) else []
    told: dict[str, Any] = {
        "problems": [],
        "words": [],
        "flags": [],
        "documented": [
            documented(each, material) if isinstance(each, dict) else "" for each in changes
        ],
    }
    try:
        file = read_own(entry)
    except LilliputError as error:
        return told | {"problems": [(each.key, _said(each)) for each in error.problems]}, None
    scenario = file.scenario
    words = [change_in_words(each) for each in scenario.interventions]
    return told | {"words": words, "flags": list(flags(scenario))}, file


def _said(problem: Problem) -> str:
    """A problem as it stands beside its field."""
    if problem.value is MISSING:
        return "Needed" if problem.allowed == "required" else f"Needed: {problem.allowed}"
    near = f" Did you mean {problem.nearest!r}?" if problem.nearest else ""
    value = str(problem.value)
    return f"{value[:60]!r} is not taken; allowed: {problem.allowed}.{near}"
