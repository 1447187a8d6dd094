"""What a visitor can take away of a history: its numbers as CSV, and a scenario file that says how to repeat it."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scenarios.draws import Draws
from scenarios.explain.history import History
from scenarios.files import catalogue
from scenarios.page.explore.stepper import drawn_values
from scenarios.page.explore.view import MEDIAN, View, words_of
from simulation.countries import ORDERED_PAIRS, Country
from simulation.dates import date_of, quarter_name


def history_table(history: History) -> pd.DataFrame:
    """A history as a table: one row a quarter and ordered pair, one column a quantity of state and account.

    Quantities of single countries appear twice, as the patron's and the client's.
    """
    quarters = np.arange(history.reached + 1)
    tables = [_of_pair(history, quarters, patron, client) for patron, client in ORDERED_PAIRS]
    return pd.concat(tables).sort_values(["date", "patron", "client"], ignore_index=True)


def _of_pair(
    history: History, quarters: NDArray[np.int64], patron: Country, client: Country
) -> pd.DataFrame:
    columns: dict[str, object] = {
        "quarter": [quarter_name(int(quarter)) for quarter in quarters],
        "date": [date_of(int(quarter)) for quarter in quarters],
        "patron": patron.key,
        "client": client.key,
    }
    for name, values in history.trajectory.arrays.items():
        if values.ndim == 4:
            columns[name] = values[:, patron, client, 0]
        else:
            columns[f"patron_{name}"], columns[f"client_{name}"] = (
                values[:, patron, 0],
                values[:, client, 0],
            )
    return pd.DataFrame(columns, index=quarters)


def history_csv(history: History) -> bytes:
    """The table of a history as CSV."""
    return history_table(history).to_csv(index=False, lineterminator="\n").encode("utf-8")


def scenario_toml(view: View, draws: Draws) -> bytes:
    """The scenario of a view as a file, with the command that repeats the history in its first lines."""
    choice = view.choice
    settings = dict(choice.changes)
    if choice.draw == MEDIAN:
        settings = drawn_values(MEDIAN, draws) | settings
    file = catalogue()[choice.scenario].path
    command = [
        f"lilliput run {choice.scenario}.toml --seed {choice.seed} --replicates {choice.replicate + 1}",
        *(f"--set {name}={value!r}" for name, value in settings.items()),
    ]
    drawn = "the median of the draws" if choice.draw == MEDIAN else f"draw {choice.draw}"
    head = [
        f"The page showed this scenario with {drawn} ({draws.id}), up to {words_of(view.reached)}.",
        f"The history is replicate {choice.replicate} (the first is 0) of",
        *" \\\n".join(f"  {part}" for part in command).splitlines(),
    ]
    text = file.read_text(encoding="utf-8")
    return ("".join(f"# {line}\n" for line in head) + "\n" + text).encode("utf-8")
