"""The public names of ``scenarios``, for the page on the use from Python."""

import inspect
from collections.abc import Iterator

import scenarios


def public() -> Iterator[str]:
    """A directive for each public name, in alphabetical order."""
    for name in sorted(scenarios.__all__, key=str.lower):
        if inspect.isclass(getattr(scenarios, name)):
            yield from (f".. autoclass:: scenarios.{name}", "   :members:", "")
        else:
            yield from (f".. autofunction:: scenarios.{name}", "")
