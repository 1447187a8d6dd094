"""The plain sentence about a break, with histories made by hand, and the pair it is about."""

import numpy as np
import pandas as pd
import pytest

from scenarios.comparison.answer import pair_asked, sentence_of
from scenarios.comparison.compare import compare
from scenarios.comparison.reading import Comparison, Reading, columns_of, reading_of
from scenarios.files import scenario_named
from scenarios.outcomes import NEVER, PAIR_NAMES
from simulation.interventions import HISTORICAL, Scenario

OPENING = scenario_named("no-opening-1971")
READING = reading_of(OPENING, HISTORICAL)
START = READING.first_quarter
PAIR = "albania-china"
BREAK = "Albania and China break"
WITHOUT = "without the opening to Washington"


def compared(*fates: tuple[int, int, int], reading: Reading = READING) -> Comparison:
    """So many histories that break in this quarter as it was, and in that one when changed."""
    counts, factual, counterfactual = zip(*fates, strict=True)
    tables = []
    for dates in (factual, counterfactual):
        columns: dict[str, object] = dict.fromkeys(columns_of(reading, [PAIR]), 0.0)
        replicates = np.arange(sum(counts))
        columns |= {"replicate": replicates, "draw": replicates}
        columns["albania_china_quarter"] = np.repeat(dates, counts)
        tables.append(pd.DataFrame(columns, index=replicates))
    (found,) = compare(reading, *tables, [PAIR])
    return found


@pytest.mark.parametrize(
    ("fates", "words"),
    [
        # None is avoided, and none moves.
        (
            [(200, START + 4, START + 4)],
            f"Of 100 histories in which {BREAK} by June 1980, all would still have broken by then "
            f"{WITHOUT}, and in the same quarter.",
        ),
        # None is avoided, some move.
        (
            [(50, START + 4, START + 5), (30, START + 4, START + 3), (120, START + 4, START + 4)],
            f"Of 100 histories in which {BREAK} by June 1980, all would still have broken by then "
            f"{WITHOUT}, 25 of them later and 15 sooner.",
        ),
        # So few are avoided that they round to none, and so few are not that they round to all.
        (
            [(1, START + 4, NEVER), (300, START + 4, START + 3)],
            f"Of 100 histories in which {BREAK} by June 1980, more than 99 would still have broken "
            f"by then {WITHOUT}, 100 of them sooner.",
        ),
        (
            [(300, START + 4, NEVER), (1, START + 4, START + 4)],
            f"Of 100 histories in which {BREAK} by June 1980, more than 99 would not have broken "
            f"by then {WITHOUT}.",
        ),
        # All are avoided.
        (
            [(200, START + 4, NEVER)],
            f"Of 100 histories in which {BREAK} by June 1980, none would have broken by then "
            f"{WITHOUT}.",
        ),
        # Some are avoided; a break after the horizon is one that is avoided within it.
        (
            [
                (100, START + 4, NEVER),
                (62, START + 4, READING.last_quarter + 1),
                (24, START + 4, START + 8),
                (14, START + 4, START + 4),
            ],
            f"Of 100 histories in which {BREAK} by June 1980, 81 would not have broken by then "
            f"{WITHOUT}; 12 would have broken later.",
        ),
        # Some had broken before, and some break only when history is changed.
        (
            [
                (10, START - 1, START - 1),
                (100, START + 4, NEVER),
                (100, START + 4, START + 4),
                (10, NEVER, START + 4),
                (90, NEVER, NEVER),
            ],
            f"Of 100 histories in which {BREAK} from July 1971 to June 1980, 50 would not have "
            f"broken by then {WITHOUT}; of 100 in which they do not, 10 would have.",
        ),
        # There are fewer than a hundred to speak of.
        (
            [(60, START - 1, START - 1), (10, START + 4, NEVER), (30, START + 4, START + 4)],
            f"Of 40 histories in which {BREAK} from July 1971 to June 1980, 10 would not have "
            f"broken by then {WITHOUT}; in 60 of 100 they had broken before.",
        ),
        # There are too few.
        (
            [(980, START - 1, START - 1), (20, START + 4, NEVER)],
            "Too few to say: in only 20 of 1,000 histories do Albania and China break from July "
            "1971 to June 1980; in 980 they had broken before.",
        ),
        # There is no break to avoid.
        (
            [(200, NEVER, NEVER)],
            "In none of 200 histories do Albania and China break by June 1980; none would have "
            f"{WITHOUT}.",
        ),
        (
            [(20, START - 1, START - 1), (170, NEVER, NEVER), (10, NEVER, START)],
            "In none of 200 histories do Albania and China break from July 1971 to June 1980; in "
            f"20 they had broken before; 10 would have {WITHOUT}.",
        ),
        (
            [(200, START - 1, START - 1)],
            "Albania and China have broken in every history before July 1971, when history is "
            "changed: of this break the scenario can say nothing.",
        ),
    ],
)
def test_what_becomes_of_a_break(fates: list[tuple[int, int, int]], words: str) -> None:
    assert sentence_of(compared(*fates)) == words


def own(**changed: object) -> Scenario:
    return OPENING.model_copy(update={"name": "my-own", **changed})


def test_a_scenario_outside_the_catalogue_goes_by_its_name() -> None:
    comparison = compared((200, START + 4, NEVER), reading=reading_of(own(), HISTORICAL))
    assert sentence_of(comparison).endswith("broken by then in the scenario my-own.")


def test_a_factual_side_that_is_not_history_is_named() -> None:
    reading = reading_of(scenario_named("no-kissinger-visit-1971"), OPENING)
    sentence = sentence_of(compared((200, START + 4, NEVER), reading=reading))
    assert sentence.startswith("Of 100 histories of no-opening-1971 in which Albania and China")


def test_the_pair_is_that_of_the_file_or_else_of_the_question() -> None:
    def all_pairs(scenario: Scenario) -> tuple[Comparison, ...]:
        reading = reading_of(scenario, HISTORICAL)
        columns: dict[str, object] = dict.fromkeys(columns_of(reading), 0.0)
        columns |= {f"{pair.replace('-', '_')}_quarter": START + 2 for pair in PAIR_NAMES}
        table = pd.DataFrame(columns | {"replicate": np.arange(4), "draw": np.arange(4)})
        return compare(reading, table, table)

    assert pair_asked(all_pairs(OPENING)).pair == "albania-china"
    question = "Would China have broken with Moscow?"
    assert pair_asked(all_pairs(own(question=question))).pair == "china-ussr"
    others = [each for each in all_pairs(OPENING) if each.pair == "albania-ussr"]
    assert pair_asked(others).pair == "albania-ussr", "where the pair is not compared"
