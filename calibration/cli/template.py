"""The scenario file that one begins with."""

import os
from pathlib import Path

from scenarios.errors import ScenarioError
from scenarios.files import CATALOGUE, NAME, NAME_WORDS, TEMPLATE
from simulation.countries import COUNTRY_KEYS
from simulation.drivers import DRIVERS
from simulation.errors import Problem, listed, raise_if_any
from simulation.interventions import MOVES


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # a name that the disk does not take
        return False


def write_template(name: str, path: Path) -> None:
    """Write a commented scenario file of a name, to be filled in.

    It holds a worked example, whose sentences ``read_scenario_file`` refuses until they are
    replaced.

    Raises ``ScenarioError`` that lists every problem: a name that is malformed or taken, a path
    that does not end in .toml, a file that exists already or cannot be written.
    """
    from jinja2 import Template

    problems = []
    if not NAME.fullmatch(name):
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
    words = {"drivers": DRIVERS, "moves": MOVES, "countries": COUNTRY_KEYS}
    template = (CATALOGUE / TEMPLATE).read_text(encoding="utf-8")
    text = Template(template, keep_trailing_newline=True).render(
        name=name, **{key: listed(names) for key, names in words.items()}
    )
    try:
        with path.open("x", encoding="utf-8") as file:
            try:
                file.write(text)
                file.flush()
            except OSError:
                path.unlink()
                raise
    except OSError as error:
        problem = Problem("--out", "file", str(path), f"a file that can be written ({error})")
        raise ScenarioError("the scenario file cannot be written", [problem]) from error
