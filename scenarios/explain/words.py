"""A scenario and its changes in words."""

from scenarios.files import ScenarioFile, antecedents, flags
from simulation.interventions import Intervention, Valued


def described(file: ScenarioFile) -> list[tuple[str, str]]:
    """A scenario in words: pairs of heading and text, in reading order."""
    scenario = file.scenario
    told = [("Scenario", scenario.name), ("Question", scenario.question)]
    told += [("Antecedent", text) for text in antecedents(scenario)]
    told += [("Change", in_words(change)) for change in scenario.interventions]
    if scenario.source:
        pages = f", page {file.page}" if file.page else ""
        lines = f", lines {scenario.lines}" if scenario.lines else ""
        told.append(("Source", f"{scenario.source}{pages}{lines}"))
    told.append(("Horizon", f"{scenario.horizon} years"))
    if scenario.left_out:
        told.append(("Left out", scenario.left_out))
    return told + [("Note", flag) for flag in flags(scenario)]


#: What each kind of change does, by the names of its keys.
_DEEDS = {
    "leadership": "{country} keeps the leadership {spell}",
    "driver": "{driver} of {country} is set to {value:g} ({unit})",
    "grant": "the share of requests granted by {patron} to {client} is set to {value:g} ({unit})",
    "pledge": "{patron} to {client}: an added pledge of {value:g} ({unit})",
    "forbid": "no {move} between {patron} and {client}",
    "impose": "{move} between {patron} and {client}, as soon as their status allows it",
    "goodwill": "goodwill between {patron} and {client} is held at {value:g} ({unit})",
    "proximity": "proximity of {patron} and {client} is set to {value:g} ({unit})",
    "absence": "{country} keeps out of every alliance",
}


def in_words(change: Intervention) -> str:
    """A dated change as a sentence, with its reason."""
    unit = change.unit if isinstance(change, Valued) else ""
    deed = _DEEDS[change.kind].format(**change.model_dump(), unit=unit)
    return f"{change.start} to {change.end}: {deed}. {change.reason}"
