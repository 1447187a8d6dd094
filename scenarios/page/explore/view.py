"""What the tab Explore shows, as one value: it is all that a link needs to reopen it."""

from dataclasses import dataclass

from scenarios.draws import Draws
from scenarios.files import catalogue
from scenarios.outcomes import PAIR_NAMES
from scenarios.page.parts.link import LinkReader, quarter_key, query_of, settings_text
from simulation.countries import pair_name, pair_named
from simulation.dates import quarter_name
from simulation.errors import Problem
from simulation.interventions import HISTORICAL
from simulation.trajectory import PAIRS

#: In place of the number of a draw: the median of every parameter.
MEDIAN = -1
MEDIAN_WORD = "median"
MOST_SEED = 9_999
#: The pairs that can be looked at, client first; those whose break is documented come first.
SHOWN_PAIRS = tuple(dict.fromkeys((*sorted(PAIR_NAMES), *(pair_name(*pair) for pair in PAIRS))))
BEFORE_THE_FIRST = -1


@dataclass(frozen=True)
class Choice:
    """Which history is told: scenario, draw of the parameters (or their median), seed, and changes made by hand.

    With draw r the history is replicate r of ``lilliput run`` with the same seed; the median has the shocks of
    replicate 0.
    """

    scenario: str = HISTORICAL.name
    draw: int = MEDIAN
    seed: int = 1
    changes: tuple[tuple[str, float], ...] = ()

    @property
    def replicate(self) -> int:
        """The number of the replicate whose shocks the history has."""
        return max(self.draw, 0)


@dataclass(frozen=True)
class View:
    """A history, how far it has been carried on, the quarter looked at, and the pair looked at (client first)."""

    choice: Choice = Choice()
    reached: int = BEFORE_THE_FIRST
    shown: int = BEFORE_THE_FIRST
    pair: str = "albania-ussr"

    def query(self, draws: Draws) -> str:
        """The view as the query of a link, with the name of the draws; what is as it is by default is left out."""
        usual, choice = View(), self.choice
        if self == usual:
            return ""
        draw = MEDIAN_WORD if choice.draw == MEDIAN else str(choice.draw)
        return query_of(
            [
                ("scenario", "" if choice.scenario == usual.choice.scenario else choice.scenario),
                ("draw", "" if choice.draw == usual.choice.draw else draw),
                ("seed", "" if choice.seed == usual.choice.seed else str(choice.seed)),
                ("set", settings_text(dict(choice.changes))),
                ("reached", quarter_key(self.reached) if self.reached > BEFORE_THE_FIRST else ""),
                ("quarter", quarter_key(self.shown) if self.shown != self.reached else ""),
                ("pair", "" if self.pair == usual.pair else self.pair),
                ("draws", draws.id),
            ]
        )


def read_view(search: str | None, draws: Draws) -> tuple[View, list[Problem]]:
    """The view that a link asks for, and what is wrong with the link; what is wrong is replaced by the default."""
    link = LinkReader(search)
    usual = View()
    draw = link.whole_or_word("draw", MEDIAN_WORD, 0, len(draws) - 1)
    choice = Choice(
        scenario=link.name("scenario", tuple(catalogue()), usual.choice.scenario),
        draw=MEDIAN if draw is None else draw,
        seed=link.whole("seed", 0, MOST_SEED, usual.choice.seed),
        changes=tuple(sorted(link.settings("set").items())),
    )
    reached = link.quarter("reached", usual.reached)
    shown = link.quarter("quarter", reached)
    pair = link.name("pair", SHOWN_PAIRS, usual.pair)
    link.name("draws", (draws.id,), draws.id)  # with other draws the history is another one
    problems = link.problems()
    if shown > reached:
        allowed = f"no later than the quarter reached, {words_of(reached)}"
        problems.append(Problem("link", "quarter", quarter_key(shown), allowed))
        shown = reached
    return View(choice, reached, shown, pair), problems


def words_of(quarter: int) -> str:
    """A quarter in words; before the first, the month in which the model begins."""
    return quarter_name(quarter) if quarter > BEFORE_THE_FIRST else "January 1945"


def pair_words(name: str) -> str:
    """A pair in words, client first: ``Albania – USSR``."""
    patron, client = pair_named(name)
    return f"{client.title} – {patron.title}"
