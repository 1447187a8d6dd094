"""One quarter: the books balance, quantities stay in their ranges, moves follow from chances."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulation.context import Context
from simulation.countries import Country
from simulation.dates import QUARTERS, quarter_of
from simulation.ensemble import simulate
from simulation.errors import NonFiniteError
from simulation.interventions import (
    HISTORICAL,
    Absence,
    Ban,
    Goodwill,
    Grant,
    Imposition,
    Pledge,
    Scenario,
)
from simulation.parameters import Parameters, default_parameters, number_table
from simulation.rules.strain import FatigueSources, StrainSources
from simulation.stages import QUANTITIES
from simulation.stages.decision import Decision, chances_of_moves, either, moves_made
from simulation.state import MOVE_OF_STATUSES, Move, Status, opening_state
from simulation.trajectory import BY_SIZE, CAUSES, NO_CAUSE, PAIRS

ALBANIA, CHINA, USSR, YUGOSLAVIA = Country
KEPT = tuple(name for name in QUANTITIES if "_sources." not in name)
SOURCES = [f"strain_sources.{name}" for name in StrainSources._fields]
SOURCES += [f"fatigue_sources.{name}" for name in FatigueSources._fields]
SELF = np.arange(4)
#: Pair quantities of a country with itself that stay zero.
ZERO_FOR_SELF = (
    "status",
    "goodwill",
    "pledged",
    "arms_pledged",
    "outstanding",
    "support",
    "strain",
    "fatigue",
    "refused",
    "line_gap",
    "attention",
    "requested",
    "arms_requested",
    "arms_grant_share",
    "newly_pledged",
    "arms_newly_pledged",
    "delivered",
    "arms_delivered",
    "cancelled",
    "interest_accrued",
    "repaid",
    "need_met",
    "dependence",
    "dispute_by_client",
    "dispute_by_patron",
    "break_by_client",
    "break_by_patron",
    "mending",
    "reconciliation",
    "alliance_forming",
    "move",
)
SHARES = (
    "goodwill",
    "support",
    "strain",
    "fatigue",
    "refused",
    "remembered_line",
    "line",
    "line_gap",
    "attention",
    "threat",
    "tie",
    "grant_share",
    "arms_grant_share",
    "need_met",
    "dependence",
    "accord",
    "fear",
    "interest",
)
CHANCES = (
    "dispute_by_client",
    "dispute_by_patron",
    "break_by_client",
    "break_by_patron",
    "mending",
    "reconciliation",
    "alliance_forming",
)
#: Arms and all aid, arms included.
ARMS = {f"arms_{name}": name for name in ("requested", "newly_pledged", "delivered", "pledged")}
AMOUNTS = (
    *ARMS,
    *ARMS.values(),
    "outstanding",
    "need",
    "cancelled",
    "interest_accrued",
    "repaid",
)


def parameters_of(shares: list[float]) -> Parameters:
    """One replicate with each parameter so far from its least to its most value."""
    table = number_table().values()
    return Parameters(
        {
            p.name: np.array([p.low + share * (p.high - p.low)])
            for p, share in zip(table, shares, strict=True)
        }
    )


def before(arrays, state):
    """An array of the state as each quarter found it."""
    return lambda name: np.concatenate([getattr(state, name)[np.newaxis], arrays[name][:-1]])


def check_history(parameters, scenario=HISTORICAL, seed=1):
    """Every invariant of the model on some histories."""
    arrays = simulate(parameters, scenario, seed=seed, keep=(*KEPT, *SOURCES)).arrays
    found = before(arrays, opening_state(parameters, Context(scenario, parameters)))
    for name in SHARES + CHANCES:
        assert ((arrays[name] >= 0) & (arrays[name] <= 1)).all(), name
    for name in (*AMOUNTS, *SOURCES):
        assert (arrays[name] >= 0).all(), name
        assert np.isfinite(arrays[name]).all(), name
    for name in ZERO_FOR_SELF:
        assert not arrays[name][:, SELF, SELF].any(), name
    boldness = np.abs(np.log(arrays["ambition"][:, ~np.eye(4, dtype=bool)]))
    assert (boldness <= parameters["ambition_growth"] * (1 + 1e-12)).all()
    check_books(arrays, found)
    check_arms(arrays, found)
    check_statuses(arrays, found)
    return arrays


def check_books(arrays, found):
    lent = arrays["delivered"] - arrays["arms_delivered"]
    owed = found("outstanding") + lent + arrays["interest_accrued"] - arrays["repaid"]
    assert np.array_equal(arrays["outstanding"], owed)
    stock = found("pledged") + arrays["newly_pledged"]
    gone = arrays["delivered"] + arrays["cancelled"]
    assert (gone <= stock * (1 + 1e-12)).all()
    assert arrays["pledged"] == pytest.approx(stock - gone, rel=1e-9, abs=1e-9)
    assert (arrays["repaid"] <= found("outstanding")).all()
    broken = found("status") == Status.SPLIT
    for name in ("requested", "newly_pledged", "delivered", "repaid"):
        assert not arrays[name][broken].any(), name
    ended = arrays["status"] == Status.SPLIT
    assert not arrays["pledged"][ended].any()
    left = (found("status") != Status.NONE) & (found("status") != Status.SPLIT)
    ended |= left & (arrays["status"] == Status.NONE)  # by absence
    assert not arrays["cancelled"][~ended & left].any(), "by a break or an absence alone"


def check_arms(arrays, found):
    """Arms are a part of all aid, among allies, and what is promised of them arrives or lapses."""
    for part, whole in ARMS.items():
        assert (arrays[part] <= arrays[whole] * (1 + 1e-12) + 1e-12).all(), part
    stock = found("arms_pledged") + arrays["arms_newly_pledged"]
    assert (arrays["arms_delivered"] <= stock * (1 + 1e-12)).all()
    lasting = (arrays["status"] != Status.SPLIT) & (arrays["cancelled"] == 0)
    left = (stock - arrays["arms_delivered"]) * lasting
    assert arrays["arms_pledged"] == pytest.approx(left, rel=1e-9, abs=1e-9)
    strangers = found("status") != Status.ALLIED
    for name in ("arms_grant_share", "arms_newly_pledged", "arms_delivered"):
        assert not arrays[name][strangers].any(), name


def check_absence(arrays, absent):
    """Nobody trades with a country that is not there, in the quarters (T,) of its absence."""
    for name in ("tie", "requested", "newly_pledged", "delivered", "repaid"):
        assert not arrays[name][absent, CHINA].any(), name
        assert not arrays[name][absent][:, :, CHINA].any(), name


def check_statuses(arrays, found):
    assert np.array_equal(arrays["status"], arrays["status"].swapaxes(1, 2))
    assert np.array_equal(arrays["move"], arrays["move"].swapaxes(1, 2))
    expected = np.full(arrays["move"].shape, -1)
    for (old, new), move in MOVE_OF_STATUSES.items():
        expected[(found("status") == old) & (arrays["status"] == new)] = move
    expected[found("status") == arrays["status"]] = Move.STAY
    gone = (found("status") != Status.NONE) & (arrays["status"] == Status.NONE)
    expected[gone & (arrays["move"] != Move.RECONCILED)] = Move.STAY  # by absence
    assert np.array_equal(arrays["move"], expected)


@settings(max_examples=12, deadline=None, derandomize=True)
@given(
    st.lists(st.floats(0, 1), min_size=len(number_table()), max_size=len(number_table())),
    st.integers(0, 9),
)
def test_invariants_hold_for_parameters_anywhere_within_bounds(shares, seed):
    check_history(parameters_of(shares), seed=seed)


def test_invariants_hold_for_many_replicates_and_every_move_happens(drawn_parameters):
    arrays = check_history(drawn_parameters(60, 3, reach=1.0))
    assert set(np.unique(arrays["move"])) == set(Move)
    assert set(np.unique(arrays["status"])) == set(Status)


def test_invariants_hold_under_interventions(drawn_parameters):
    changes = (
        Grant(
            start="1950-01", end="1970-12", reason="r", patron="ussr", client="albania", value=1.0
        ),
        Pledge(
            start="1955-01",
            end="1975-12",
            reason="r",
            patron="china",
            client="albania",
            value=1000.0,
        ),
        Pledge(
            start="1946-01",
            end="1947-12",
            reason="r",
            patron="china",
            client="albania",
            value=1000.0,
        ),
        Absence(start="1960-01", end="1980-12", reason="r", country="china"),
    )
    arrays = check_history(
        drawn_parameters(50, 4), Scenario(name="try", question="What if?", interventions=changes)
    )
    check_absence(arrays, np.r_[: quarter_of("1949-10"), quarter_of("1960-01") : QUARTERS])


def test_the_starting_state_is_that_of_january_1945():
    parameters = default_parameters(2)
    state = opening_state(parameters, Context(HISTORICAL, parameters))
    allied = {(p, c) for p in Country for c in Country if state.status[p, c, 0] == Status.ALLIED}
    assert allied == {
        (YUGOSLAVIA, ALBANIA),
        (ALBANIA, YUGOSLAVIA),
        (USSR, YUGOSLAVIA),
        (YUGOSLAVIA, USSR),
    }
    assert state.goodwill[YUGOSLAVIA, ALBANIA, 1] == parameters["start_goodwill_allied"][1]
    assert state.goodwill[USSR, ALBANIA, 1] == parameters["start_goodwill_other"][1]
    assert state.support[YUGOSLAVIA, ALBANIA, 0] > state.support[ALBANIA, YUGOSLAVIA, 0] > 0
    assert not state.support[CHINA].any()
    assert not state.pledged.any()
    assert not state.arms_pledged.any()
    assert not state.outstanding.any()


def test_a_grant_imposed_is_granted_and_a_pledge_added():
    year = {"start": "1945-01", "end": "1945-12", "reason": "r"}
    pair = {"patron": "yugoslavia", "client": "albania"}
    grant = Grant(**year, **pair, value=0.0)
    pledge = Pledge(**year, **pair, value=7.0)
    arms = Pledge(**year, **pair, value=3.0, form="arms")
    arrays = simulate(
        default_parameters(),
        Scenario(name="try", question="?", interventions=(grant, pledge, arms)),
        seed=1,
        quarters=2,
        keep=KEPT,
    ).arrays
    first = 0, YUGOSLAVIA, ALBANIA, 0
    assert arrays["grant_share"][first] == arrays["arms_grant_share"][first] == 0
    assert arrays["newly_pledged"][first] == 10
    assert arrays["arms_newly_pledged"][first] == 3
    assert arrays["newly_pledged"][0, USSR, YUGOSLAVIA, 0] > 0


@pytest.mark.parametrize(
    ("move", "code"),
    [
        ("formation", Move.FORMED),
        ("dispute", Move.ESTRANGED),
        ("break", Move.SPLIT),
        ("mending", Move.MENDED),
        ("reconciliation", Move.RECONCILED),
    ],
)
def test_a_forbidden_move_never_happens(drawn_parameters, move, code):
    parameters = drawn_parameters(100, 5, reach=1.0)
    pairs = [
        ("albania", "yugoslavia"),
        ("ussr", "yugoslavia"),
        ("ussr", "albania"),
        ("china", "albania"),
    ]
    pairs += [("china", "ussr"), ("china", "yugoslavia")]
    changes = tuple(
        Ban(start="1945-01", end="1980-12", reason="r", patron=p, client=c, move=move)
        for p, c in pairs
    )
    assert (simulate(parameters, seed=1, keep=()).moves.move == code).any()
    assert not (
        simulate(
            parameters, Scenario(name="try", question="?", interventions=changes), seed=1, keep=()
        ).moves.move
        == code
    ).any()


@pytest.mark.parametrize(
    ("move", "start", "before", "after"),
    [
        ("dispute", "1945-04", Status.ALLIED, Status.ESTRANGED),
        ("break", "1955-01", Status.ESTRANGED, Status.SPLIT),
        ("mending", "1955-01", Status.ESTRANGED, Status.ALLIED),
        ("reconciliation", "1962-01", Status.SPLIT, Status.NONE),
        ("formation", "1980-01", Status.NONE, Status.ALLIED),
    ],
)
def test_an_imposed_move_is_made_where_the_status_allows_it_by_nobody(
    drawn_parameters, move, start, before, after
):
    impose = Imposition(
        start=start, end=start, reason="r", patron="ussr", client="yugoslavia", move=move
    )
    parameters = drawn_parameters(300, 7, reach=1.0)
    history = simulate(
        parameters,
        Scenario(name="try", question="?", interventions=(impose,)),
        seed=2,
        keep=("status", "moved_by_client"),
    )
    status, quarter = history.arrays["status"][:, USSR, YUGOSLAVIA], quarter_of(start)
    open_to_it = status[quarter - 1] == before
    assert open_to_it.any()
    assert not open_to_it.all() or move == "dispute"
    assert (status[quarter, open_to_it] == after).all()
    rows = history.moves.quarter == quarter
    pair = (history.moves.patron == USSR) & (history.moves.client == YUGOSLAVIA)
    imposed = rows & pair & np.isin(history.moves.replicate, np.nonzero(open_to_it)[0])
    assert imposed.sum() == open_to_it.sum()
    assert (history.moves.initiator[imposed] == -1).all()


def test_two_who_have_broken_ally_again_a_quarter_after_they_get_over_it(drawn_parameters):
    start, pair = quarter_of("1964-10"), {"patron": "ussr", "client": "albania"}
    impose = [
        Imposition(start="1964-11", end=end, reason="r", move=move, **pair)
        for move, end in (("reconciliation", "1964-12"), ("formation", "1965-03"))
    ]
    history = simulate(
        drawn_parameters(300, 7, reach=1.0),
        Scenario(name="try", question="?", interventions=impose),
        seed=2,
        keep=("status",),
    )
    status = history.arrays["status"][:, USSR, ALBANIA]
    broken = status[start - 1] == Status.SPLIT
    assert broken.any()
    assert (status[start, broken] == Status.NONE).all()
    assert (status[start + 1, broken] == Status.ALLIED).all()


def test_goodwill_is_held_both_ways_while_the_change_lasts(drawn_parameters):
    held = Goodwill(
        start="1955-04", end="1956-12", reason="r", patron="ussr", client="yugoslavia", value=0.25
    )
    scenario = Scenario(name="try", question="?", interventions=(held,))
    goodwill = simulate(drawn_parameters(20, 7), scenario, seed=2, keep=("goodwill",)).arrays[
        "goodwill"
    ]
    first, last = quarter_of("1955-04"), quarter_of("1956-12")
    for pair in ((USSR, YUGOSLAVIA), (YUGOSLAVIA, USSR)):
        assert (goodwill[first : last + 1, *pair] == 0.25).all()
        assert not (goodwill[first - 1, *pair] == 0.25).any()
        assert not (goodwill[last + 1, *pair] == 0.25).any()


@pytest.mark.parametrize("country", ["china", "ussr"])
def test_a_country_absent_before_it_has_allies_never_has_any(drawn_parameters, country):
    # The USSR begins with Yugoslavia as its ally, so only its pairs with the others are asked
    # about.
    absence = Absence(start="1945-01", end="1980-12", reason="r", country=country)
    scenario = Scenario(name="try", question="?", interventions=(absence,))
    status = simulate(drawn_parameters(100, 6), scenario, seed=1, keep=("status",)).arrays["status"]
    others = [c for c in Country if c is not Country[country.upper()] and c is not YUGOSLAVIA]
    assert not status[:, Country[country.upper()], others].any()


@pytest.mark.parametrize("country", ["albania", "yugoslavia", "ussr"])
def test_absence_keeps_a_country_out_of_every_alliance(country):
    absence = Absence(start="1945-01", end="1980-12", reason="r", country=country)
    scenario = Scenario(name="try", question="?", interventions=(absence,))
    status = simulate(default_parameters(20), scenario, seed=1, keep=("status",)).arrays["status"]
    assert not (status[:, Country[country.upper()]] == Status.ALLIED).any()


def fired_by(**places):
    names = (
        "alliance_forming",
        "dispute_by_client",
        "dispute_by_patron",
        "break_by_client",
        "break_by_patron",
        "mending",
        "reconciliation",
    )
    flags = {name: np.zeros((4, 4, 1), dtype=bool) for name in names}
    for name, place in places.items():
        flags[name][place] = True
    return flags


@pytest.mark.parametrize(
    ("fired", "move"),
    [
        ({}, Move.STAY),
        ({"alliance_forming": (USSR, ALBANIA)}, Move.FORMED),
        ({"alliance_forming": (ALBANIA, USSR)}, Move.FORMED),
        ({"dispute_by_client": (USSR, ALBANIA)}, Move.ESTRANGED),
        (
            {"dispute_by_patron": (ALBANIA, USSR), "dispute_by_client": (USSR, ALBANIA)},
            Move.ESTRANGED,
        ),
        ({"break_by_client": (ALBANIA, USSR)}, Move.SPLIT),
        ({"mending": (ALBANIA, USSR)}, Move.MENDED),
        ({"reconciliation": (ALBANIA, USSR)}, Move.RECONCILED),
        ({"break_by_patron": (USSR, ALBANIA), "mending": (ALBANIA, USSR)}, Move.SPLIT),
    ],
)
def test_decisions_of_either_side_move_the_pair_and_a_break_comes_first(fired, move):
    made = moves_made(fired_by(**fired))
    expected = np.zeros((4, 4, 1))
    expected[USSR, ALBANIA] = expected[ALBANIA, USSR] = move
    assert np.array_equal(made, expected)


def test_the_chance_that_either_side_decides_by_hand():
    one, other = np.zeros((4, 4, 1)), np.zeros((4, 4, 1))
    one[USSR, ALBANIA], one[ALBANIA, USSR], other[USSR, ALBANIA] = 0.5, 0.2, 0.25
    assert either(one, other)[USSR, ALBANIA, 0] == pytest.approx(1 - 0.5 * 0.8 * 0.75)
    assert either(one, other)[ALBANIA, USSR, 0] == pytest.approx(1 - 0.5 * 0.8 * 0.75)
    assert either(one, other)[CHINA, USSR, 0] == 0


def test_a_mending_needs_that_no_break_falls_and_a_reconciliation_nothing():
    decision = Decision(*(np.zeros((4, 4, 1)) for _ in Decision._fields))
    decision.break_by_client[0, 1], decision.mending[0, 1] = 0.5, 0.25
    decision.reconciliation[0, 1], decision.reconciliation[1, 0] = 0.5, 0.2
    chances = chances_of_moves(decision)
    assert chances[Move.SPLIT][0, 1, 0] == 0.5
    assert chances[Move.MENDED][0, 1, 0] == 0.125
    assert chances[Move.RECONCILED][1, 0, 0] == pytest.approx(1 - 0.5 * 0.8)


def test_the_table_of_moves_agrees_with_the_arrays(drawn_parameters):
    names = ("move", "moved_by_client", "moved_by_patron", *SOURCES)
    history = simulate(drawn_parameters(40, 7), seed=2, first_replicate=1000, keep=names)
    table, arrays = history.moves, history.arrays
    assert len(table.move) == np.count_nonzero(arrays["move"]) / 2
    peace = np.isin(table.move, [Move.MENDED, Move.RECONCILED])
    assert set(table.move[peace]) == {Move.MENDED, Move.RECONCILED}
    assert set(table.initiator[peace]) == {NO_CAUSE}
    assert set(table.cause[peace | (table.move == Move.FORMED)]) == {NO_CAUSE}
    for row in range(len(table.move)):
        at = table.quarter[row], table.patron[row], table.client[row], table.replicate[row] - 1000
        larger, smaller = Country(table.patron[row]), Country(table.client[row])
        assert arrays["move"][at] == table.move[row]
        assert BY_SIZE.index(larger) > BY_SIZE.index(smaller)
        if table.move[row] in (Move.MENDED, Move.RECONCILED):
            continue
        mover = table.initiator[row]
        reverse = at[0], at[2], at[1], at[3]
        deciders = [
            (arrays["moved_by_client"][at], smaller),
            (arrays["moved_by_patron"][at], larger),
        ]
        deciders += [
            (arrays["moved_by_client"][reverse], larger),
            (arrays["moved_by_patron"][reverse], smaller),
        ]
        assert mover == next(country for decided, country in deciders if decided)
        if table.move[row] == Move.FORMED:
            continue
        place = next(number for number, (decided, _) in enumerate(deciders) if decided)
        entry = at if place < 2 else reverse
        felt = (
            SOURCES[: len(StrainSources._fields)]
            if place % 2 == 0
            else SOURCES[len(StrainSources._fields) :]
        )
        largest = max(felt, key=lambda source, entry=entry: arrays[source][entry])
        assert CAUSES[table.cause[row]] == largest.rpartition(".")[2]
        assert largest.startswith("strain" if place % 2 == 0 else "fatigue")


def test_the_first_date_of_a_move_by_pair(drawn_parameters):
    history = simulate(drawn_parameters(60, 8), seed=2, first_replicate=500, keep=("move",))
    for patron, client in PAIRS:
        for move in set(Move) - {Move.STAY}:
            happened = history.arrays["move"][:, patron, client] == move
            expected = np.where(happened.any(axis=0), happened.argmax(axis=0), np.nan)
            assert np.array_equal(
                history.first_date(patron, client, move), expected, equal_nan=True
            )


def broken(name: str, bad: float) -> Parameters:
    parameters = {key: values.copy() for key, values in default_parameters(3).items()}
    parameters[name][1] = bad
    return Parameters(parameters)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("bad", [np.nan, np.inf])
@pytest.mark.parametrize(
    "name", ["need_share", "strain_ideology", "start_goodwill_other", "line_ussr_stalin"]
)
def test_a_number_that_is_not_finite_stops_the_run_and_is_placed(name, bad):
    with pytest.raises(NonFiniteError) as caught:
        simulate(broken(name, bad), seed=1, first_replicate=40, keep=())
    assert caught.value.problems
    for problem in caught.value.problems:
        assert problem.key in QUANTITIES
        assert "replicate 41" in problem.where
        assert any(country.key in problem.where for country in Country)
        assert "19" in problem.where


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_the_place_of_a_number_that_is_not_finite_is_the_first_pair_and_date():
    with pytest.raises(NonFiniteError) as caught:
        simulate(broken("line_ussr_khrushchev", np.nan), seed=1, keep=())
    for problem in caught.value.problems:
        assert not any(f"{country.key}-{country.key}" in problem.where for country in Country)
        assert "1956" in problem.where


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize(
    "name", ["dispute_threshold", "break_slope", "mend_threshold", "form_threshold"]
)
def test_a_chance_that_is_not_a_number_stops_the_run(name):
    with pytest.raises(NonFiniteError):
        simulate(broken(name, np.nan), seed=1, keep=())
