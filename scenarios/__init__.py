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
    from simulation.interventions import Scenario

#: Where each public name lives.
_HOMES = {
    "BatchComparison": "scenarios.comparison.batch",
    "Comparison": "scenarios.comparison.reading",
    "Draws": "scenarios.draws",
    "Estimate": "scenarios.comparison.estimates",
    "Reading": "scenarios.comparison.reading",
    "ReportMaterial": "scenarios.report.gather",
    "ReportRequest": "scenarios.report.gather",
    "RunResult": "scenarios.run",
    "Scenario": "simulation.interventions",
    "ScenarioError": "scenarios.errors",
    "catalogue": "scenarios.files",
    "compare": "scenarios.comparison.compare",
    "compare_batch": "scenarios.comparison.batch",
    "compare_given": "scenarios.comparison.batch",
    "conditional_histories": "scenarios.comparison.histories",
    "open_batch": "scenarios.batch.store",
    "parameters_for": "scenarios.draws",
    "read_draws": "scenarios.draws",
    "read_histories": "scenarios.comparison.batch",
    "read_manifest": "scenarios.batch.store",
    "read_scenario": "scenarios.files",
    "reading_of": "scenarios.comparison.reading",
    "record_end": "scenarios.comparison.histories",
    "report_on": "scenarios.report.gather",
    "run_batch": "scenarios.batch.run",
    "run_scenario": "scenarios.run",
    "scenario_named": "scenarios.files",
    "simulate_histories": "scenarios.comparison.histories",
    "write_report": "scenarios.report.write",
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
