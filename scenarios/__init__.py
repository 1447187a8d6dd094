"""Questions asked of the model: scenarios, batches, comparisons.

The names below are the public ones; each is loaded when it is first used, so that ``import scenarios`` costs nothing.
``docs/comparing.md`` shows them at work: simulate twins, compare them, read a number with its error, in a dozen lines.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scenarios.batch import run_batch
    from scenarios.batch_comparison import BatchComparison, compare_batch, read_histories
    from scenarios.comparison import Comparison, compare
    from scenarios.conditional import conditional_histories, record_end
    from scenarios.conditional_comparison import compare_given
    from scenarios.draws import Draws, parameters_for, read_draws
    from scenarios.errors import ScenarioError
    from scenarios.estimates import Estimate
    from scenarios.files import catalogue, read_scenario, scenario_named
    from scenarios.histories import simulate_histories
    from scenarios.reading import Reading, reading_of
    from scenarios.report import ReportMaterial, ReportRequest, report_on
    from scenarios.report_files import write_report
    from scenarios.run import RunResult, run_scenario
    from scenarios.store import open_batch, read_manifest
    from simulation.scenario import Scenario

#: Where each public name lives.
_HOMES = {
    "BatchComparison": "scenarios.batch_comparison",
    "Comparison": "scenarios.comparison",
    "Draws": "scenarios.draws",
    "Estimate": "scenarios.estimates",
    "Reading": "scenarios.reading",
    "ReportMaterial": "scenarios.report",
    "ReportRequest": "scenarios.report",
    "RunResult": "scenarios.run",
    "Scenario": "simulation.scenario",
    "ScenarioError": "scenarios.errors",
    "catalogue": "scenarios.files",
    "compare": "scenarios.comparison",
    "compare_batch": "scenarios.batch_comparison",
    "compare_given": "scenarios.conditional_comparison",
    "conditional_histories": "scenarios.conditional",
    "open_batch": "scenarios.store",
    "parameters_for": "scenarios.draws",
    "read_draws": "scenarios.draws",
    "read_histories": "scenarios.batch_comparison",
    "read_manifest": "scenarios.store",
    "read_scenario": "scenarios.files",
    "reading_of": "scenarios.reading",
    "record_end": "scenarios.conditional",
    "report_on": "scenarios.report",
    "run_batch": "scenarios.batch",
    "run_scenario": "scenarios.run",
    "scenario_named": "scenarios.files",
    "simulate_histories": "scenarios.histories",
    "write_report": "scenarios.report_files",
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
