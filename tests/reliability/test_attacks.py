"""The attacks of ``make reliability``, a small share of each."""

from contextlib import closing
from itertools import islice
from pathlib import Path

import pytest

from scenarios.draws import Draws
from tests.reliability import corruption, disks, equality, findings, kills, vectors
from tests.reliability.__main__ import attacks
from tests.reliability.material import prior_draws


@pytest.fixture(scope="module")
def draws(tmp_path_factory: pytest.TempPathFactory) -> Draws:
    return prior_draws(tmp_path_factory.mktemp("draws"))


def test_vectors_over_the_whole_box_break_no_invariant() -> None:
    assert list(islice(vectors.vectors(together=256), 256)) == [[]] * 256


def test_corruptions_are_refused_and_mended(draws: Draws, tmp_path: Path) -> None:
    assert list(islice(corruption.corrupted(draws, tmp_path / "batch"), 9)) == [[]] * 9
    assert list(islice(corruption.corrupted_draws(draws, tmp_path / "draws"), 20)) == [[]] * 20


def test_chunks_and_mesa_are_the_same(draws: Draws) -> None:
    assert list(equality.chunks(draws, 80)) == [[]] * len(equality.SIZES)
    assert list(equality.mesa(draws, 2)) == [[], []]


def test_a_command_that_writes_on_a_full_disk_says_so(draws: Draws, tmp_path: Path) -> None:
    found = list(disks.full(draws, tmp_path, "run", "new"))
    assert found == [[]] * len(found)
    assert found


def test_a_command_that_writes_on_a_read_only_disk_says_so(draws: Draws, tmp_path: Path) -> None:
    found = list(disks.read_only(draws, tmp_path, "run", "new"))
    assert found == [[]] * len(found)  # none where no disk can be mounted


def test_a_command_that_prints_to_a_full_device_says_so() -> None:
    found = list(disks.nothing_fits())
    assert found == [[]] * len(found)
    assert found


@pytest.mark.slow  # real processes
@pytest.mark.parametrize("kind", ["batch", "fit"])
def test_what_is_killed_ends_in_the_same_bytes(kind: str, draws: Draws, tmp_path: Path) -> None:
    with closing(kills.killed(kind, draws, tmp_path / kind)) as found:
        assert list(islice(found, 4)) == [[]] * 4


def test_what_was_found_stands_on_the_page() -> None:
    found = findings.findings()
    assert set(found) == set(attacks())
    assert findings.PAGE.read_text(encoding="utf-8") == findings.page(found)
