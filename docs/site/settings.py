"""The settings of a recipe: every table and key, with its type, default and help, from the typed models."""

from collections.abc import Iterator, Mapping
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from docs.site.markdown import code, plain, table
from emma.collect.config import BenchmarkConfig
from emma.config.section import Settings, keys_of, settings_in
from emma.pipeline.recipe import INPUTS, Recipe

NAMES: Mapping[Any, str] = {str: "text", int: "whole number", float: "number", bool: "true or false", Any: "any value"}
HEAD = ("key", "value", "default", "meaning")
AS_OTHERS: Mapping[type[Settings], str] = {BenchmarkConfig: "collect.sources"}
"""Tables that have all keys of another one, which are not said again."""
ABOUT = """# Settings of a recipe

A recipe is a TOML file with a table for each stage. Whatever it leaves out has the default shown here; a key that does
not exist is an error that names the nearest one. `emma train --help` shows the settings of that stage in the terminal,
and `--set train.seed=1` changes one for a run. A setting marked * changes neither the result nor its address.
"""


def describe_settings() -> Iterator[str]:
    """The page."""
    yield ABOUT
    yield "## The recipe\n"
    yield from table(HEAD, rows({key: field for key, field in keys_of(Recipe).items() if key not in INPUTS}))
    for stage in INPUTS:
        section = settings_in(Recipe.model_fields[stage].annotation)
        assert section is not None
        yield from describe_table(section, stage, "##")


def describe_table(section: type[Settings], name: str, level: str) -> Iterator[str]:
    """A table of the recipe, and behind it those that it holds."""
    yield f"{level} {name}\n"
    if not section.model_fields:
        yield "This stage has no settings.\n"
    fields = keys_of(section)
    if section in AS_OTHERS:
        yield f"All keys of `{AS_OTHERS[section]}`, and these:\n"
        fields = {key: field for key, field in fields.items() if key in section.__annotations__}
    yield from table(HEAD, rows(fields, section.default_table))
    for key, field in fields.items():
        inner = settings_in(field.annotation)
        if inner is not None:
            yield from describe_table(inner, f"{name}.{key}", "###")


def rows(fields: Mapping[str, FieldInfo], default_table: str = "") -> Iterator[tuple[str, str, str, str]]:
    """A row for each key."""
    for key, field in fields.items():
        mark = " *" if field.exclude else ""
        default = f"as in `[{default_table}]`" if default_table and not field.is_required() else show_default(field)
        yield f"{code(key)}{mark}", describe_type(field.annotation), default, plain(field.description or "")


def show_default(field: FieldInfo) -> str:
    """The default as TOML would have it, or in words."""
    if field.is_required():
        return "required"
    return show_value(field.get_default(call_default_factory=True))


def show_value(value: Any) -> str:
    """A value as a recipe writes it."""
    if value is None or isinstance(value, Settings) or value == {}:
        return "none" if value is None else ""
    if isinstance(value, bool):
        return code(str(value).lower())
    if isinstance(value, str):
        return code(f'"{value}"')
    if isinstance(value, Mapping):
        return code("{" + ", ".join(f"{key} = {show_value(each).strip('`')}" for key, each in value.items()) + "}")
    if isinstance(value, list | tuple | set | frozenset):
        return code("[" + ", ".join(show_value(each).strip("`") for each in value) + "]")
    return code(f"{value:_}" if isinstance(value, int) and abs(value) >= 10_000 else value)


def describe_type(annotation: Any) -> str:
    """What a value may be, in words; None is no value of TOML, and is left out."""
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return ", ".join(show_value(value) for value in inner)
    if origin in (Union, UnionType):
        return " or ".join(dict.fromkeys(describe_type(each) for each in inner if each is not NoneType))
    if origin in (tuple, list):
        return "tables" if settings_in(inner[0]) else f"a list ({describe_type(inner[0])})"
    if origin is dict:
        return f"a table ({describe_type(inner[1])})"
    return describe_type(inner[0]) if origin is Annotated else NAMES.get(annotation, "a table")
