"""Readers fed with files changed at random: they read or refuse, and raise nothing else."""

from collections import Counter
from itertools import islice
from pathlib import Path

import pytest

from tests.reliability.fuzzing import fuzzed, readers
from tests.reliability.material import checkpoint, prior_draws, small_batch


@pytest.mark.parametrize("count", [150, pytest.param(3_000, marks=pytest.mark.slow)])
def test_nothing_foreign_comes_out_of_any_reader(tmp_path: Path, count: int) -> None:
    draws = prior_draws(tmp_path)
    batch = small_batch(draws, tmp_path / "batch")
    work = tmp_path / "work"
    work.mkdir()
    attacked = readers(work, draws, batch, checkpoint(tmp_path))
    came = Counter(islice(fuzzed(attacked), count))
    assert {outcome for _, outcome in came} <= {"read", "refused"}
    assert sum(came.values()) == count
    assert {name for name, _ in came} == {each.name for each in attacked}
