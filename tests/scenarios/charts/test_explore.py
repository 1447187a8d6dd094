"""Figures of one history show its numbers, in light and dark, and draw the same bytes twice."""

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox

from scenarios.charts.explore import (
    Beside,
    aid_timeline,
    quarter_at,
    reasons_figure,
    regard_timeline,
    strain_timeline,
)
from scenarios.charts.look import DARK, LIGHT, Look, png_of, svg_of, write_figure
from scenarios.charts.marks import decimal_year
from scenarios.charts.network import network_figure
from scenarios.documented import Documented, DocumentedAid, DocumentedEvent
from scenarios.draws import Draws, parameters_for
from scenarios.explain.history import History, simulated_history
from scenarios.files import scenario_named
from simulation.countries import ORDERED_PAIRS, Country
from simulation.dates import quarter_of
from simulation.ensemble import simulate

PAIR = (Country.USSR, Country.ALBANIA)
REACHED = quarter_of("1961-05")
BESIDE = Beside(
    Documented(aid=(DocumentedAid("a", PAIR, "credit", "pledged", 24, 43, 20.0, 18.0, 60.0),)),
    (DocumentedEvent("e", PAIR, "diplomatic break", "1961-12", "split", "A break.", "somewhere"),),
)
FIGURES = {
    "aid": lambda history, look: aid_timeline(history, PAIR, REACHED, look, BESIDE),
    "regard": lambda history, look: regard_timeline(history, PAIR, REACHED, look, BESIDE),
    "strain": lambda history, look: strain_timeline(history, PAIR, REACHED, look, BESIDE),
    "reasons": lambda history, look: reasons_figure(history, PAIR, REACHED, look),
    "network": lambda history, look: network_figure(history, REACHED, look),
}


@pytest.fixture(scope="module")
def history(draws: Draws) -> History:
    return simulated_history(
        parameters_for(draws, 3, 1),
        scenario_named("historical"),
        seed=1,
        replicate=3,
        quarters=REACHED + 1,
    )


def words_in(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.findobj(lambda artist: hasattr(artist, "get_text"))]


@pytest.mark.parametrize("look", [LIGHT, DARK], ids=lambda look: look.name)
@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_stands_on_its_ground_and_is_the_same_twice(
    history: History, name: str, look: Look
) -> None:
    figure = FIGURES[name](history, look)
    assert to_hex(figure.get_facecolor()) == look.ground.lower()
    first, second = (svg_of(FIGURES[name](history, look)) for _ in range(2))
    assert first == second
    assert first.lstrip().startswith(b"<?xml")


def test_a_figure_can_be_taken_as_png(history: History) -> None:
    assert png_of(FIGURES["aid"](history, LIGHT)).startswith(b"\x89PNG")


def test_the_lines_are_the_numbers_of_the_history_at_their_dates(history: History) -> None:
    lines = FIGURES["aid"](history, LIGHT).axes[0].lines
    delivered, pledged = (line for line in lines if len(line.get_xdata()) == REACHED + 1)
    for line, name in ((delivered, "delivered"), (pledged, "newly_pledged")):
        quarterly = history.series(name, *PAIR)
        yearly = [
            quarterly[max(0, quarter - 3) : quarter + 1].sum() for quarter in range(REACHED + 1)
        ]
        assert np.allclose(line.get_ydata(), yearly)
    assert delivered.get_xdata()[0] == decimal_year(0)
    assert delivered.get_xdata()[-1] == decimal_year(REACHED)


def test_what_is_documented_is_drawn_as_a_yearly_mean(history: History) -> None:
    axes = FIGURES["aid"](history, LIGHT).axes[0]
    heights = [
        tuple(line.get_ydata()) for line in axes.lines if to_hex(line.get_color()) == LIGHT.ink
    ]
    assert (4.0, 4.0) in heights  # 20 million over five years
    assert (3.6, 12.0) in heights


def test_the_map_says_in_words_how_each_pair_stands(history: History) -> None:
    words = " ".join(words_in(FIGURES["network"](history, LIGHT)))
    for country in Country:
        assert country.title in words
    support = history.pair("support", REACHED, *PAIR)
    stands = history.status(REACHED, *PAIR).name
    expected = {"ALLIED": "allied", "ESTRANGED": "open dispute", "SPLIT": "broken"}.get(stands, "")
    assert expected in words
    if expected in ("allied", "open dispute"):
        assert f"support {support:.2f}" in words


def busiest(draws: Draws, count: int) -> list[tuple[int, int]]:
    """The replicates with the most aid at once, each with the quarter in which that is."""
    trajectory = simulate(parameters_for(draws, 0, 96), seed=1, keep=("delivered",))
    flows = sum(
        trajectory.arrays["delivered"][:, patron, client] > 0.05 for patron, client in ORDERED_PAIRS
    )
    chosen = np.argsort(-flows.max(axis=0), kind="stable")[:count]
    return [(int(replicate), int(flows[:, replicate].argmax())) for replicate in chosen]


def boxes_of(figure: Figure) -> tuple[dict[str, Bbox], list[Bbox]]:
    """What the words of a map cover once it is drawn, and what the heads of its arrows cover."""
    figure.canvas.draw()
    words, heads = {}, []
    for place, text in enumerate(figure.axes[0].texts):
        if text.get_text():
            words[f"{place} {text.get_text()}"] = text.get_window_extent()
        arrow = getattr(text, "arrow_patch", None)
        if arrow is not None:
            _, *polygon = (
                arrow.get_transform()
                .transform_path(arrow.get_path())
                .to_polygons(closed_only=False)
            )
            heads.append(
                Bbox.union([Bbox.from_extents(*np.ravel([p.min(0), p.max(0)])) for p in polygon])
            )
    return words, heads


def test_in_the_busiest_quarters_no_label_hides_another_or_the_head_of_an_arrow(
    draws: Draws,
) -> None:
    most = 0
    for replicate, quarter in busiest(draws, 6):
        history = simulated_history(
            parameters_for(draws, replicate, 1), scenario_named("historical"),
            seed=1, replicate=replicate, quarters=quarter + 1,
        )  # fmt: skip
        words, heads = boxes_of(network_figure(history, quarter, LIGHT))
        most = max(most, len(heads))
        for one, other in combinations(words, 2):
            assert not words[one].overlaps(words[other]), (replicate, quarter, one, other)
        for label, box in words.items():
            assert not any(box.overlaps(head) for head in heads), (replicate, quarter, label)
    assert most >= 8


def test_without_a_tie_there_is_nothing_to_weigh(history: History) -> None:
    untied = next(q for q in range(REACHED) if not history.tied(q, *PAIR))
    words = " ".join(words_in(reasons_figure(history, PAIR, untied, LIGHT)))
    assert "No alliance: nothing to break" in words or "Broken already" in words
    assert "Strain of" not in words


def test_before_the_first_quarter_there_is_a_map_and_empty_time_lines(draws: Draws) -> None:
    first = simulated_history(
        parameters_for(draws, 3, 1), scenario_named("historical"), seed=1, replicate=3, quarters=1
    )
    words = words_in(network_figure(first, -1, LIGHT))
    assert "January 1945" in words
    assert "not there" in words  # China


def test_a_click_finds_the_quarter_under_it(history: History) -> None:
    axes = FIGURES["aid"](history, LIGHT).axes[0]
    for quarter in (0, 40, 143):
        within = (
            axes.transData.transform((decimal_year(quarter), 0))[0] / axes.get_figure().bbox.width
        )
        assert quarter_at(float(within)) == quarter
    assert quarter_at(0.05) is None
    assert quarter_at(0.999) is None


def test_what_decides_a_picture_is_written_into_its_files(history: History, tmp_path: Path) -> None:
    settings = {"scenario": "historical", "seed": 1}
    for place in (tmp_path / "one", tmp_path / "two"):
        place.mkdir()
        write_figure(FIGURES["aid"](history, LIGHT), place, "aid", settings)
    for ending in ("png", "svg"):
        first, second = (tmp_path / place / f"aid.{ending}" for place in ("one", "two"))
        assert b"scenario: historical; seed: 1" in first.read_bytes()
        assert first.read_bytes() == second.read_bytes()
