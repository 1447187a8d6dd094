"""The application that ``lilliput serve`` runs: the page with the evidence handed to it."""

import solara.lab

from calibration.cli.run_request import documented_record
from calibration.cli.serve_material import evidence_entries, prior_values
from calibration.evidence.lines import sources
from calibration.evidence.reading import read_evidence
from calibration.evidence.rows import Evidence, RecordedChange
from calibration.reports.published import published_reports
from scenarios.documented import DocumentedEvent
from scenarios.draws import read_draws
from scenarios.page.material import Material
from scenarios.page.memory import on_visit
from scenarios.page.mended import mend_navigator
from scenarios.page.tabs import routes_of
from simulation.countries import country_named


def material_of(evidence: Evidence) -> Material:
    """What the page shows, from the evidence and the draws that ship."""
    return Material(
        draws=read_draws(),
        documented=documented_record(),
        events=tuple(_event(row) for row in evidence.record if not row.reading_of),
        evidence=evidence_entries(evidence),
        sources=sources(),
        prior=prior_values(),
        reports=published_reports(),
    )


def _event(row: RecordedChange) -> DocumentedEvent:
    lines = f", lines {row.lines}" if row.lines else ""
    return DocumentedEvent(
        id=row.id,
        pair=(country_named(row.patron), country_named(row.client)),
        kind=row.kind,
        date=row.documented,
        status=row.to_status,
        words=row.description,
        cited=f"{row.source}{lines}",
    )


mend_navigator()
solara.lab.on_kernel_start(on_visit)
_material = material_of(read_evidence())
_material.simulated.warm_up()
#: The addresses of the page; Solara looks for them under this name.
routes = routes_of(_material)
