"""The settings of one stage as help text, written from its section's field docstrings."""

import textwrap
from importlib import import_module

from pydantic.fields import FieldInfo

from emma.section import Section


def settings_help(stage: str) -> str:
    """Every key of the recipe's section for `stage`: name, default, what it means."""
    section: type[Section] = getattr(import_module(f"emma.{stage}.config"), f"{stage.capitalize()}Config")
    lines = [f"settings in the recipe's [{stage}] section, or with --set {stage}.KEY=VALUE:"]
    for name, field in section.model_fields.items():
        lines.append(f"  {name} = {_default(field)}")
        lines.extend(textwrap.wrap(field.description or "", 100, initial_indent="      ", subsequent_indent="      "))
    return "\n" + "\n".join(lines) if section.model_fields else "\nThis stage has no settings."


def _default(field: FieldInfo) -> str:
    default = field.get_default(call_default_factory=True)
    return "(none)" if default is None else repr(default)
