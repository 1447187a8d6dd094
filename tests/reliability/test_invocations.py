"""Bad command lines of every command: one message, exit status 2, nothing written."""

from itertools import islice
from pathlib import Path

import pytest

from tests.reliability.invocations import refused


@pytest.mark.parametrize("count", [120, pytest.param(1_000, marks=pytest.mark.slow)])
def test_bad_command_lines_are_refused(tmp_path: Path, count: int) -> None:
    outcomes = list(islice(refused(tmp_path), count))
    assert len(outcomes) == count
    assert sum(each.status == 2 for each in outcomes) > 0.98 * count
    assert [(each.fault(), each.arguments) for each in outcomes if each.fault()] == []
