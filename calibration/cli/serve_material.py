"""What the page is shown beside draws and figures: evidence and drivers row by row, priors, reports of checks."""

from collections.abc import Iterator

import numpy as np
from scipy import special

from calibration.evidence.rows import Evidence
from calibration.evidence.tables import as_record, beside_row
from calibration.prior import values_of
from scenarios.page.material import EvidenceEntry
from simulation.arrays import Array
from simulation.drivers import read_driver
from simulation.parameters import parameter_table

#: The drivers whose rows are dated, each with what its values mean.
DATED_DRIVERS = {
    "distraction": "how far other affairs take up the country",
    "isolation": "how isolated the country is abroad",
    "leadership": "a leadership and its doctrine",
    "pressure": "how hard the country is pressed from outside",
    "rapprochement": "how near the country comes to another",
    "shocks": "a blow to the economy",
}
#: Values of each prior, evenly spread over its probability.
PRIOR_VALUES = 2_000


def evidence_entries(evidence: Evidence) -> tuple[EvidenceEntry, ...]:
    """Every row of the evidence, and every dated row of the drivers, as plain records."""
    rows = (
        EvidenceEntry(
            as_record(kind, row, evidence),
            {
                how: tuple(other.id for other in rows)
                for how, rows in beside_row(evidence, kind, row).items()
            },
        )
        for kind, row in evidence.rows()
    )
    return (*rows, *_driver_entries())


def _driver_entries() -> Iterator[EvidenceEntry]:
    """What is fed into the rules as it was, under ids of its own such as ``isolation-china-1949-10``."""
    for driver, meaning in DATED_DRIVERS.items():
        for row in read_driver(driver):
            other = row.get("with", "")
            named = "-".join(filter(None, (driver, row["country"], other, row["from"])))
            told = row.get("leader") or ", ".join(
                filter(None, (row.get("kind", ""), f"with {other}" if other else ""))
            )
            record: dict[str, object] = {
                **row,
                "file": "drivers",
                "id": named,
                "driver": driver,
                "role": "driver",
                "description": f"{driver.capitalize()}{f' ({told})' if told else ''}: {row['note']}",
                "unit": "(0 to 1)",
                "meaning": meaning,
            }
            for column in ("value", "low", "high"):
                record[column] = float(row[column]) if row.get(column) else None
            yield EvidenceEntry(record)


def prior_values() -> dict[str, Array]:
    """Values of every parameter at evenly spaced probabilities of its prior, shape (2,000,) each."""
    shares = (np.arange(PRIOR_VALUES) + 0.5) / PRIOR_VALUES
    coordinates = special.ndtri(shares)
    return {
        name: values_of(parameter, coordinates) for name, parameter in parameter_table().items()
    }
