"""Shared by the tests of calibration: the evidence, the record, and an origin for reports."""

from typing import Any

import pytest

from calibration.evidence.reading import read_evidence
from calibration.evidence.rows import Evidence
from calibration.likelihood.observations import Record, fitted_record


@pytest.fixture(scope="session")
def evidence() -> Evidence:
    """The evidence that ships with lilliput."""
    return read_evidence()


@pytest.fixture(scope="session")
def record(evidence: Evidence) -> Record:
    """What the rules are fitted to."""
    return fitted_record(evidence)


@pytest.fixture
def origin() -> dict[str, Any]:
    """An origin of a report that says nothing: what is tested is the report itself."""
    texts = dict.fromkeys(("date", "rules", "parameter_table", "commit"), "")
    return {**texts, "seed": 1, "settings": {}, "versions": {}}
