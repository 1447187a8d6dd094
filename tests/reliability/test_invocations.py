"""Bad command lines of every command: one message, exit status 2, nothing written."""

from pathlib import Path

import pytest

from tests.reliability.invocations import carried_out, chosen, every_invocation
from tests.reliability.places import prepared


def faults(place: Path, count: int) -> list[tuple[str, tuple[str, ...]]]:
    places = prepared(place)
    work = place / "work"
    work.mkdir()
    outcomes = [carried_out(each, work) for each in chosen(every_invocation(places), count)]
    assert len(outcomes) == count
    assert sum(each.status == 2 for each in outcomes) > 0.98 * count
    return [(each.fault(), each.arguments) for each in outcomes if each.fault()]


def test_some_bad_command_lines_are_refused(tmp_path: Path) -> None:
    assert faults(tmp_path, 120) == []


@pytest.mark.slow
def test_a_thousand_bad_command_lines_are_refused(tmp_path: Path) -> None:
    assert faults(tmp_path, 1_000) == []
