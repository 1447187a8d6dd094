"""Shared by the tests of the checks."""

from typing import Any

import pytest


@pytest.fixture
def origin() -> dict[str, Any]:
    """An origin of a report that says nothing: what is tested is the report itself."""
    texts = dict.fromkeys(("date", "rules", "parameter_table", "commit"), "")
    return {**texts, "seed": 1, "settings": {}, "versions": {}}
