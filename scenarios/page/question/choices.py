"""The list from which a scenario is chosen: each in a few words, under the break it asks about."""

from collections.abc import Container

from scenarios.comparison.answer import both
from scenarios.files import ScenarioFile
from scenarios.outcomes import PAIR_NAMES
from scenarios.page.parts.fields import Field
from scenarios.page.question.own import files_of, own_files

#: What the list says of history as it was, and above a visitor's own questions.
_HISTORY, _OWN = "History as documented", "Your own questions"


def scenario_field(
    name: str, label: str, value: str, own: str, *, taken: Container[str] = (), none: str = ""
) -> Field:
    """A field for one scenario, but for those that are taken; with ``none`` there may be none."""
    choices = {"": none} if none else {}
    groups = {}
    for each, file in files_of(own).items():
        if each not in taken:
            choices[each] = words_of(file)
            groups[each] = _OWN if each in own_files(own) else _asking(file.asks_about)
    order = ["", *map(_asking, PAIR_NAMES), _OWN]
    listed = sorted(choices, key=lambda each: order.index(groups.get(each, "")))
    return Field(name, label, value, tuple((each, choices[each]) for each in listed), groups=groups)


def words_of(file: ScenarioFile) -> str:
    """A scenario in a few words: what it changes, or its name if nobody has said it in words."""
    if not file.scenario.interventions:
        return _HISTORY
    return file.change[:1].upper() + file.change[1:] or file.scenario.name


def _asking(pair: str) -> str:
    """The heading above the scenarios that ask about the break of a pair, if they do."""
    return f"The break of {both(pair)}" if pair else ""
