"""Conditioned mode is the same model: probabilities of all records sum to one, as in free runs."""

from itertools import product

import numpy as np
import pytest

from simulation.arrays import Array
from simulation.conditioning import Conditioning, RecordedMove
from simulation.countries import Country
from simulation.ensemble import KEPT, simulate
from simulation.errors import SimulationError
from simulation.interventions import MOVES, Ban, Scenario
from simulation.parameters import Parameters, default_parameters
from simulation.stages import array_fields
from simulation.state import MOVE_OF_STATUSES, Move, Status

ALBANIA, CHINA, USSR, YUGOSLAVIA = Country
NEAR, FAR = (ALBANIA, YUGOSLAVIA), (USSR, YUGOSLAVIA)
#: Slopes and thresholds under which every move is likely enough to be seen within a few quarters.
RESTLESS = {
    "dispute_slope": 6.0,
    "dispute_threshold": 0.6,
    "patron_dispute_threshold": 0.6,
    "break_slope": 6.0,
    "break_threshold": 0.7,
    "abandonment_threshold": 0.6,
    "mend_slope": 4.0,
    "mend_threshold": 0.2,
    "form_slope": 4.0,
    "form_threshold": 0.4,
    "form_exclusion": 0.0,
    "form_loyalty": 0.0,
    "start_strain": 0.2,
    "strain_noise": 0.3,
    "grant_noise": 1.5,
}
QUARTERS = 3


def only_moving(*pairs: tuple[Country, Country]) -> Scenario:
    """A scenario in which no pair but these may change its status."""
    still = [
        (a, b)
        for a in Country
        for b in Country
        if a < b and (a, b) not in {tuple(sorted(p)) for p in pairs}
    ]
    return Scenario(
        name="tiny",
        question="What may become of one pair?",
        interventions=tuple(
            Ban(
                start="1945-01",
                end="1980-12",
                reason="a tiny case",
                patron=a.key,
                client=b.key,
                move=move,
            )
            for a, b in still
            for move in MOVES
        ),
    )


def histories(status: Status, quarters: int) -> list[tuple[Move, ...]]:
    """Every sequence of moves (or none) that a pair can make in so many quarters."""
    if not quarters:
        return [()]
    steps = [(Move.STAY, status)] + [
        (move, new) for (old, new), move in MOVE_OF_STATUSES.items() if old == status
    ]
    return [(move, *rest) for move, new in steps for rest in histories(new, quarters - 1)]


def recorded(pair: tuple[Country, Country], moves: tuple[Move, ...]) -> list[RecordedMove]:
    return [
        RecordedMove(pair, move, quarter, quarter) for quarter, move in enumerate(moves) if move
    ]


def probability(
    parameters: Parameters,
    scenario: Scenario,
    moves: list[RecordedMove],
    until: int = QUARTERS,
    seed: int = 4,
) -> Array:
    """The probability that the rules give to a record, for each replicate's continuous shocks."""
    record = Conditioning(moves, parameters.replicates, until)
    simulate(parameters, scenario, seed=seed, quarters=QUARTERS, keep=(), record=record)
    return np.exp(record.log_probability)


def test_the_histories_of_a_tiny_case_are_counted_by_hand():
    # Allied: stay or quarrel; estranged: stay, break or make up; split: stay or reconcile.
    assert [len(histories(Status.ALLIED, quarters)) for quarters in (1, 2, 3)] == [2, 5, 12]


def test_the_probabilities_of_all_records_of_two_pairs_sum_to_one():
    parameters = default_parameters(6, **RESTLESS)
    scenario = only_moving(NEAR, FAR)
    total = np.zeros(6)
    for near, far in product(histories(Status.ALLIED, QUARTERS), repeat=2):
        total += probability(parameters, scenario, recorded(NEAR, near) + recorded(FAR, far))
    assert total == pytest.approx(np.ones(6), abs=1e-12)


def test_the_probabilities_of_all_records_of_strangers_sum_to_one():
    strangers, parameters = (USSR, ALBANIA), default_parameters(6, **RESTLESS)
    parts = {
        moves: probability(parameters, only_moving(strangers), recorded(strangers, moves))
        for moves in histories(Status.NONE, QUARTERS)
    }
    assert sum(parts.values()) == pytest.approx(np.ones(6), abs=1e-12)
    allied = sum(part for moves, part in parts.items() if Move.FORMED in moves)
    assert (allied > 0.01).all(), "the test would not see a wrong chance to ally"


def test_with_a_record_that_ends_early_its_probabilities_still_sum_to_one():
    parameters = default_parameters(6, **RESTLESS)
    parts = [
        probability(parameters, only_moving(NEAR), recorded(NEAR, moves), until=2)
        for moves in histories(Status.ALLIED, 2)
    ]
    assert sum(parts) == pytest.approx(np.ones(6), abs=1e-12)
    assert all((part > 0).all() for part in parts)


def test_the_probabilities_equal_the_frequencies_of_the_free_run():
    """Each of 12 records: its count among free histories against the sum of its probabilities.

    Replicate r makes record k with probability p[k, r], so the count has mean sum(p) and variance
    sum(p (1 - p)); a difference of 5 standard deviations happens with a chance of about 6e-7 a
    record, 1e-5 for all.
    """
    replicates, scenario = 6000, only_moving(NEAR)
    parameters = default_parameters(replicates, **RESTLESS)
    moves = simulate(parameters, scenario, seed=4, quarters=QUARTERS, keep=("move",)).arrays[
        "move"
    ][:, *NEAR]
    likely = 0
    for history in histories(Status.ALLIED, QUARTERS):
        chance = probability(parameters, scenario, recorded(NEAR, history))
        count = (moves == np.array(history)[:, np.newaxis]).all(axis=0).sum()
        spread = np.sqrt((chance * (1 - chance)).sum())
        assert abs(count - chance.sum()) < 5 * spread, history
        likely += chance.sum() > 50
    assert likely >= 10, "most records are frequent enough for the test to see a difference"


def test_a_window_has_the_probability_of_its_dates_together():
    """A quarrel some time in three quarters and nothing else, against the sum over its three dates.

    Within a window the date is drawn, so the estimate of a replicate is right on average over
    replicates; a difference of 5 standard errors happens with a chance of about 6e-7.
    """
    parameters, scenario = default_parameters(3000, **RESTLESS), only_moving(NEAR)
    window = probability(parameters, scenario, [RecordedMove(NEAR, Move.ESTRANGED, 0, 2)])
    dates = [
        probability(parameters, scenario, [RecordedMove(NEAR, Move.ESTRANGED, quarter, quarter)])
        for quarter in range(3)
    ]
    difference = window - sum(dates)
    assert abs(difference.mean()) < 5 * difference.std() / np.sqrt(difference.size)
    assert 0.05 < window.mean() < 0.95
    assert difference.std() > 0


@pytest.mark.parametrize(("quarrel", "split"), [((0, 1), (2, 2)), ((0, 1), (1, 2))])
def test_windows_that_overlap_have_the_probability_of_their_dates_together(quarrel, split):
    """A quarrel and then a break, each within its window, against the sum over their dates.

    A difference of 5 standard errors happens with a chance of about 6e-7.
    """
    parameters, scenario = default_parameters(1500, **RESTLESS), only_moving(NEAR)

    def recorded_within(first: tuple[int, int], second: tuple[int, int]) -> Array:
        moves = [
            RecordedMove(NEAR, Move.ESTRANGED, *first),
            RecordedMove(NEAR, Move.SPLIT, *second),
        ]
        return probability(parameters, scenario, moves)

    dates = [
        recorded_within((one, one), (other, other))
        for one in range(quarrel[0], quarrel[1] + 1)
        for other in range(max(one + 1, split[0]), split[1] + 1)
    ]
    difference = recorded_within(quarrel, split) - sum(dates)
    assert abs(difference.mean()) < 5 * difference.std() / np.sqrt(difference.size)


@pytest.mark.parametrize(("quarrel", "split"), [((0, 2), (0, 2)), ((0, 2), (1, 1))])
def test_windows_that_do_not_close_one_after_the_other_are_refused(quarrel, split):
    with pytest.raises(SimulationError):
        Conditioning(
            [RecordedMove(NEAR, Move.ESTRANGED, *quarrel), RecordedMove(NEAR, Move.SPLIT, *split)],
            1,
            QUARTERS,
        )


def test_within_its_window_the_move_always_falls_and_not_always_on_the_same_date():
    parameters = default_parameters(200, **RESTLESS)
    record = Conditioning([RecordedMove(NEAR, Move.ESTRANGED, 0, 2)], 200, QUARTERS)
    moves = simulate(
        parameters, only_moving(NEAR), seed=4, quarters=QUARTERS, keep=("move",), record=record
    ).arrays["move"][:, *NEAR]
    assert ((moves == Move.ESTRANGED).sum(axis=0) == 1).all()
    assert ((moves != Move.STAY).sum(axis=0) == 1).all()
    assert (moves == Move.ESTRANGED).any(axis=1).all()


def test_an_unrestricted_window_changes_nothing(drawn_parameters):
    """A record that ends before it begins leaves every history as it was, bit for bit."""
    parameters = drawn_parameters(30, 21)
    record = Conditioning([], 30, until=0)
    free = simulate(parameters, seed=4, keep=KEPT)
    conditioned = simulate(parameters, seed=4, keep=KEPT, record=record)
    for name, array in free.arrays.items():
        assert np.array_equal(array, conditioned.arrays[name]), name
    assert not record.log_probability.any()


def test_imposing_what_happened_leaves_the_history_bit_for_bit(drawn_parameters):
    parameters = drawn_parameters(6, 22, reach=0.3)
    free = simulate(parameters, seed=4, keep=KEPT)
    for replicate in range(6):
        mine = free.moves.replicate == replicate
        columns = (
            free.moves.patron[mine],
            free.moves.client[mine],
            free.moves.move[mine],
            free.moves.quarter[mine],
        )
        moves = [
            RecordedMove((Country(p), Country(c)), Move(m), q, q)
            for p, c, m, q in np.transpose(columns).tolist()
        ]
        assert moves
        record = Conditioning(moves, 1, until=144)
        again = simulate(
            parameters.replicate(slice(replicate, replicate + 1)),
            seed=4,
            first_replicate=replicate,
            keep=KEPT,
            record=record,
        )
        for name, array in free.arrays.items():
            assert np.array_equal(array[..., replicate], again.arrays[name][..., 0]), name
        for name, array in array_fields(free.last_state).items():
            assert np.array_equal(
                array[..., replicate], array_fields(again.last_state)[name][..., 0]
            ), name
        assert -1000 < record.log_probability[0] < 0


def test_after_the_record_histories_run_free(drawn_parameters):
    parameters = drawn_parameters(40, 23)
    record = Conditioning([], 40, until=20)
    moves = simulate(parameters, seed=4, quarters=60, keep=("move",), record=record).arrays["move"]
    assert not moves[:20].any()
    assert moves[20:].any()
    before = record.log_probability.copy()
    silence = Conditioning([], 40, until=20)
    simulate(parameters, seed=4, quarters=20, keep=(), record=silence)
    assert np.array_equal(before, silence.log_probability)


@pytest.mark.parametrize("pair", [NEAR, NEAR[::-1]])
def test_a_pair_may_be_named_either_way_round(pair):
    parameters = default_parameters(3, **RESTLESS)
    chance = probability(parameters, only_moving(NEAR), [RecordedMove(pair, Move.ESTRANGED, 1, 1)])
    assert np.array_equal(
        chance,
        probability(parameters, only_moving(NEAR), [RecordedMove(NEAR, Move.ESTRANGED, 1, 1)]),
    )
    assert (chance > 0.01).all()


def test_a_move_that_the_rules_rule_out_has_next_to_no_probability():
    parameters = default_parameters(2, **RESTLESS)
    chance = probability(parameters, only_moving(NEAR), [RecordedMove(NEAR, Move.SPLIT, 0, 0)])
    assert (chance < 1e-300).all()
