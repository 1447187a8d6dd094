"""Questions asked of the model: scenarios, batches, comparisons.

The names below are the public ones; each is loaded when it is first used, so that ``import
scenarios`` costs nothing. ``docs/comparing.md`` shows them at work: simulate twins, compare them,
read a number with its error, in a dozen lines.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scenarios.batch.run import run_batch
    from scenarios.batch.store import open_batch, read_manifest
    from scenarios.comparison.batch import (
        BatchComparison,
        compare_batch,
        compare_given,
        read_histories,
    )
    from scenarios.comparison.compare import compare
    from scenarios.comparison.estimates import Estimate
    from scenarios.comparison.histories import (
        conditional_histories,
        record_end,
        simulate_histories,
    )
    from scenarios.comparison.reading import Comparison, Reading, reading_of
    from scenarios.draws import Draws, parameters_for, read_draws
    from scenarios.errors import ScenarioError
    from scenarios.files import catalogue, read_scenario, scenario_named
    from scenarios.report.gather import ReportMaterial, ReportRequest, report_on
    from scenarios.report.write import write_report
    from scenarios.run import RunResult, run_scenario
    from simulation.interventions.scenario import Scenario

#: Where each public name lives.
_HOMES = {
    name: home
    for home, names in {
        "scenarios.batch.run": "run_batch",
        "scenarios.batch.store": "open_batch read_manifest",
        "scenarios.comparison.batch": "BatchComparison compare_batch compare_given read_histories",
        "scenarios.comparison.compare": "compare",
        "scenarios.comparison.estimates": "Estimate",
        "scenarios.comparison.histories": "conditional_histories record_end simulate_histories",
        "scenarios.comparison.reading": "Comparison Reading reading_of",
        "scenarios.draws": "Draws parameters_for read_draws",
        "scenarios.errors": "ScenarioError",
        "scenarios.files": "catalogue read_scenario scenario_named",
        "scenarios.report.gather": "ReportMaterial ReportRequest report_on",
        "scenarios.report.write": "write_report",
        "scenarios.run": "RunResult run_scenario",
        "simulation.interventions.scenario": "Scenario",
    }.items()
    for name in names.split()
}

__all__ = [
    "BatchComparison",
    "Comparison",
    "Draws",
    "Estimate",
    "Reading",
    "ReportMaterial",
    "ReportRequest",
    "RunResult",
    "Scenario",
    "ScenarioError",
    "catalogue",
    "compare",
    "compare_batch",
    "compare_given",
    "conditional_histories",
    "open_batch",
    "parameters_for",
    "read_draws",
    "read_histories",
    "read_manifest",
    "read_scenario",
    "reading_of",
    "record_end",
    "report_on",
    "run_batch",
    "run_scenario",
    "scenario_named",
    "simulate_histories",
    "write_report",
]


def __getattr__(name: str) -> Any:
    """A public name, loaded from its module when it is first asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module 'scenarios' has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value
