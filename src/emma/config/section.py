"""The base of every recipe section: typed, frozen, unknown keys refused, a part that is hashed, and its help text."""

import textwrap
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, ValidationInfo, field_validator
from pydantic.fields import FieldInfo

FROM_RECIPE = "as the recipe says"
"""Why a setting is what it is, where nothing was left to machine or model."""

_ALPHA = "It was an exponent and is now called alpha, as in XLM-R and mT5: write alpha with the same number."
_LOST = '"{}" is gone. Write "subword_mean" or "focus": one of them did as well or better wherever it was measured.'
_LOST_INITS = ("gaussian", "mean", "omp", "random")
RENAMED: Mapping[str, str] = {
    **{f"adapt.{key}={init}": _LOST.format(init) for key in ("init", "head_init") for init in _LOST_INITS},
    "adapt.distil": "Distillation is gone: training brought more for as many operations. Leave it out.",
    "adapt.merge": "Merging with the base happens after training: write merge in [train], with the same value.",
    "adapt.omp_anchors": "It belonged to init = omp, which is gone: leave it out.",
    "annotate.lid.training.temperature": _ALPHA,
    "mix.stages.strategy=temperature": 'Write strategy = "alpha", which is named for its exponent.',
    "mix.stages.temperature": _ALPHA,
    "mix.strategy=temperature": 'Write strategy = "alpha", which is named for its exponent.',
    "mix.temperature": _ALPHA,
    "vocab.temperature": _ALPHA,
}
"""Keys that recipes once had, without positions in lists (`mix.stages.temperature`), and a sentence that says what to
write instead. A value that went is entered as `section.key=value`."""


class Settings(BaseModel):
    """A table of a recipe. Attribute docstrings are its help texts."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    default_table: ClassVar[str] = ""
    """The recipe's table that holds for what this one leaves out, if there is such a table."""

    @field_validator("*", mode="before")
    @classmethod
    def _true_is_no_number(cls, value: Any, info: ValidationInfo) -> Any:
        # Read as 1, `merge = true` would train and then take the base.
        if _holds_bool(value) and not _takes_bool(cls.model_fields[str(info.field_name)].annotation):
            raise ValueError("true and false are no values here")
        return value


class Section(Settings):
    """The recipe section of one stage.

    A field declared with `Field(exclude=True)` does not change the result (worker counts, checkpoint
    intervals) and stays out of the artifact's address.
    """

    version: ClassVar[int] = 1
    """Raised by hand when the stage's meaning changes; part of the artifact's address."""

    def semantic(self) -> dict[str, Any]:
        """Everything in this section that the result depends on, as plain JSON values."""
        return self.model_dump(mode="json")


def _holds_bool(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(map(_holds_bool, value.values()))
    return isinstance(value, bool) or (isinstance(value, list | tuple) and any(map(_holds_bool, value)))


def _takes_bool(annotation: Any) -> bool:
    """Whether an annotation has room for true: somewhere in it, or in a table, which sees to its own keys."""
    if annotation in (bool, Any) or isinstance(annotation, bool) or settings_in(annotation) is not None:
        return True
    return any(map(_takes_bool, getattr(annotation, "__args__", ())))


def settings_help(stage: str) -> str:
    """Every key of the recipe's section for `stage`: name, default, what it means."""
    section: type[Section] = getattr(import_module(f"emma.{stage}.config"), f"{stage.capitalize()}Config")
    lines = [f"settings in the recipe's [{stage}] section, or with --set {stage}.KEY=VALUE:"]
    lines.extend(_settings(section, "  "))
    return "\n" + "\n".join(lines) if section.model_fields else "\nThis stage has no settings."


def _settings(section: type[Settings], indent: str) -> Iterator[str]:
    """The keys of a table, and under each those of the tables that it holds."""
    for name, field in keys_of(section).items():
        # Their own defaults would mislead: what is left out is as in the other table.
        if section.default_table and not field.is_required():
            yield f"{indent}{name} = (as in [{section.default_table}])"
            continue
        yield f"{indent}{name} = {_default(field)}"
        deeper = indent + "    "
        yield from textwrap.wrap(field.description or "", 100, initial_indent=deeper, subsequent_indent=deeper)
        if (inner := settings_in(field.annotation)) is not None:
            yield from _settings(inner, deeper)


def keys_of(section: type[Settings]) -> dict[str, FieldInfo]:
    """The keys of a table. A key that is a word of Python, such as `from`, is the alias of its attribute."""
    return {field.alias or name: field for name, field in section.model_fields.items()}


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "(required)"
    default = field.get_default(call_default_factory=True)
    if default is None or isinstance(default, Settings):
        return "(none)" if default is None else "(a table)"
    return repr(default)


def settings_in(annotation: Any) -> type[Settings] | None:
    """The Settings class inside an annotation such as `list[SourceConfig]` or `RopeConfig | None`."""
    if isinstance(annotation, type) and issubclass(annotation, Settings):
        return annotation
    inner = (settings_in(argument) for argument in getattr(annotation, "__args__", ()))
    return next((settings for settings in inner if settings is not None), None)
