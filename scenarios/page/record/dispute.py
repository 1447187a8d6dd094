"""A figure disputed in its place: another documented reading, or one's own, and what follows."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import reacton.ipyvuetify as v
import solara

from scenarios.explain.words import pair_title
from scenarios.outcomes import NEVER, quantile_date
from scenarios.page.explore.crowd import Crowd
from scenarios.page.material import (
    DISPUTED,
    OPENING_SEED,
    Disputed,
    EvidenceEntry,
    Material,
    use_material,
)
from scenarios.page.parts.background import use_background
from scenarios.page.parts.fields import Field, Fields, SmallButton
from scenarios.page.parts.refusal import Refusal, lines_of, use_guard
from scenarios.page.parts.table import Column, Table
from scenarios.page.parts.view import Download, DownloadBar
from simulation.countries import pair_named
from simulation.dates import QUARTERS, date_of
from simulation.errors import LilliputError
from simulation.interventions import HISTORICAL

_LABELS = {
    "value": "Value",
    "low": "Low",
    "high": "High",
    "documented": "Date",
    "earliest": "Earliest",
    "latest": "Latest",
}
_MOVED = (Column("id", "Observation"), Column("before", "As it is"), Column("after", "As you say"))
_BREAKS = (Column("pair", "Break of"), Column("before", "As it is"), Column("after", "As you say"))


def cells_of(entry: EvidenceEntry) -> dict[str, str]:
    """The cells of a row that can be read otherwise, if the rules are fitted to it."""
    record = entry.record
    if record.get("role") != "target" or record["file"] not in ("aid", "record", "statements"):
        return {}
    cells = {key: record[key] for key in DISPUTED if record.get(key) not in (None, "")}
    if not cells.keys() & _LABELS.keys():
        return {}
    return {
        key: f"{cell:.12g}" if isinstance(cell, float) else str(cell) for key, cell in cells.items()
    }


def readings_of(entry: EvidenceEntry, material: Material) -> dict[str, dict[str, str]]:
    """The other documented readings of a row by their ids: the cells that they say otherwise."""
    rival = {name for names in entry.beside.values() for name in names}
    readings = {}
    for other in material.evidence:
        if other.id in rival and other.record.get("reading_of") in (entry.id, None):
            like = EvidenceEntry({**other.record, "role": "target"})
            readings[other.id] = {
                key: cell for key, cell in cells_of(like).items() if key in cells_of(entry)
            }
    return {name: cells for name, cells in readings.items() if cells}


@solara.component
def Dispute(entry: EvidenceEntry) -> None:
    """Another reading of a row, and which observations, draws and breaks it moves."""
    material, guard = use_material(), use_guard()
    cells = cells_of(entry)
    said, set_said = solara.use_state(cells)
    asked, set_asked = solara.use_state(None)
    found = use_background(
        lambda: followed(entry.id, dict(asked), material) if asked else None, [asked]
    )
    if material.dispute is None:
        return
    labels = {key: _LABELS[key] for key in cells if key in _LABELS}
    with v.Html(tag="section", class_="lp-dispute", attributes={"aria-label": "Dispute this row"}):
        v.Html(tag="h2", children=["Do you read it otherwise?"])
        with solara.Div(classes=["lp-buttons"]):
            for name, reading in readings_of(entry, material).items():
                SmallButton(
                    f"As {name} has it",
                    on_click=guard(lambda reading=reading: set_said({**cells, **reading})),
                )
        unit = f" ({said['unit']})" if "unit" in said else ""
        Fields(
            [Field(f"dispute-{key}", words + unit, said[key]) for key, words in labels.items()],
            lambda name, cell: set_said(
                lambda before: {**before, name.removeprefix("dispute-"): str(cell).strip()}
            ),
        )
        with solara.Div(classes=["lp-buttons"]):
            SmallButton(
                "See what follows",
                on_click=lambda: set_asked(tuple(sorted(said.items()))),
                disabled=said == cells or asked == tuple(sorted(said.items())),
            )
        with v.Html(tag="div", attributes={"role": "status"}):
            if asked and found is None:
                solara.Text("The draws are weighed anew; this takes some seconds.")
            if isinstance(found, LilliputError):
                Refusal(*lines_of(found))
            elif found is not None:
                Followed(*found)


def followed(
    name: str, change: Mapping[str, str], material: Material
) -> tuple[Disputed, list[dict[str, str]]] | LilliputError:
    """What follows from another reading, and the breaks of weighted histories beside the others.

    A reading that cannot be is answered with what is wrong with it.
    """
    assert material.dispute is not None, "a row is disputed where there is something to ask"
    try:
        found = material.simulated.result(material.dispute, name, change)
    except LilliputError as error:
        return error
    if not found.weights:
        return found, []
    return found, breaks_of(material.crowd(HISTORICAL, OPENING_SEED), np.array(found.weights))


def breaks_of(crowd: Crowd, weights: Any) -> list[dict[str, str]]:
    """When half of the histories of a pair have broken, as they are and weighted by their draws."""
    rows = []
    for pair, quarters in crowd.breaks.items():
        own = np.where(quarters == NEVER, QUARTERS, quarters)[: len(weights)]
        order = np.argsort(own, kind="stable")
        reached = np.searchsorted(np.cumsum(weights[order]), 0.5)
        quarter = own[order[min(int(reached), len(order) - 1)]]
        after = "not by 1980" if quarter == QUARTERS else date_of(quarter)
        before = quantile_date(quarters[: len(weights)], 0.5) or "not by 1980"
        title = pair_title(pair_named(pair))
        rows.append({"id": pair, "pair": title, "before": before, "after": after})
    return rows


@solara.component
def Followed(found: Disputed, breaks: list[dict[str, str]]) -> None:
    """Which observations move, what the weighted draws say, and how a fit is made with it."""
    if not found.moved:
        solara.Text("No observation moves: nothing that the rules are fitted to changes.")
        return
    moved = [{"id": each.name, "before": each.before, "after": each.after} for each in found.moved]
    Table("Observations that move", _MOVED, moved)
    draws = len(found.weights)
    left = f"Of {draws} draws as many as {found.effective:.0f} equally weighted ones are left."
    v.Html(tag="p", children=[left])
    if not found.sound or found.effective < draws / 10:
        warning = (
            "Take care: few draws carry the weight, so that only a fit to your reading can tell. "
            f"Save the overlay and run: lilliput calibrate fit --evidence {found.file}"
        )
        v.Html(tag="p", class_="lp-flag", children=[warning])
    title = "By when half of the histories have broken, the same draws weighted by your reading"
    Table(title, _BREAKS, breaks)
    hint = "the row as you read it, laid over the evidence: lilliput calibrate fit --evidence"
    DownloadBar([Download("Overlay (CSV)", found.file, found.overlay.encode, hint)])
