"""Entries of files and command lines held against a pydantic model, every problem told at once.

A model says what may stand in an entry: its keys, their types and bounds, the words allowed. What
it refuses comes back as problems in the words of all of lilliput: where, key, value, what is
allowed, and the nearest match.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ValidationError
from pydantic_core import PydanticCustomError

from simulation.errors import MISSING, Problem, unknown

Model = TypeVar("Model", bound=BaseModel)

#: What is allowed, by the kind of pydantic's complaint; others are told in pydantic's own words.
_ALLOWED = {
    "missing": "required",
    "bool_parsing": "true or false",
    "bool_type": "true or false",
    "dict_type": "a table",
    "float_parsing": "a number",
    "float_type": "a number",
    "finite_number": "a finite number",
    "greater_than": "more than {gt:g}",
    "greater_than_equal": "at least {ge:g}",
    "int_from_float": "a whole number",
    "int_parsing": "a whole number",
    "int_type": "a whole number",
    "less_than": "less than {lt:g}",
    "less_than_equal": "at most {le:g}",
    "list_type": "a list",
    "model_type": "a table",
    "string_type": "text",
    "tuple_type": "a list",
}


def validated(
    model: type[Model], entry: object, where: str, key: str = ""
) -> tuple[Model | None, list[Problem]]:
    """An entry as the model has it, or nothing and the problems for which it is refused.

    ``where`` names the file or command, ``key`` the place in it that the entry stands at, put
    before the entry's own keys in every message.
    """
    try:
        return model.model_validate(entry), []
    except ValidationError as error:
        return None, problems_of(error, where, key, tuple(names_of(model)))


def names_of(model: type[BaseModel]) -> list[str]:
    """The keys of a model as they stand in files: a field's alias where it has one."""
    return [
        str(field.alias or field.validation_alias or name)
        for name, field in model.model_fields.items()
    ]


def problems_of(
    error: ValidationError, where: str, key: str = "", names: tuple[str, ...] = ()
) -> list[Problem]:
    """What pydantic complains of, as problems; ``names`` are the keys that the entry may have.

    A validator of one's own raises ``PydanticCustomError`` whose context may hold ``allowed`` and
    ``near``: what is allowed, and the nearest match; or it calls ``refuse``.
    """
    problems: list[Problem] = []
    for detail in error.errors(include_url=False):
        whole = detail.get("ctx", {}).get("problems")
        problems += [_problem(detail, where, key, names)] if whole is None else whole
    return problems


def refuse(problems: Sequence[Problem]) -> None:
    """Within a validator of one's own: refuse a value for these problems, if there are any."""
    if problems:
        raise PydanticCustomError("problems", "refused", {"problems": list(problems)})


def refusal(allowed: str, near: str = "") -> PydanticCustomError:
    """What a validator of one's own raises: what is allowed, and the nearest match."""
    return PydanticCustomError("refused", "{allowed}", {"allowed": allowed, "near": near})


def among(names: Sequence[str], value: object) -> str:
    """A value that is one of some names; anything else is refused with the nearest of them."""
    if not isinstance(value, str) or value not in names:
        problem = unknown("", "", value, names)
        raise refusal(problem.allowed, problem.nearest)
    return value


def one_of(names: Sequence[str]) -> BeforeValidator:
    """The check that a field is one of some names, to annotate it with."""
    return BeforeValidator(partial(among, names))


def _sentence(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise refusal("a sentence")
    return value


Sentence = Annotated[str, BeforeValidator(_sentence)]
"""Text that is not blank."""


def _problem(detail: Mapping[str, Any], where: str, key: str, names: tuple[str, ...]) -> Problem:
    place = key
    for part in detail["loc"]:
        place += f"[{part}]" if isinstance(part, int) else f".{part}" if place else str(part)
    context = detail.get("ctx", {})
    kind = detail["type"]
    if kind == "extra_forbidden":
        return unknown(where, f"{key} key".strip(), str(detail["loc"][-1]), names)
    if kind in ("literal_error", "enum"):
        words = [word.strip("' ") for word in context["expected"].replace(" or ", ", ").split(", ")]
        return unknown(where, place, detail["input"], words)
    value = MISSING if kind == "missing" else detail["input"]
    known = _ALLOWED[kind].format(**context) if kind in _ALLOWED else detail["msg"]
    return Problem(where, place, value, context.get("allowed", known), context.get("near", ""))
