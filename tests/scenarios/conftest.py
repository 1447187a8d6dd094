"""Parameter draws for tests: from the prior, narrowed towards its centre."""

from pathlib import Path

import pytest

from calibration.prior import draw_coordinates, parameters_at
from scenarios.draws import Draws, columns_of, write_draws


@pytest.fixture(scope="session")
def draws(tmp_path_factory: pytest.TempPathFactory) -> Draws:
    parameters = parameters_at(draw_coordinates(50, 7) * 0.3)
    path: Path = tmp_path_factory.mktemp("draws") / "prior.parquet"
    return write_draws(columns_of(parameters), {"kind": "prior"}, path)
