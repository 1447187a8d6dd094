"""Questions of visitors' own: scenarios that are in no file, but in the link and in a visit.

A question is what its scenario file would say, with whatever a visitor left blank filled in; it is
read and checked as a file is, so that what the page can ask ``run``, ``batch`` and ``compare`` can
ask too.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

import solara
from pydantic import AfterValidator

from scenarios.errors import ScenarioError
from scenarios.explain.words import deed_of
from scenarios.files import (
    ScenarioFile,
    antecedents,
    catalogue,
    catalogue_file_of,
    scenario_file_of,
)
from scenarios.page.parts.view import WHERE, refused
from scenarios.reader import json_in
from simulation.errors import LilliputError, Problem, raise_if_any, unknown
from simulation.interventions import read_changes
from simulation.schema import names_of

#: Questions of one's own in a visit, changes of one, letters of a text in it, and of all as a link.
MOST_OWN, MOST_CHANGES, LONGEST_TEXT, LONGEST = 5, 20, 900, 12_000
NAME = "my-question"
#: What a question says where its visitor said nothing.
_BLANK = {
    "name": NAME,
    "question": "What would have followed?",
    "horizon_years": 10,
    "source": "assumption",
    "lines": "",
    "page": "",
    "left_out": "Everything else stays as documented.",
}
_REASON = "Asked on the page."
_NOTHING = "nothing is changed yet"
_OPTIONAL = ("asks_about", "change", "horizon_note")

#: A question as its scenario file would have it, with blanks or without.
Entry = Mapping[str, Any]


def filled(entry: Entry) -> dict[str, Any]:
    """A question with what its visitor left blank; blank keys of its changes are left out."""
    said = _without_blanks(entry)
    changes = said.get("interventions", [])
    if isinstance(changes, list):
        said["interventions"] = changes = [
            {"reason": _REASON} | {key: value for key, value in each.items() if value != ""}
            if isinstance(each, dict)
            else each
            for each in changes
        ]
    deeds = [deed_of(each) for each in read_changes("", changes)[0]]
    deeds = [f"{deed[0].upper()}{deed[1:]}" for deed in deeds]
    antecedent = list(dict.fromkeys(deeds)) or _NOTHING
    return {**_BLANK, "antecedent": antecedent, **said}


def _without_blanks(entry: Entry) -> dict[str, Any]:
    return {key: value for key, value in entry.items() if value not in ("", [], None)}


def read_own(entry: object) -> ScenarioFile:
    """The scenario of one question; raises ``ScenarioError`` with all that is wrong with it."""
    title = "this question cannot be asked"
    if not isinstance(entry, dict):
        raise ScenarioError(title, [Problem("question", "", entry, "a table")])
    long = [
        Problem("question", key, text, f"at most {LONGEST_TEXT} letters")
        for key, text in _texts(entry)
        if len(text) > LONGEST_TEXT
    ]
    changes = entry.get("interventions")
    if isinstance(changes, list) and len(changes) > MOST_CHANGES:
        allowed = f"at most {MOST_CHANGES} changes on the page; a file may have more"
        long.append(Problem("question", "interventions", len(changes), allowed))
    raise_if_any(title, long, ScenarioError)
    whole = filled(entry)
    return scenario_file_of(whole, Path(f"{whole['name']}.toml"))


def _texts(entry: object, key: str = "") -> Iterable[tuple[str, str]]:
    """Every text in a question, with the place that it stands in."""
    if isinstance(entry, str):
        yield key, entry
    elif isinstance(entry, dict):
        for name, value in entry.items():
            yield from _texts(value, f"{key}.{name}" if key else str(name))
    elif isinstance(entry, list):
        for number, value in enumerate(entry, 1):
            yield from _texts(value, f"{key}[{number}]")


@lru_cache(maxsize=256)
def own_files(own: str) -> dict[str, ScenarioFile]:
    """The questions in what a link says, by name; raises ``ScenarioError`` if one is unsound."""
    problems: list[Problem] = []
    files: dict[str, ScenarioFile] = {}
    for entry in own_entries(own):
        try:
            file = read_own(entry)
        except LilliputError as error:
            problems += error.problems
            continue
        if file.scenario.name in files or file.scenario.name in catalogue():
            allowed = "a name that no other question has"
            problems.append(Problem("question", "name", file.scenario.name, allowed))
        files[file.scenario.name] = file
    raise_if_any("these questions cannot be asked", problems, ScenarioError)
    return files


def own_entries(own: str) -> list[Any]:
    """The questions in what a link says, as their files would have them."""
    try:
        entries = json_in(own) if own else []
    except ValueError:
        entries = None
    if not isinstance(entries, list) or len(entries) > MOST_OWN or len(own) > LONGEST:
        allowed = f"at most {MOST_OWN} questions in JSON, {LONGEST:,} letters at most"
        problem = Problem("question", "own", own, allowed)
        raise ScenarioError("these questions cannot be asked", [problem])
    return entries


def with_own(own: str, entry: Entry) -> str:
    """The questions with another one, in place of the one of its name; without blanks."""
    name = filled(entry)["name"]
    others = [each for each in own_entries(own) if filled(each)["name"] != name]
    return json.dumps([*others, _without_blanks(entry)], ensure_ascii=False, separators=(",", ":"))


def files_of(own: str) -> dict[str, ScenarioFile]:
    """Every question that can be chosen: the catalogue, and a visitor's own."""
    return catalogue() | own_files(own)


def _check_own(own: str) -> str:
    try:
        own_files(own)
    except LilliputError as error:
        each = (f"{one.key} = {one.value!r} (allowed: {one.allowed})" for one in error.problems)
        raise refused(
            Problem(WHERE, "", own, f"sound questions; here {'; '.join(each)}")
        ) from error
    return own


#: The field of a view with a visitor's own questions, as JSON.
Own = Annotated[str, AfterValidator(_check_own)]


def check_names(names: Iterable[str], own: str) -> None:
    """Within a validator: refuse names that are neither of the catalogue nor of own questions."""
    known = tuple(files_of(own))
    for name in names:
        if name not in known:
            raise refused(unknown(WHERE, "", name, known))


def toml_of(file: ScenarioFile) -> str:
    """The text of a scenario's file: the one that ships, or one that reads as the same scenario."""
    scenario = file.scenario
    shipped = catalogue_file_of(scenario)
    if shipped is not None:
        return shipped.path.read_text(encoding="utf-8")
    heading = {
        "name": scenario.name,
        "question": scenario.question,
        "antecedent": antecedents(scenario),
        **scenario.model_dump(include={"source", "lines", "left_out"}),
        "page": file.page,
        "horizon_years": scenario.horizon,
        **{key: text for key in _OPTIONAL if (text := getattr(file, key))},
    }
    tables = [heading, *map(entry_of, scenario.interventions)]
    return "\n[[interventions]]\n".join(map(_table, tables))


def entry_of(change: Any) -> dict[str, Any]:
    """A change as its table in a scenario file."""
    keys = zip(type(change).model_fields, names_of(type(change)), strict=True)
    said = change.model_dump(exclude_defaults=True)
    return {"kind": change.kind, **{key: said[name] for name, key in keys if name in said}}


def _table(values: Entry) -> str:
    # Texts, numbers, and lists of texts are written in TOML as in JSON.
    written = {key: json.dumps(each, ensure_ascii=False, indent=2) for key, each in values.items()}
    return "".join(f"{key} = {value}\n" for key, value in written.items())


#: The questions that a visitor has built, whichever tab they were built on, and what changes them.
own_context = solara.create_context(None)


def use_own() -> tuple[str, Callable[[str], None]]:
    """The questions built in this visit, and what takes others."""
    shared: dict[str, str] = solara.use_context(own_context)
    return shared.get("own", ""), lambda own: shared.update(own=own)
