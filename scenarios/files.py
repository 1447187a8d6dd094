"""Scenario files: a question, one antecedent and its dated changes, read from TOML and checked in full."""

import os
import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
)

from scenarios.errors import ScenarioError
from simulation.countries import COUNTRY_KEYS
from simulation.dates import LAST_YEAR, date_of, quarter_of
from simulation.drivers import DRIVERS
from simulation.errors import MISSING, Problem, nearest, raise_if_any
from simulation.interventions import HISTORICAL, MOVES, Scenario, read_changes
from simulation.parameters import SourceKey
from simulation.schema import Sentence, refusal, validated

CATALOGUE = Path(str(files("scenarios").joinpath("catalogue")))
LONGEST_HORIZON = 36
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
NAME_WORDS = "small letters, digits and single hyphens: no-opening-1971"
_SPANS = re.compile(r"\d+(-\d+)?([;,] ?\d+(-\d+)?)*")
#: Sources whose text is held, so that lines and page can be given.
_HELD = ("marku2017", "aca-article")


@dataclass(frozen=True)
class ScenarioFile:
    """A scenario as it stands in its file, with the page that documents its alternative."""

    scenario: Scenario
    page: str
    path: Path


def antecedents(scenario: Scenario) -> tuple[str, ...]:
    """What would have had to be different: one thing, unless the file lists several."""
    return tuple(line for line in scenario.antecedent.splitlines() if line.strip())


def flags(scenario: Scenario) -> tuple[str, ...]:
    """What a reader of any answer must be told: several antecedents, and where the answers outrun the horizon."""
    if not scenario.interventions:
        return ()
    first = min(quarter_of(change.start) for change in scenario.interventions)
    end = first + 4 * scenario.horizon
    raised = []
    if len(antecedents(scenario)) > 1:
        raised.append(
            f"{len(antecedents(scenario))} antecedents: no single one can be credited with the outcome"
        )
    if end <= quarter_of(f"{LAST_YEAR}-12"):
        raised.append(
            f"answers after {date_of(end)} lie beyond the horizon of {scenario.horizon} years"
        )
    return tuple(raised)


def read_scenario(path: Path) -> Scenario:
    """The scenario in a TOML file; see ``read_scenario_file``."""
    return read_scenario_file(path).scenario


def read_scenario_file(path: Path) -> ScenarioFile:
    """A scenario file, read and checked.

    Raises ``ScenarioError`` that lists every problem: an unreadable file or broken TOML, a missing or unknown
    key, a name, date or value that is not allowed.
    """
    title = f"{path}: the scenario cannot be used"
    try:
        entry = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        broken = isinstance(error, tomllib.TOMLDecodeError)
        allowed = "valid TOML" if broken else "a readable text file in UTF-8"
        problem = Problem(str(path), "file", str(error), allowed)
        raise ScenarioError(title, [problem]) from error
    changes = entry.pop("interventions", [])
    heading, problems = validated(_Grounds if changes else _Heading, entry, path.name)
    if not changes and entry.get("name") != HISTORICAL.name:
        allowed = "at least one table [[interventions]]"
        problems.append(Problem(path.name, "interventions", MISSING, allowed))
    interventions, wrong = read_changes(path.name, changes)
    raise_if_any(title, [*problems, *wrong], ScenarioError)
    assert heading is not None, "no problem means a heading"
    told = heading.model_dump(exclude={"page"})
    scenario = Scenario(**told, interventions=interventions)
    raise_if_any(title, _taken_name(path, scenario), ScenarioError)
    return ScenarioFile(scenario, heading.page, path)


def _name(value: object) -> str:
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise refusal(NAME_WORDS)
    return value


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
    """What a scenario file says beside its changes: needed in every file are the first four keys."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, BeforeValidator(_name)]
    question: Sentence
    antecedent: Annotated[str, BeforeValidator(_antecedent)]
    horizon: Annotated[int, BeforeValidator(_horizon)] = Field(validation_alias="horizon_years")
    source: SourceKey = ""
    lines: str = ""
    page: str = ""
    left_out: Sentence = ""

    @field_validator("lines", "page", mode="before")
    @classmethod
    def _spans(cls, value: object, info: ValidationInfo) -> str:
        """Lines and pages, which may be left blank only where the text of the source is not held."""
        blank = value == "" and info.data.get("source") not in _HELD
        if not isinstance(value, str) or not (blank or _SPANS.fullmatch(value)):
            raise refusal("numbers such as 925, 925-927 or 925-927;1104-1105")
        return value


class _Grounds(_Heading):
    """The same of a file that changes history: it must also say on what grounds, and what it leaves out."""

    source: SourceKey
    lines: str
    page: str
    left_out: Sentence


def _taken_name(path: Path, scenario: Scenario) -> list[Problem]:
    """A file of the user's own may repeat a scenario of the catalogue, but not give its name to another."""
    held = CATALOGUE / f"{scenario.name}.toml"
    if not held.is_file() or held.resolve() == path.resolve() or read_scenario(held) == scenario:
        return []
    return [
        Problem(
            path.name,
            "name",
            scenario.name,
            "a name that the catalogue does not use for another scenario",
        )
    ]


@cache
def catalogue() -> dict[str, ScenarioFile]:
    """Every scenario that ships with lilliput, by name, the historical one first."""
    paths = sorted(
        CATALOGUE.glob("*.toml"), key=lambda path: (path.stem != HISTORICAL.name, path.stem)
    )
    return {path.stem: read_scenario_file(path) for path in paths}


def scenario_file_named(name_or_path: str) -> ScenarioFile:
    """The scenario of a name in the catalogue, or that of a file of one's own (a path ending in ``.toml``).

    Raises ``ScenarioError`` if there is neither, with the nearest name of the catalogue.
    """
    held = CATALOGUE / f"{name_or_path}.toml"
    if _NAME.fullmatch(name_or_path) and held.is_file():
        return read_scenario_file(held)
    if name_or_path.endswith(".toml"):
        return read_scenario_file(Path(name_or_path))
    names = sorted(path.stem for path in CATALOGUE.glob("*.toml"))
    allowed = f"{', '.join(names)}, or the path of a .toml file"
    problem = Problem("scenario", "name", name_or_path, allowed, nearest(name_or_path, names))
    raise ScenarioError("there is no such scenario", [problem])


TEMPLATE = """\
# A question put to the model. Replace every text; `lilliput scenarios check FILE` tells whether the file can be used.

# Small letters, digits and single hyphens; not a name of the catalogue.
name = "{name}"
question = "Would Albania have stayed with Moscow had Moscow granted what it asked for in 1960?"
# The one thing that would have had to be different. A list of sentences is allowed, but then no single one
# can be credited with the outcome, and every answer says so.
antecedent = "Moscow grants half of what Albania asks from February 1960 to the end of 1961"
# Where the alternative is documented: a key of simulation/sources.toml, the lines and the page.
source = "marku2017"
lines = "1842-1849;2361-2376"
page = "61, 79"
# What the scenario does not change although it might have changed too, and what the model cannot tell.
left_out = "What the grant would have cost Moscow is not counted."
# Years from the first change; answers that lie further on are flagged.
horizon_years = 5

# One table for each dated change. Dates are YYYY, YYYY-MM or YYYY-MM-DD, both ends included; the model counts in
# quarters. Each change needs kind, from, to, reason and, by kind:
#   leadership   country, spell            a spell of simulation/drivers/leadership.csv stays in force
#   driver       country, driver, value    {drivers}: 0 to 1
#   grant        patron, client, value     the share of what is asked that is granted, 0 to 1
#   pledge       patron, client, value     an added pledge, million USD a quarter, 0 to 1000
#   forbid       patron, client, move      rules out {moves}
#   impose       patron, client, move      makes one of these moves happen as soon as the pair's status allows it
#   goodwill     patron, client, value     the goodwill of both toward each other, 0 to 1, a half being neutral
#   proximity    patron, client, value     how near the two stand, 0 to 1
#   absence      country                   keeps out of every alliance
# Countries: {countries}. No two changes may set the same thing in the same quarter.
[[interventions]]
kind = "grant"
from = "1960-02"
to = "1961-12"
patron = "ussr"
client = "albania"
value = 0.5
reason = "Say here what was done instead, and why this could have been done."
"""


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # a name that the disk does not take
        return False


def write_template(name: str, path: Path) -> None:
    """Write a commented scenario file of a name, to be filled in; it can be used as it stands.

    Raises ``ScenarioError`` that lists every problem: a name that is malformed or taken, a path that does not end in
    .toml, a file that exists already or cannot be written.
    """
    problems = []
    if not _NAME.fullmatch(name):
        problems.append(Problem("NAME", "name", name, NAME_WORDS))
    elif (CATALOGUE / f"{name}.toml").is_file():
        problems.append(Problem("NAME", "name", name, "a name that the catalogue does not use"))
    if path.suffix != ".toml":
        problems.append(Problem("--out", "file", str(path), "a path ending in .toml"))
    if os.path.lexists(path):
        problems.append(Problem("--out", "file", str(path), "a file that does not exist yet"))
    elif not _is_folder(path.parent):
        problems.append(Problem("--out", "folder", str(path.parent), "a folder that exists"))
    raise_if_any("the scenario file cannot be written", problems, ScenarioError)
    text = TEMPLATE.format(
        name=name,
        drivers=", ".join(DRIVERS),
        moves=", ".join(MOVES),
        countries=", ".join(COUNTRY_KEYS),
    )
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        problem = Problem("--out", "file", str(path), f"a file that can be written ({error})")
        raise ScenarioError("the scenario file cannot be written", [problem]) from error


def scenario_named(name_or_path: str) -> Scenario:
    """The scenario of a name in the catalogue or of a file; see ``scenario_file_named``."""
    return scenario_file_named(name_or_path).scenario
