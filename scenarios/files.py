"""Scenario files: a question, one antecedent and its dated changes, read from TOML."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
)

from scenarios.disk import absolute
from scenarios.errors import ScenarioError
from scenarios.outcomes import PAIR_NAMES
from scenarios.reader import read_toml, why
from simulation.dates import QUARTERS, date_of
from simulation.errors import MISSING, Problem, listed, nearest, raise_if_any
from simulation.interventions import HISTORICAL, Scenario, read_changes
from simulation.interventions.kinds import INTERVENTIONS
from simulation.parameters import SourceKey
from simulation.schema import Sentence, one_of, refusal, validated

CATALOGUE = Path(str(files("scenarios").joinpath("catalogue")))
TEMPLATE = "template.toml.j2"
LONGEST_HORIZON, MOST_CHANGES = 36, 400
NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
NAME_WORDS = "small letters, digits and single hyphens: no-opening-1971"
_TITLE = "the scenario cannot be used"
_SPANS = re.compile(r"\d+(-\d+)?([;,] ?\d+(-\d+)?)*")
#: Keys of a file that are no part of the scenario: they change nothing that is simulated.
_FOR_READERS = {"page", "asks_about", "change", "horizon_note"}
#: Sources whose text is at hand, so that lines and page can be given.
_AT_HAND = ("marku2017", "aca-article")


@dataclass(frozen=True)
class ScenarioFile:
    """A scenario as it stands in its file, with what only its readers need.

    ``page`` documents the alternative; ``asks_about`` is the pair whose break is asked about,
    ``change`` the change in a few words (``without the Great Leap``), ``horizon_note`` why the
    horizon does not reach past the documented break of that pair; each is empty if not given.
    """

    scenario: Scenario
    page: str
    path: Path
    asks_about: str = ""
    change: str = ""
    horizon_note: str = ""


def antecedents(scenario: Scenario) -> tuple[str, ...]:
    """What would have had to be different: one thing, unless the file lists several."""
    return tuple(line for line in scenario.antecedent.splitlines() if line.strip())


def flags(scenario: Scenario) -> tuple[str, ...]:
    """What a reader of any answer must know: several antecedents, and where the horizon ends."""
    if not scenario.interventions:
        return ()
    end = scenario.first_quarter_touched + 4 * scenario.horizon
    count, notes = len(antecedents(scenario)), []
    if count > 1:
        notes.append(f"{count} antecedents: no single one can be credited with the outcome")
    if end < QUARTERS:
        years = scenario.horizon
        notes.append(f"answers after {date_of(end)} lie beyond the horizon of {years} years")
    return tuple(notes)


def read_scenario(path: Path) -> Scenario:
    """The scenario in a TOML file; see ``read_scenario_file``."""
    return read_scenario_file(path).scenario


def read_scenario_file(path: Path) -> ScenarioFile:
    """A scenario file, read and checked.

    Raises ``ScenarioError`` that lists every problem: an unreadable file or broken TOML, a missing
    or unknown key, a name, date or value that is not allowed.
    """
    try:
        entry = read_toml(path)
    except (OSError, ValueError) as error:
        raise_if_any(f"{path}: {_TITLE}", [unread(str(path), error)], ScenarioError)
    return scenario_file_of(entry, path)


def unread(where: str, error: OSError | ValueError) -> Problem:
    """The problem of a scenario file that cannot be read, or is no TOML."""
    broken = isinstance(error, tomllib.TOMLDecodeError)
    allowed = "valid TOML" if broken else "a readable text file in UTF-8, of reasonable size"
    return Problem(where, "file", why(error), allowed)


def scenario_file_of(entry: Mapping[str, Any], path: Path) -> ScenarioFile:
    """The scenario in what a file at ``path`` says, checked; see ``read_scenario_file``."""
    title = f"{path}: {_TITLE}"
    changes = entry.get("interventions", [])
    heading, problems = validated(_Grounds if changes else _Heading, entry, path.name)
    if not changes and entry.get("name") != HISTORICAL.name:
        allowed = "at least one table [[interventions]]"
        problems.append(Problem(path.name, "interventions", MISSING, allowed))
    if isinstance(changes, list) and len(changes) > MOST_CHANGES:  # each is held against each
        few = f"at most {MOST_CHANGES} tables [[interventions]]"
        raise_if_any(title, [Problem(path.name, "interventions", len(changes), few)], ScenarioError)
    interventions, wrong = read_changes(path.name, changes)
    if wrong:
        wrong += [each for each in read_changes(path.name, _meant(changes))[1] if each not in wrong]
    unedited = _unedited(path.name, entry)
    raise_if_any(title, [*problems, *wrong, *unedited], ScenarioError)
    assert heading is not None, "no problem means a heading"
    texts = heading.model_dump(exclude={"interventions", *_FOR_READERS})
    scenario = Scenario(**texts, interventions=interventions)
    raise_if_any(title, _taken_name(path, scenario), ScenarioError)
    for_readers = heading.model_dump(include=_FOR_READERS)
    return ScenarioFile(scenario=scenario, path=path, **for_readers)


def _meant(changes: object) -> object:
    """Changes of a kind that is misspelt as of the one most like it, to see what else is wrong."""
    if not isinstance(changes, list):
        return changes
    kinds = list(INTERVENTIONS)
    return [
        change | {"kind": nearest(change["kind"], kinds) or change["kind"]}
        if isinstance(change, dict) and change.get("kind", kinds[0]) not in kinds
        else change
        for change in changes
    ]


@cache
def _example() -> dict[str, Any]:
    """What the template of scenario files says before it is filled in."""
    return tomllib.loads((CATALOGUE / TEMPLATE).read_text(encoding="utf-8"))


def _unedited(where: str, entry: Mapping[str, Any]) -> list[Problem]:
    """Sentences that still are those of the template."""
    example, changes = _example(), entry.get("interventions")
    places = [("", entry, example)]
    if isinstance(changes, list):
        places += [
            (f"interventions[{number}].", change, example["interventions"][0])
            for number, change in enumerate(changes, 1)
            if isinstance(change, dict)
        ]
    return [
        Problem(where, f"{place}{key}", own[key], "a sentence of your own: this is the template's")
        for place, own, usual in places
        for key in ("question", "antecedent", "left_out", "reason")
        if key in own and own[key] == usual.get(key)
    ]


def _checked_name(value: object) -> str:
    if not isinstance(value, str) or not NAME.fullmatch(value):
        raise refusal(NAME_WORDS)
    return value


#: A name that may become part of a path.
ScenarioName = Annotated[str, BeforeValidator(_checked_name)]


def _antecedent(value: object) -> str:
    """One sentence, or a list of them, which becomes one a line."""
    sentences = value if isinstance(value, list) else [value]
    texts = [each for each in sentences if isinstance(each, str) and each.strip()]
    if not texts or len(texts) < len(sentences):
        raise refusal("a sentence, or a list of sentences if there are several")
    return "\n".join(texts)


def _horizon(value: object) -> int:
    if type(value) is not int or not 1 <= value <= LONGEST_HORIZON:
        raise refusal(f"a whole number of years, 1 to {LONGEST_HORIZON}")
    return value


class _Heading(BaseModel):
    """What a scenario file says beside its changes; the first four keys are always needed."""

    model_config = ConfigDict(extra="forbid")

    name: ScenarioName
    question: Sentence
    antecedent: Annotated[str, BeforeValidator(_antecedent)]
    horizon: Annotated[int, BeforeValidator(_horizon)] = Field(validation_alias="horizon_years")
    source: SourceKey = ""
    lines: str = ""
    page: str = ""
    left_out: Sentence = ""
    asks_about: Annotated[str, one_of(PAIR_NAMES)] = ""
    change: Sentence = ""
    horizon_note: Sentence = ""
    interventions: Any = None  # read on their own, each by its kind

    @field_validator("lines", "page", mode="before")
    @classmethod
    def _spans(cls, value: object, info: ValidationInfo) -> str:
        """Lines and pages, left blank only where the text of the source is not at hand."""
        blank = value == "" and info.data.get("source") not in _AT_HAND
        if not isinstance(value, str) or not (blank or _SPANS.fullmatch(value)):
            raise refusal("numbers such as 925, 925-927 or 925-927;1104-1105")
        return value


class _Grounds(_Heading):
    """The same of a file that changes history: it says on what grounds, and what it leaves out."""

    source: SourceKey
    lines: str
    page: str
    left_out: Sentence


def _taken_name(path: Path, scenario: Scenario) -> list[Problem]:
    """Whether a file gives the name of a scenario of the catalogue to another scenario."""
    shipped = CATALOGUE / f"{scenario.name}.toml"
    if not shipped.is_file() or shipped.resolve() == absolute(path):
        return []
    if read_scenario(shipped) == scenario:
        return []
    allowed = "a name that the catalogue does not use for another scenario"
    return [Problem(path.name, "name", scenario.name, allowed)]


@cache
def catalogue() -> dict[str, ScenarioFile]:
    """Every scenario that ships with lilliput, by name, the historical one first."""
    paths = sorted(
        CATALOGUE.glob("*.toml"), key=lambda path: (path.stem != HISTORICAL.name, path.stem)
    )
    return {path.stem: read_scenario_file(path) for path in paths}


def catalogue_file_of(scenario: Scenario) -> ScenarioFile | None:
    """The file of the catalogue that holds this very scenario, if one does."""
    file = catalogue().get(scenario.name)
    return file if file is not None and file.scenario == scenario else None


def scenario_file_named(name_or_path: str) -> ScenarioFile:
    """The scenario of a name in the catalogue, or of a file of one's own (``.toml``).

    Raises ``ScenarioError`` if there is neither, with the nearest name of the catalogue.
    """
    shipped = CATALOGUE / f"{name_or_path}.toml"
    if NAME.fullmatch(name_or_path) and shipped.is_file():
        return read_scenario_file(shipped)
    if name_or_path.endswith(".toml"):
        return read_scenario_file(Path(name_or_path))
    names = sorted(path.stem for path in CATALOGUE.glob("*.toml"))
    allowed = f"{listed(names)}, or the path of a .toml file"
    problem = Problem("scenario", "name", name_or_path, allowed, nearest(name_or_path, names))
    raise ScenarioError("there is no such scenario", [problem])


def scenario_named(name_or_path: str) -> Scenario:
    """The scenario of a name in the catalogue or of a file; see ``scenario_file_named``."""
    return scenario_file_named(name_or_path).scenario
