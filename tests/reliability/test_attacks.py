"""The attacks of ``make reliability``, a small share of each."""

from pathlib import Path

import pytest

from scenarios.draws import Draws
from tests.reliability import corruption, disks, equality, kills, vectors
from tests.reliability.material import prior_draws


@pytest.fixture(scope="module")
def draws(tmp_path_factory: pytest.TempPathFactory) -> Draws:
    return prior_draws(tmp_path_factory.mktemp("draws"))


def test_vectors_over_the_whole_box_break_no_invariant() -> None:
    assert vectors.vectors(256).faults == []


def test_corruptions_are_refused_and_mended(draws: Draws, tmp_path: Path) -> None:
    assert corruption.corrupted(9, draws, tmp_path).faults == []
    assert corruption.corrupted_draws(20, draws, tmp_path / "draws").faults == []


def test_chunks_and_mesa_are_the_same(draws: Draws) -> None:
    assert equality.chunks(80, draws).faults == []
    assert equality.mesa(2, draws).faults == []


def test_a_command_that_writes_on_a_full_disk_says_so(draws: Draws, tmp_path: Path) -> None:
    found = disks.full(draws, tmp_path, ("run", "new"))
    assert (found.faults, found.times > 0) == ([], True)


def test_a_command_that_prints_to_a_full_device_says_so() -> None:
    assert disks.nothing_fits().faults == []


@pytest.mark.slow  # real processes
@pytest.mark.parametrize("kind", ["batch", "fit"])
def test_what_is_killed_ends_in_the_same_bytes(kind: str, draws: Draws, tmp_path: Path) -> None:
    found = kills.killed(kind, 4, draws, tmp_path / kind)
    assert (found.faults, found.times) == ([], 4)
