"""The results that the README tells: its tables and pictures, made anew from the draws that ship.

``python -m docs.results`` writes them into ``README.md`` and ``docs/figures``.
"""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

from calibration.evidence.record import documented_record
from scenarios.charts.look import write_figure
from scenarios.charts.run import breaks_figure, settings_of
from scenarios.comparison.answer import month_in_words
from scenarios.comparison.reading import reading_of
from scenarios.disk import write_whole
from scenarios.documented import windows_of
from scenarios.draws import parameters_for, read_draws
from scenarios.files import scenario_named
from scenarios.outcomes import NEVER, PAIR_NAMES
from scenarios.run import RunResult, run_scenario
from scenarios.summary import breaks_table, summarised_breaks
from simulation.dates import QUARTERS
from simulation.ensemble import simulate
from simulation.interventions import HISTORICAL
from simulation.state import Move

ROOT = Path(__file__).parents[1]
README, PICTURE = ROOT / "README.md", ROOT / "docs" / "figures" / "breaks.png"
#: With what the README's numbers are made.
REPLICATES, SEED = 1000, 1
#: The drivers that are taken away: what the README calls them, by scenario and pair.
TAKEN_AWAY = {
    ("no-new-line-1956", "albania-ussr"): "the new Soviet line of 1956: Albania and the USSR",
    ("no-opening-1971", "albania-china"): "the Chinese opening of the 1970s: Albania and China",
}


@cache
def simulated(name: str) -> RunResult:
    """A scenario as the README has it: what ``lilliput run NAME`` simulates."""
    windows = windows_of(documented_record().aid)
    return run_scenario(scenario_named(name), read_draws(), REPLICATES, SEED, windows=windows)


def breaks() -> pd.DataFrame:
    """When each pair breaks in the simulated histories, and when it did."""
    summaries = summarised_breaks(simulated("historical").outcomes, documented_record())
    heads = ("pair (client-patron)", "simulated median", "5-95 %", "by 1980", "documented")
    columns = breaks_table(summaries).columns
    return pd.DataFrame({head: [*each.cells] for head, each in zip(heads, columns, strict=True)})


def taken_away() -> pd.DataFrame:
    """How often a pair breaks with a driver as documented, and without it, within the horizon."""
    rows = []
    for (scenario, pair), words in TAKEN_AWAY.items():
        reading = reading_of(scenario_named(scenario), HISTORICAL)
        dates = (
            simulated(name).outcomes.split[PAIR_NAMES.index(pair)]
            for name in (HISTORICAL.name, scenario)
        )
        with_it, without = (
            f"{((date != NEVER) & (date <= reading.last_quarter)).mean():.0%}" for date in dates
        )
        what = f"{words} broken by {month_in_words(reading.last_month)}"
        rows.append({"": what, "with the drivers as documented": with_it, "without": without})
    return pd.DataFrame(rows)


def got_over(years: tuple[int, ...] = (1, 2, 5, 10, 20)) -> pd.DataFrame:
    """The share of breaks of all pairs after which, within so many years, what follows comes.

    Of breaks alone after which so many years are left by the end of 1980.
    """
    parameters = parameters_for(read_draws(), 0, REPLICATES)
    moves = simulate(parameters, scenario_named("historical"), seed=SEED, keep=()).moves
    table = pd.DataFrame(vars(moves)).sort_values("quarter", kind="stable")
    pairs = [table[name] for name in ("replicate", "patron", "client")]
    broken, left = table["move"] == Move.SPLIT, (QUARTERS - 1 - table["quarter"]) / 4
    shares = {}
    for words, move in (("normal relations", Move.RECONCILED), ("allied again", Move.FORMED)):
        follows = table["quarter"].where(table["move"] == move).groupby(pairs).bfill()
        waited = (follows - table["quarter"]) / 4
        shares[words] = {
            f"within {limit} years": (waited <= limit)[broken & (left >= limit)].mean()
            for limit in years
        }
    return pd.DataFrame(shares)


def tables_in(text: str) -> dict[str, pd.DataFrame]:
    """Every table of a page by the names of its columns, as the page has them."""
    tables = {}
    for lines in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
        head, _, *rows = [
            [cell.strip() for cell in line.strip()[1:-1].split("|")] for line in lines.splitlines()
        ]
        tables["|".join(head)] = pd.DataFrame(rows, columns=head)
    return tables


def rewritten(text: str, tables: Mapping[str, pd.DataFrame]) -> str:
    """A page with some of its tables made anew: those with the same columns."""

    def anew(found: re.Match[str]) -> str:
        (key,) = tables_in(found[0])
        return _markdown(tables[key]) if key in tables else found[0]

    return re.sub(r"(?:^\|.*\n)+", anew, text, flags=re.MULTILINE)


def _markdown(table: pd.DataFrame) -> str:
    rows = [list(table.columns), ["--"] * len(table.columns), *table.to_numpy().tolist()]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def main() -> None:
    """Write tables and pictures anew."""
    tables = {"|".join(table.columns): table for table in (breaks(), taken_away())}
    text = README.read_text(encoding="utf-8")
    write_whole(README, rewritten(text, tables))
    figure = breaks_figure(simulated("historical"), documented_record())
    with TemporaryDirectory() as folder:  # a figure is written as SVG too, which no page shows
        write_figure(figure, Path(folder), PICTURE.stem, settings_of(simulated("historical")))
        write_whole(PICTURE, (Path(folder) / PICTURE.name).read_bytes())


if __name__ == "__main__":
    main()
