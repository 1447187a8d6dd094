"""What can be taken away of a history: its numbers, and the scenario with the command for it."""

import pandas as pd

from scenarios.draws import Draws
from scenarios.explain.history import History
from scenarios.page.explore.view import MEDIAN, HistoryView, drawn_values
from scenarios.page.material import Material
from scenarios.page.parts.view import csv_of, program
from scenarios.page.question.own import toml_of
from simulation.countries import ORDERED_PAIRS
from simulation.dates import date_of, quarter_name


def provenance(view: HistoryView, material: Material) -> dict[str, str]:
    """What decides everything shown of a history, in words, as every file of it says."""
    changes = ", ".join(f"{name} = {value:g}" for name, value in sorted(view.changes.items()))
    return {
        "program": program(),
        "scenario": view.scenario,
        "draw": "median" if view.draw == MEDIAN else str(view.draw),
        "seed": str(view.seed),
        "draws": material.draws.id,
        "drivers": "drawn",
        "changes": changes or "none",
        "link": f"/?{view.history.query(material)}",
    }


def history_table(history: History) -> pd.DataFrame:
    """A history as a table: one row a quarter and ordered pair, one column a quantity.

    Quantities of single countries appear twice, as the patron's and the client's.
    """
    quarters = range(history.reached + 1)
    tables = []
    for patron, client in ORDERED_PAIRS:
        columns: dict[str, object] = {
            "quarter": [quarter_name(quarter) for quarter in quarters],
            "date": [date_of(quarter) for quarter in quarters],
            "patron": patron.key,
            "client": client.key,
        }
        for name, values in history.trajectory.arrays.items():
            if values.ndim == 4:
                columns[name] = values[:, patron, client, 0]
            else:
                columns[f"patron_{name}"] = values[:, patron, 0]
                columns[f"client_{name}"] = values[:, client, 0]
        tables.append(pd.DataFrame(columns))
    return pd.concat(tables).sort_values(["date", "patron", "client"], ignore_index=True)


def history_csv(history: History, view: HistoryView, material: Material) -> bytes:
    """The table of a history as CSV; its last columns say which history it is."""
    return csv_of(history_table(history).assign(**provenance(view, material)))


def scenario_toml(view: HistoryView, draws: Draws) -> bytes:
    """The scenario of a view as a file that says in its first lines how to repeat the history."""
    median = view.draw == MEDIAN
    settings = (drawn_values(MEDIAN, draws) if median else {}) | view.changes
    which = f"--seed {view.seed} --replicates {view.replicate + 1}"
    run = f"lilliput run lilliput-{view.name}.toml {which}"
    command = [run, *(f"--set {name}={value!r}" for name, value in settings.items())]
    draw = "the median of the draws" if median else f"draw {view.draw}"
    head = [
        f"The page showed this scenario with {draw} ({draws.id}).",
        f"The history is replicate {view.replicate} (the first is 0) of",
        *" \\\n".join(f"  {part}" for part in command).splitlines(),
    ]
    return ("".join(f"# {line}\n" for line in head) + "\n" + toml_of(view.file)).encode("utf-8")
