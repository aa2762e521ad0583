"""A validation error in words: which key of which table, what is wrong with it, and what to write instead."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from emma.config.section import RENAMED, Section, Settings, keys_of, settings_in
from emma.wording import suggest

EXPECTED: Mapping[str, str] = {
    "tuple_type": "write a list, such as [1, 2]",
    "list_type": "write a list, such as [1, 2]",
    "dict_type": "write a table, such as { key = 1 }",
    "model_type": "write a table, such as { key = 1 }",
    "model_attributes_type": "write a table, such as { key = 1 }",
    "string_type": 'write text in quotes, such as "text"',
    "bool_type": "write true or false",
    "bool_parsing": "write true or false",
    "int_type": "write a whole number",
    "int_parsing": "write a whole number",
    "int_from_float": "write a whole number",
    "float_type": "write a number",
    "float_parsing": "write a number",
}
"""What is to be written instead, by the kind of a validation error: pydantic speaks of Python's types."""


def explain_error(error: ValidationError, table: Mapping[str, Any], model: type[Settings], section: str = "") -> str:
    """A validation error of a table in words: each key, what is wrong, and the nearest key that exists in `model`.

    With a section of a recipe, the error is of that alone, and the table has it under its name.
    """
    above = (section,) if section else ()
    problems = ({**problem, "loc": (*above, *problem["loc"])} for problem in error.errors())
    told = [_explain_problem(problem, table, model) for problem in problems]
    # Said once, however many keys are missing.
    sections = sorted({str(each["loc"][0]) for each in error.errors() if each["type"] == "missing" and not section})
    return " ".join(
        [*told, *(f"`emma {name} --help` says what to write." for name in sections if _is_section(name, model))]
    )


def _is_section(name: str, model: type[Settings]) -> bool:
    """Whether a key of a recipe is the section of a stage, which is a command too."""
    section = settings_in(model.model_fields[name].annotation) if name in model.model_fields else None
    return section is not None and issubclass(section, Section)


def _explain_problem(problem: dict[str, Any], table: Mapping[str, Any], top: type[Settings]) -> str:
    owner, key = locate_key(problem["loc"], table)
    dotted = ".".join(step for step in problem["loc"] if isinstance(step, str))
    if instead := RENAMED.get(dotted) or RENAMED.get(f"{dotted}={problem['input']}"):
        return f"{owner}'{key}': {instead}"
    if problem["type"] == "extra_forbidden":
        last, keys = str(problem["loc"][-1]), _keys(problem["loc"][:-1], top)
        return f"{owner}unknown key '{key}'. {suggest(last, keys)}"
    if problem["type"] == "missing":
        return f"{owner}the key '{key}' is missing."
    if problem["type"] in ("tuple_type", "list_type") and isinstance(problem["input"], Mapping):
        return f"{owner}'{key}' is a list of tables: write [[{dotted}]] in two brackets before each."
    what = f"'{key}': " if key else ""
    found = "" if isinstance(problem["input"], Mapping) else f" (found {problem['input']!r})"
    told = problem["type"] == "string_pattern_mismatch" and len(problem["loc"]) > 1
    see = f" `emma {problem['loc'][0]} --help` says how it is written." if told else ""
    message = EXPECTED.get(problem["type"]) or problem["msg"].removeprefix("Value error, ")
    return f"{owner}{what}{message}{found}.{see}"


def locate_key(place: Sequence[str | int], table: Any) -> tuple[str, str]:
    """Locate a key: its owner, such as `source 'wiki': `, and the key from there; in no list, "" and the whole key.

    A table of a list goes by its name, else by its number from 1.
    """
    owner, keys = "", list[str]()
    for step in place:
        if isinstance(step, str) and not isinstance(table, Mapping):
            continue  # no key, but the one of several types for which a value was tried
        table = _value_at(table, step)
        if isinstance(step, int) and isinstance(table, Mapping) and keys:
            name = f"'{table['name']}'" if table.get("name") else f"number {step + 1}"
            owner, keys = f"{owner}{keys[-1].removesuffix('s')} {name}: ", []
        else:
            keys.append(str(step))
    return owner, ".".join(keys)


def _value_at(table: Any, step: str | int) -> Any:
    """The value under a key or number; None where there is nothing."""
    try:
        return table[step]
    except (KeyError, IndexError, TypeError):
        return None


def _keys(place: Sequence[str | int], top: type[Settings]) -> list[str]:
    """Keys that exist at a place below a table; list positions are passed over."""
    model: type[Settings] | None = top
    for step in place:
        if isinstance(step, str) and model is not None:
            model = settings_in(model.model_fields[step].annotation) if step in model.model_fields else None
    return [] if model is None else sorted(keys_of(model))
