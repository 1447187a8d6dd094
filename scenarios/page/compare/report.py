"""The report of exactly what is shown on the tab Compare, as one file to read offline."""

from pathlib import Path
from tempfile import TemporaryDirectory

from scenarios.batch.run import run_batch
from scenarios.documented import Documented
from scenarios.draws import Draws
from scenarios.page.compare.question import Question
from scenarios.page.material import Material
from scenarios.report.gather import ReportMaterial, ReportRequest, report_on
from scenarios.report.write import write_report

#: More histories than these are not simulated for a report that a visitor waits for.
MOST = 10_000


def report_of(question: Question, material: Material) -> bytes:
    """The report on a question's scenarios and pair as ``lilliput report`` writes it.

    A worker process makes it, so that no other visitor waits.
    """
    documented, sources = material.documented, dict(material.sources)
    return material.simulated.result(made_report, question, material.draws, documented, sources)


def made_report(
    question: Question, draws: Draws, documented: Documented, sources: dict[str, dict[str, str]]
) -> bytes:
    """Simulate what is asked into a passing folder, and write the report on it."""
    with TemporaryDirectory(prefix="lilliput-page-") as passing:
        batch = run_batch(
            [file.scenario for file in question.files.values()],
            draws,
            min(question.histories, MOST),
            question.seed,
            Path(passing) / "batch",
            workers=1,
        )
        request = ReportRequest(
            factual=question.factual,
            only=question.scenarios,
            pairs=(question.pair,),
            years=question.years,
        )
        report = report_on(batch, ReportMaterial(draws, documented, sources), request)
        return write_report(report, Path(passing) / "report.html").read_bytes()
