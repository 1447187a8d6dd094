"""What the documentation takes from the files of the model each time it is built.

``write_all`` writes one page a subject into ``docs/generated``, which is not committed: rules from
their docstrings, parameters, drivers, evidence, scenarios and columns from their tables.
"""

from collections.abc import Callable, Iterable
from pathlib import Path

from docs.tables import (
    columns,
    drivers,
    evidence,
    interventions,
    names,
    remaking,
    rules,
    sources,
    state,
)
from scenarios.disk import write_whole

GENERATED = Path(__file__).parents[1] / "generated"

#: The pages that stand by themselves, by name; the first line of their text is their title.
PAGES: dict[str, Callable[[], Iterable[str]]] = {
    "drivers.md": drivers.page,
    "observations.md": evidence.page,
    "scenarios.md": interventions.page,
    "sources.md": sources.page,
}
#: What other pages include.
PARTS: dict[str, Callable[[], Iterable[str]]] = {
    "parts/columns.md": columns.page,
    "parts/counts.md": evidence.counts,
    "parts/drivers.md": drivers.summary,
    "parts/evidence.md": evidence.summary,
    "parts/interventions.md": interventions.kinds,
    "parts/names.rst": names.public,
    "parts/parameters.md": rules.counts,
    "parts/quantities.md": state.quantities,
    "parts/reproduce.md": remaking.page,
    "parts/state.md": state.variables,
    "parts/submodels.md": rules.page,
}


def write_all(folder: Path = GENERATED) -> None:
    """Write every page anew; one that says what it said before is left alone."""
    (folder / "parts").mkdir(parents=True, exist_ok=True)
    for name, page in (PAGES | PARTS).items():
        path, text = folder / name, "\n".join(page()).strip() + "\n"
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            write_whole(path, text)
