import numpy as np

from simulation.ensemble import simulate
from simulation.stages import array_fields
from simulation.state import AllianceState


def test_histories_taken_apart_and_joined_are_the_same(drawn_parameters):
    state = simulate(drawn_parameters(5, 3), seed=4, quarters=9, keep=()).last_state
    rows = np.array([3, 0, 3])
    some = state.take(rows)
    whole = AllianceState.joined([some, state.take(np.array([1]))])
    for name, array in array_fields(state).items():
        assert np.array_equal(array_fields(some)[name], array[..., rows]), name
        assert np.array_equal(array_fields(whole)[name], array[..., [3, 0, 3, 1]]), name
        assert array_fields(some)[name].dtype == array.dtype
