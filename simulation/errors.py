"""What lilliput says when an input is wrong: every problem at once, in plain words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

#: Of a value no more characters are shown than this.
MOST_SHOWN = 200
#: More names than this are counted, not listed.
MOST_LISTED = 30


@dataclass(frozen=True)
class Problem:
    """One thing wrong in an input: where, key and value, what is allowed, the nearest match."""

    where: str
    key: str
    value: object
    allowed: str
    nearest: str = ""

    def __str__(self) -> str:
        value = repr(self.value)
        if len(value) > MOST_SHOWN:
            value = value[:MOST_SHOWN] + "..."
        text = f"{self.where}: {self.key} = {value}; allowed: {self.allowed}"
        return f"{text}; did you mean {self.nearest!r}?" if self.nearest else text


class _Missing:
    def __repr__(self) -> str:
        return "(missing)"


MISSING = _Missing()


class LilliputError(Exception):
    """Base of every error that is the user's to mend; ``problems`` lists them all."""

    def __init__(self, title: str, problems: Iterable[Problem] = ()) -> None:
        self.title = title
        self.problems: tuple[Problem, ...] = tuple(problems)
        count = len(self.problems)
        heading = title if not count else f"{title} ({count} problem{'s' if count > 1 else ''})"
        super().__init__(
            "\n".join([heading, *(f"  {i}. {p}" for i, p in enumerate(self.problems, 1))])
        )


class SimulationError(LilliputError):
    """A scenario, parameter or driver that the model cannot use."""


class NonFiniteError(SimulationError):
    """A quantity of the model became infinite or undefined: which one, where and when."""


def nearest(value: object, allowed: Sequence[str]) -> str:
    """The allowed name most like a mistyped one, or an empty string if none is near."""
    matches = get_close_matches(
        str(value).lower(), [name.lower() for name in allowed], n=1, cutoff=0.6
    )
    return next((name for name in allowed if matches and name.lower() == matches[0]), "")


def listed(names: Iterable[str]) -> str:
    """Names joined for a message: ``albania, china, ussr, yugoslavia``."""
    return ", ".join(names)


def unknown(where: str, key: str, value: object, allowed: Sequence[str]) -> Problem:
    """The problem of a name that is not among the allowed ones, with the nearest of them."""
    names = listed(allowed)
    if len(allowed) > MOST_LISTED:
        names = f"one of {len(allowed)} names, {allowed[0]} to {allowed[-1]}"
    return Problem(where, key, value, names, nearest(value, allowed))


def raise_if_any(
    title: str, problems: Sequence[Problem], kind: type[LilliputError] = SimulationError
) -> None:
    """Raise one error that lists every problem, if there is any."""
    if problems:
        raise kind(title, problems)
