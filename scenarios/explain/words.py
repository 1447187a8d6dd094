"""A scenario and its changes in words."""

from scenarios.files import ScenarioFile, antecedents, flags
from simulation.interventions import VALUE_UNITS, Intervention


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


def in_words(change: Intervention) -> str:
    """A dated change as a sentence, with its reason."""
    pair = f"{change.patron} to {change.client}"
    between = f"{change.patron} and {change.client}"
    value = f"{change.value:g} ({VALUE_UNITS.get(change.kind, '')})"
    done = {
        "leadership": f"{change.country} keeps the leadership {change.spell}",
        "driver": f"{change.driver} of {change.country} is set to {value}",
        "grant": f"the share of requests granted by {pair} is set to {value}",
        "pledge": f"{pair}: an added pledge of {value}",
        "forbid": f"no {change.move} between {between}",
        "impose": f"{change.move} between {between}, as soon as their status allows it",
        "goodwill": f"goodwill between {between} is held at {value}",
        "proximity": f"proximity of {between} is set to {value}",
        "absence": f"{change.country} keeps out of every alliance",
    }[change.kind]
    return f"{change.start} to {change.end}: {done}. {change.reason}"
